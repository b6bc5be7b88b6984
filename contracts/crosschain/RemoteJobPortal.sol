// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Managed} from "../access/Managed.sol";
import {JobTerms} from "../libraries/JobTerms.sol";
import {JobStatus} from "../types/JobTypes.sol";
import {IBridgeRecipient, ILinkedBridge, Outgoing, Transfer} from "./ILinkedBridge.sol";
import {IRemoteJobPortal, RemoteJobStatus} from "./IRemoteJobs.sol";
import {RemoteJobMessages} from "./RemoteJobMessages.sol";

/// @title RemoteJobPortal
/// @notice Where a satellite's users buy compute of the home chain: they pay here, and get change or refund here.
///
/// Purpose: a job and its money are one transfer of the bridge, so the job is posted at home and paid, or refused and paid
/// back. Nothing is decided here: this contract keeps who sent what, and passes on what the bridge has settled.
/// Roles & powers: users act on their own jobs; refunds by anyone. The authority may upgrade, nothing else.
/// Trust: the bridge, and through it the hub at home. Neither can take what other jobs have paid: between calls this
/// contract holds only refunds that nobody has passed on yet.
/// Liveness: a job that has not arrived is recalled by its user at any time, by anyone after its deadline.
/// Rounding: none. Known hazards: what the relayer does not use of its fee is not refunded, because the bridge's caller is
/// this contract.
contract RemoteJobPortal is Managed, IRemoteJobPortal, IBridgeRecipient {
    using SafeERC20 for IERC20;
    using JobTerms for uint256[6];

    struct Job {
        uint64 number;
        uint128 amount;
        RemoteJobStatus status;
        JobStatus outcome;
        bytes32 commitment;
    }

    struct User {
        uint64 count;
        uint64 last;
        mapping(uint64 index => Job) jobs;
    }

    /// @custom:storage-location erc7201:assay.storage.RemoteJobPortal
    struct Storage {
        mapping(address user => User) users;
    }

    // keccak256(abi.encode(uint256(keccak256("assay.storage.RemoteJobPortal")) - 1)) & ~bytes32(uint256(0xff))
    bytes32 private constant STORAGE_SLOT = 0x81c1a4850e5fddd3cad612ce962a5e8d8a32959b0f47e6863af2fc8f4a797500;

    uint256 public immutable HOME_CHAIN;
    /// @notice The hub on the home chain.
    address public immutable HUB;
    ILinkedBridge public immutable BRIDGE;
    IERC20 public immutable TOKEN;

    constructor(uint256 homeChain, address hub, ILinkedBridge bridge, IERC20 token) {
        require(
            homeChain != 0 && hub != address(0) && address(bridge) != address(0) && address(token) != address(0),
            Portal_ZeroAddress()
        );
        HOME_CHAIN = homeChain;
        HUB = hub;
        BRIDGE = bridge;
        TOKEN = token;
    }

    /// @notice Sets the authority. Called once, by the proxy's deployment.
    function initialize(address authority_) external initializer {
        __AccessManaged_init(authority_);
    }

    /* ── WRITES ── */

    /// @inheritdoc IRemoteJobPortal
    function post(
        uint256[6] calldata terms,
        bytes32[6] calldata spec,
        address homeAccount,
        uint40 deadline,
        uint32 callGas
    ) external payable returns (uint64 index, uint64 number) {
        index = ++_storage().users[msg.sender].count;
        uint64 previous = _storage().users[msg.sender].last;
        number = _post(
            RemoteJobMessages.Post(msg.sender, index, homeAccount, previous, terms, spec),
            uint128(terms.maxPrice()),
            deadline,
            callGas
        );
    }

    /// @inheritdoc IRemoteJobPortal
    function cancel(
        uint64 index,
        address homeAccount,
        uint256[6] calldata terms,
        uint40 deadline,
        uint32 callGas
    ) external payable returns (uint64 number) {
        _requireSent(msg.sender, index);
        User storage user = _storage().users[msg.sender];
        uint64 previous = user.last;
        bytes memory body = abi.encode(RemoteJobMessages.Cancel(msg.sender, index, homeAccount, previous, terms));
        number = _send(RemoteJobMessages.KIND_CANCEL, body, 0, deadline, callGas);
        user.last = number;
        emit RemoteCancelSent(msg.sender, index, number, previous);
    }

    /// @inheritdoc IRemoteJobPortal
    function recall(uint64 index, Transfer calldata transfer) external payable {
        Job storage job = _requireSent(msg.sender, index);
        BRIDGE.recall{value: msg.value}(HOME_CHAIN, job.number, transfer);
    }

    /// @inheritdoc IRemoteJobPortal
    function refund(address user, uint64 index, Transfer calldata transfer) external {
        Job storage job = _requireSent(user, index);
        uint64 number = job.number;
        uint128 amount = job.amount;
        Outgoing status = BRIDGE.outgoingOf(HOME_CHAIN, number);
        // INVARIANT RJ-04: paid back once, and only what the home chain has refused
        require(status == Outgoing.Refused || status == Outgoing.Returned, Portal_NotRefused(number, status));
        job.status = RemoteJobStatus.Refunded;
        emit RemoteJobRefunded(user, index, amount);
        // anyone may have had the bridge pay this contract already
        if (status == Outgoing.Refused) BRIDGE.refund(HOME_CHAIN, number, transfer);
        TOKEN.safeTransfer(user, amount);
    }

    /// @inheritdoc IBridgeRecipient
    /// @dev A revert sends the change back to the hub, which can send it again.
    function onBridgeTransfer(
        uint256 chainId,
        address from,
        uint64,
        uint256 amount,
        bytes calldata data
    ) external returns (bytes4) {
        require(msg.sender == address(BRIDGE), Portal_NotBridge(msg.sender, address(BRIDGE)));
        require(chainId == HOME_CHAIN && from == HUB, Portal_NotHub(chainId, from));
        (uint256 found, uint256 kind, bytes memory body) = abi.decode(data, (uint256, uint256, bytes));
        require(found == RemoteJobMessages.VERSION, Portal_UnknownVersion(found, RemoteJobMessages.VERSION));
        if (kind == RemoteJobMessages.KIND_OUTCOME) {
            _end(abi.decode(body, (RemoteJobMessages.Outcome)), amount);
        } else {
            require(kind == RemoteJobMessages.KIND_RESULT, Portal_UnknownKind(kind));
            _note(abi.decode(body, (RemoteJobMessages.Result)));
        }
        return IBridgeRecipient.onBridgeTransfer.selector;
    }

    /* ── VIEWS ── */

    /// @inheritdoc IRemoteJobPortal
    function jobOf(
        address user,
        uint64 index
    )
        external
        view
        returns (uint64 number, uint128 amount, RemoteJobStatus status, JobStatus outcome, bytes32 commitment)
    {
        Job storage job = _storage().users[user].jobs[index];
        return (job.number, job.amount, job.status, job.outcome, job.commitment);
    }

    /// @inheritdoc IRemoteJobPortal
    function countOf(address user) external view returns (uint64 count, uint64 last) {
        User storage found = _storage().users[user];
        return (found.count, found.last);
    }

    /// @notice Semantic version of this implementation.
    function version() external pure override returns (string memory) {
        return "1.0.0";
    }

    /* ── INTERNALS ── */

    function _post(
        RemoteJobMessages.Post memory message,
        uint128 amount,
        uint40 deadline,
        uint32 callGas
    ) private returns (uint64 number) {
        User storage user = _storage().users[message.user];
        TOKEN.safeTransferFrom(message.user, address(this), amount);
        number = _send(RemoteJobMessages.KIND_POST, abi.encode(message), amount, deadline, callGas);
        user.last = number;
        user.jobs[message.index] = Job(number, amount, RemoteJobStatus.Sent, JobStatus.None, 0);
        emit RemoteJobSent(
            message.user,
            message.index,
            number,
            message.previous,
            amount,
            message.homeAccount,
            message.terms,
            message.spec
        );
    }

    function _send(
        uint256 kind,
        bytes memory body,
        uint128 amount,
        uint40 deadline,
        uint32 callGas
    ) private returns (uint64) {
        bytes memory data = abi.encode(RemoteJobMessages.VERSION, kind, body);
        // solhint-disable-next-line check-send-result
        return BRIDGE.send{value: msg.value}(HOME_CHAIN, HUB, amount, deadline, callGas, data);
    }

    /// @dev More can come after the end, such as a share of a later penalty: it is paid like the change.
    function _end(RemoteJobMessages.Outcome memory outcome, uint256 change) private {
        Job storage job = _requireArrived(outcome.user, outcome.index);
        job.status = RemoteJobStatus.Ended;
        job.outcome = outcome.status;
        emit RemoteJobEnded(outcome.user, outcome.index, outcome.status, change);
        if (change != 0) TOKEN.safeTransfer(outcome.user, change);
    }

    function _note(RemoteJobMessages.Result memory result) private {
        Job storage job = _requireArrived(result.user, result.index);
        job.commitment = result.commitment;
        emit RemoteResultReceived(result.user, result.index, result.commitment, result.finalState, result.outputDigest);
    }

    function _requireSent(address user, uint64 index) private view returns (Job storage job) {
        job = _storage().users[user].jobs[index];
        require(job.status == RemoteJobStatus.Sent, Portal_WrongStatus(user, index, job.status));
    }

    function _requireArrived(address user, uint64 index) private view returns (Job storage job) {
        job = _storage().users[user].jobs[index];
        RemoteJobStatus status = job.status;
        require(
            status == RemoteJobStatus.Sent || status == RemoteJobStatus.Ended,
            Portal_WrongStatus(user, index, status)
        );
    }

    function _storage() private pure returns (Storage storage $) {
        assembly ("memory-safe") {
            $.slot := STORAGE_SLOT
        }
    }
}
