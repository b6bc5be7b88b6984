// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {JobStatus} from "../types/JobTypes.sol";
import {Outgoing, Transfer} from "./ILinkedBridge.sol";

/// @notice What a remote job is called on both chains. Its hash gives the job's account at home.
/// @param chainId     of the satellite
/// @param user        who pays there, and gets change and refunds there
/// @param index       the user's jobs are counted from 1
/// @param homeAccount who may take the change at home instead; zero for nobody. Never assumed to be the user's: a contract's
///                    address can be somebody else's on another chain.
struct Ticket {
    uint256 chainId;
    address user;
    uint64 index;
    address homeAccount;
}

/// @notice A submitted result, as its provider's events tell it. Everything but `outputDigest` is checked.
struct RemoteResult {
    uint256[6] terms;
    uint256 run;
    bytes32 nonce;
    bytes32 runRoot;
    bytes32 finalState;
    bytes32 outputDigest;
}

/// @notice Where a remote job stands, as the satellite knows it.
enum RemoteJobStatus {
    None, // never sent
    Sent, // paid for; the bridge knows whether it has arrived
    Ended, // its outcome has come, and the change with it
    Refunded // refused at home: the money is back with the user
}

/// @title IRemoteJobPortal
/// @notice The satellite's end of remote jobs. See docs/spec/crosschain.md (RJ-xx).
interface IRemoteJobPortal {
    error Portal_ZeroAddress();
    error Portal_NotBridge(address found, address wanted);
    error Portal_NotHub(uint256 chainId, address found);
    error Portal_UnknownVersion(uint256 found, uint256 wanted);
    error Portal_UnknownKind(uint256 found);
    error Portal_WrongStatus(address user, uint64 index, RemoteJobStatus status);
    /// @notice The home chain has not refused the job, or that is not known here.
    error Portal_NotRefused(uint64 number, Outgoing status);

    /// @param number   of the bridge's transfer, by which it can be sent again, recalled and asked about
    /// @param previous the user's message before this one; zero for none
    event RemoteJobSent(
        address indexed user,
        uint64 indexed index,
        uint64 indexed number,
        uint64 previous,
        uint256 amount,
        address homeAccount,
        uint256[6] terms,
        bytes32[6] spec
    );
    event RemoteCancelSent(address indexed user, uint64 indexed index, uint64 indexed number, uint64 previous);
    /// @param outputDigest a hint of whoever reported it; `finalState` decides
    event RemoteResultReceived(
        address indexed user,
        uint64 indexed index,
        bytes32 indexed commitment,
        bytes32 finalState,
        bytes32 outputDigest
    );
    event RemoteJobEnded(address indexed user, uint64 indexed index, JobStatus outcome, uint256 change);
    event RemoteJobRefunded(address indexed user, uint64 indexed index, uint256 amount);

    /// @notice Takes the job's maxPrice and sends it home with the job. The value, if any, pays the relayer.
    /// @param terms    requester is the job's account at home (JobHub.accountOf), lane is zero, token is the home chain's ASY
    /// @param deadline Unix time of the home chain after which the job can only be refused
    /// @param callGas  gas of the posting at home
    function post(
        uint256[6] calldata terms,
        bytes32[6] calldata spec,
        address homeAccount,
        uint40 deadline,
        uint32 callGas
    ) external payable returns (uint64 index, uint64 number);

    /// @notice Asks the home chain to cancel the sender's job there, while nobody has claimed it.
    function cancel(
        uint64 index,
        address homeAccount,
        uint256[6] calldata terms,
        uint40 deadline,
        uint32 callGas
    ) external payable returns (uint64 number);

    /// @notice Asks the home chain to refuse the sender's job if it has not arrived. After its deadline anyone may ask, at
    ///         the bridge.
    function recall(uint64 index, Transfer calldata transfer) external payable;

    /// @notice Pays a job that the home chain has refused back to its user. Anyone may.
    function refund(address user, uint64 index, Transfer calldata transfer) external;

    /// @return number     the bridge's transfer
    /// @return amount     what was paid, smallest unit
    /// @return status     where the job stands here
    /// @return outcome    how the job ended at home, None until that is known
    /// @return commitment the result's, zero until it is known
    function jobOf(
        address user,
        uint64 index
    )
        external
        view
        returns (uint64 number, uint128 amount, RemoteJobStatus status, JobStatus outcome, bytes32 commitment);

    /// @notice How many jobs a user has sent, and the number of its last message.
    function countOf(address user) external view returns (uint64 count, uint64 last);
}

/// @title IJobHub
/// @notice The home chain's end of remote jobs. See docs/spec/crosschain.md (RJ-xx).
interface IJobHub {
    error JobHub_ZeroAddress();
    error JobHub_NotBridge(address found, address wanted);
    error JobHub_NotPortal(uint256 chainId, address found);
    error JobHub_PortalKnown(uint256 chainId, address portal);
    error JobHub_UnknownVersion(uint256 found, uint256 wanted);
    error JobHub_UnknownKind(uint256 found);
    /// @notice A remote job has an account of its own, so its lane is always zero.
    error JobHub_WrongLane(uint256 found);
    /// @notice The bridge carries ASY only.
    error JobHub_WrongToken(address found, address wanted);
    error JobHub_NoSuchJob(address account);
    error JobHub_WrongTerms(address found, address wanted);
    error JobHub_NotEnded(address account, JobStatus status);
    error JobHub_NotSubmitted(address account);
    /// @notice The outcome is on its way or has arrived, and nothing new is to be sent.
    error JobHub_NothingDue(address account, uint64 number, Outgoing status);
    error JobHub_NotHomeAccount(address found, address wanted);

    event PortalSet(uint256 indexed chainId, address portal);
    event RemoteJobPosted(
        address indexed account,
        bytes32 indexed id,
        uint256 indexed chainId,
        address user,
        uint64 index,
        address homeAccount,
        uint64 number
    );
    event RemoteJobCancelled(address indexed account, bytes32 indexed id);
    event RemoteResultSent(
        address indexed account,
        bytes32 indexed id,
        uint64 number,
        bytes32 commitment,
        bytes32 finalState,
        bytes32 outputDigest
    );
    event RemoteOutcomeSent(address indexed account, uint64 number, JobStatus outcome, uint256 change);
    event RemoteChangeTaken(address indexed account, address indexed homeAccount, uint256 change);

    /// @notice Tells the job's user what was computed, while its result stands submitted. Anyone may; the value pays the
    ///         relayer.
    function report(Ticket calldata ticket, RemoteResult calldata result) external payable returns (uint64 number);

    /// @notice Sends the user an ended job's outcome and change. Anyone may; again only when the last one has come back, or
    ///         when there is more.
    function settle(Ticket calldata ticket) external payable returns (uint64 number);

    /// @notice What `settle` would send, to the job's home account instead. Only that account.
    function takeHome(Ticket calldata ticket) external returns (uint256 change);

    /// @notice Asks the satellite to refuse an outcome that has not arrived. Only the job's home account.
    function recall(Ticket calldata ticket, Transfer calldata transfer) external payable;

    /// @notice Opens a satellite's portal. Once: a portal is a proxy, and jobs on their way know no other.
    function setPortal(uint256 chainId, address portal) external;

    /// @notice The job's account, which is its requester: known before the job is sent.
    function accountOf(Ticket calldata ticket) external view returns (address);

    /// @notice The transfer that carried the last outcome (zero for none yet), what it carried, and whether the change was
    ///         taken at home.
    function outcomeOf(address account) external view returns (uint64 number, uint128 change, bool taken);

    function portalOf(uint256 chainId) external view returns (address);
}
