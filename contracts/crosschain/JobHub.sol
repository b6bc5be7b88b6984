// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Managed} from "../access/Managed.sol";
import {IMarketCore} from "../interfaces/IMarketCore.sol";
import {IStakingManager} from "../interfaces/IStakingManager.sol";
import {Commitments} from "../libraries/Commitments.sol";
import {JobTerms} from "../libraries/JobTerms.sol";
import {JobStatus} from "../types/JobTypes.sol";
import {IBridgeRecipient, ILinkedBridge, Incoming, Outgoing, Transfer} from "./ILinkedBridge.sol";
import {IJobHub, RemoteResult, Ticket} from "./IRemoteJobs.sol";
import {RemoteJobAccount} from "./RemoteJobAccount.sol";
import {RemoteJobMessages} from "./RemoteJobMessages.sol";

/// @title JobHub
/// @notice Posts the jobs of other chains' users, and sends back what was computed and what is left of the money.
///
/// Purpose: each remote job gets an account of its own, which is its requester in the market. What the market or the
/// staking manager pay to it is the job's change. A job that cannot be posted reverts here, which refuses the bridge's
/// transfer: the money goes back the way it came.
/// Roles & powers: portals post and cancel; anyone reports and settles; a home account that the user named takes its job's
/// change at home. The authority opens portals and upgrades.
/// Trust: the bridge, bounded by what it holds for the satellite; a portal can spend only what comes with its messages.
/// Liveness: an outcome that was refused there comes back and is sent again. While a satellite is dead its users' change
/// waits here, unless they named a home account.
/// Rounding: none. Known hazards: the output's digest is a hint of whoever reports; several can be reported.
contract JobHub is Managed, IJobHub, IBridgeRecipient {
    using SafeERC20 for IERC20;
    using JobTerms for uint256[6];

    /// @notice How long an outcome may be on its way.
    uint256 public constant OUTCOME_LIFETIME = 30 days;
    /// @notice What a portal gets to take a result or an outcome.
    uint32 public constant PORTAL_GAS = 250_000;

    /// @param number of the transfer that carries the change now; zero before the first, and after `takeHome`
    struct Sent {
        uint64 number;
        uint128 change;
        bool taken;
    }

    /// @custom:storage-location erc7201:assay.storage.JobHub
    struct Storage {
        address accountCode;
        mapping(uint256 chainId => address) portals;
        mapping(address account => Sent) outcomes;
    }

    // keccak256(abi.encode(uint256(keccak256("assay.storage.JobHub")) - 1)) & ~bytes32(uint256(0xff))
    bytes32 private constant STORAGE_SLOT = 0x86cf14db5079969631747f20aa03e967003604d613c5012c66d3bee5e57af800;

    IERC20 public immutable ASY;
    IMarketCore public immutable MARKET;
    IStakingManager public immutable STAKING;
    ILinkedBridge public immutable BRIDGE;

    constructor(IERC20 asy, IMarketCore market, IStakingManager staking, ILinkedBridge bridge) {
        require(
            address(asy) != address(0) &&
                address(market) != address(0) &&
                address(staking) != address(0) &&
                address(bridge) != address(0),
            JobHub_ZeroAddress()
        );
        ASY = asy;
        MARKET = market;
        STAKING = staking;
        BRIDGE = bridge;
    }

    /// @notice Sets the authority and what accounts are clones of. Called once, by the proxy's deployment.
    /// @param accountCode a RemoteJobAccount whose hub is this proxy; it is part of every job's address, so it never changes
    function initialize(address authority_, address accountCode) external initializer {
        require(accountCode != address(0), JobHub_ZeroAddress());
        __AccessManaged_init(authority_);
        _storage().accountCode = accountCode;
        ASY.forceApprove(address(MARKET), type(uint256).max);
        ASY.forceApprove(address(BRIDGE), type(uint256).max);
    }

    /* ── WRITES ── */

    /// @inheritdoc IBridgeRecipient
    /// @dev A revert refuses the transfer, but for Bridge_NotYet, which makes it wait.
    function onBridgeTransfer(
        uint256 chainId,
        address from,
        uint64 number,
        uint256 amount,
        bytes calldata data
    ) external returns (bytes4) {
        require(msg.sender == address(BRIDGE), JobHub_NotBridge(msg.sender, address(BRIDGE)));
        // INVARIANT RJ-02: only a satellite's own portal is listened to
        require(from != address(0) && from == _storage().portals[chainId], JobHub_NotPortal(chainId, from));
        (uint256 found, uint256 kind, bytes memory body) = abi.decode(data, (uint256, uint256, bytes));
        require(found == RemoteJobMessages.VERSION, JobHub_UnknownVersion(found, RemoteJobMessages.VERSION));
        if (kind == RemoteJobMessages.KIND_POST) {
            _post(chainId, number, amount, abi.decode(body, (RemoteJobMessages.Post)));
        } else {
            require(kind == RemoteJobMessages.KIND_CANCEL, JobHub_UnknownKind(kind));
            _cancel(chainId, abi.decode(body, (RemoteJobMessages.Cancel)));
        }
        return IBridgeRecipient.onBridgeTransfer.selector;
    }

    /// @inheritdoc IJobHub
    function report(Ticket calldata ticket, RemoteResult calldata result) external payable returns (uint64 number) {
        address account = _requireJob(ticket);
        require(result.terms.requester() == account, JobHub_WrongTerms(result.terms.requester(), account));
        bytes32 id = result.terms.id();
        bytes32 commitment = Commitments.result(id, result.nonce, result.runRoot, result.finalState);
        // INVARIANT RJ-07: a result is reported only as the market has it
        require(MARKET.isSubmitted(result.terms, result.run, commitment), JobHub_NotSubmitted(account));
        bytes memory body = abi.encode(
            RemoteJobMessages.Result(ticket.user, ticket.index, commitment, result.finalState, result.outputDigest)
        );
        number = _send(ticket.chainId, RemoteJobMessages.KIND_RESULT, body, 0);
        emit RemoteResultSent(account, id, number, commitment, result.finalState, result.outputDigest);
    }

    /// @inheritdoc IJobHub
    function settle(Ticket calldata ticket) external payable returns (uint64 number) {
        address account = _requireJob(ticket);
        (uint256 change, JobStatus outcome) = _collect(ticket, account);
        bytes memory body = abi.encode(RemoteJobMessages.Outcome(ticket.user, ticket.index, outcome));
        number = _send(ticket.chainId, RemoteJobMessages.KIND_OUTCOME, body, change);
        _storage().outcomes[account] = Sent(number, uint128(change), false);
        emit RemoteOutcomeSent(account, number, outcome, change);
    }

    /// @inheritdoc IJobHub
    function takeHome(Ticket calldata ticket) external returns (uint256 change) {
        address account = _requireHomeAccount(ticket);
        (change, ) = _collect(ticket, account);
        _storage().outcomes[account] = Sent(0, 0, true);
        emit RemoteChangeTaken(account, msg.sender, change);
        ASY.safeTransfer(msg.sender, change);
    }

    /// @inheritdoc IJobHub
    function recall(Ticket calldata ticket, Transfer calldata transfer) external payable {
        address account = _requireHomeAccount(ticket);
        BRIDGE.recall{value: msg.value}(ticket.chainId, _storage().outcomes[account].number, transfer);
    }

    /* ── ADMIN ── */

    /// @inheritdoc IJobHub
    function setPortal(uint256 chainId, address portal) external restricted {
        require(portal != address(0), JobHub_ZeroAddress());
        Storage storage $ = _storage();
        require($.portals[chainId] == address(0), JobHub_PortalKnown(chainId, $.portals[chainId]));
        $.portals[chainId] = portal;
        emit PortalSet(chainId, portal);
    }

    /* ── VIEWS ── */

    /// @inheritdoc IJobHub
    function accountOf(Ticket memory ticket) public view returns (address) {
        return Clones.predictDeterministicAddress(_storage().accountCode, keccak256(abi.encode(ticket)));
    }

    /// @inheritdoc IJobHub
    function outcomeOf(address account) external view returns (uint64 number, uint128 change, bool taken) {
        Sent memory sent = _storage().outcomes[account];
        return (sent.number, sent.change, sent.taken);
    }

    /// @inheritdoc IJobHub
    function portalOf(uint256 chainId) external view returns (address) {
        return _storage().portals[chainId];
    }

    /// @notice Semantic version of this implementation.
    function version() external pure override returns (string memory) {
        return "1.0.0";
    }

    /* ── INTERNALS: RECEIVING ── */

    function _post(uint256 chainId, uint64 number, uint256 amount, RemoteJobMessages.Post memory message) private {
        _requireTurn(chainId, message.previous);
        uint256 lane = uint16(message.terms[3] >> 48);
        require(lane == 0, JobHub_WrongLane(lane));
        address token = address(uint160(message.terms[1] >> 96));
        require(token == address(ASY), JobHub_WrongToken(token, address(ASY)));
        Ticket memory ticket = Ticket(chainId, message.user, message.index, message.homeAccount);
        // INVARIANT RJ-03: a ticket's account is created once, so a job is posted once
        address account = Clones.cloneDeterministic(_storage().accountCode, keccak256(abi.encode(ticket)));
        MARKET.deposit(address(ASY), account, amount);
        bytes memory posting = abi.encodeCall(IMarketCore.postJob, (message.terms, message.spec));
        bytes32 id = abi.decode(RemoteJobAccount(account).execute(address(MARKET), posting), (bytes32));
        emit RemoteJobPosted(account, id, chainId, message.user, message.index, message.homeAccount, number);
    }

    function _cancel(uint256 chainId, RemoteJobMessages.Cancel memory message) private {
        _requireTurn(chainId, message.previous);
        Ticket memory ticket = Ticket(chainId, message.user, message.index, message.homeAccount);
        address account = _requireJob(ticket);
        // The market refuses it if the job is not open, or is another account's.
        RemoteJobAccount(account).execute(address(MARKET), abi.encodeCall(IMarketCore.cancel, (message.terms)));
        emit RemoteJobCancelled(account, keccak256(abi.encode(message.terms)));
    }

    /// @dev INVARIANT RJ-05: a user's messages are served in the order they were sent in
    function _requireTurn(uint256 chainId, uint64 previous) private view {
        if (previous == 0) return;
        Incoming status = BRIDGE.incomingOf(chainId, previous);
        bool decided = status == Incoming.Accepted || status == Incoming.Refused;
        require(decided, ILinkedBridge.Bridge_NotYet());
    }

    /* ── INTERNALS: SENDING ── */

    /// @dev Brings together what is due to an ended job's user: what has come to its account, and an outcome that came back.
    function _collect(Ticket calldata ticket, address account) private returns (uint256 change, JobStatus outcome) {
        (, outcome) = MARKET.laneOf(account, 0);
        require(uint8(outcome) >= uint8(JobStatus.Finalized), JobHub_NotEnded(account, outcome));
        change = _drain(account);
        Sent memory last = _storage().outcomes[account];
        if (last.number == 0 && !last.taken) return (change, outcome);
        Outgoing status = last.taken ? Outgoing.Accepted : BRIDGE.outgoingOf(ticket.chainId, last.number);
        // INVARIANT RJ-06: what may still arrive, or has, is never paid again
        require(
            status == Outgoing.Returned || (status == Outgoing.Accepted && change != 0),
            JobHub_NothingDue(account, last.number, status)
        );
        if (status == Outgoing.Returned) change += last.change;
    }

    /// @return drained what the account had anywhere, now with the hub
    function _drain(address account) private returns (uint256 drained) {
        if (STAKING.creditOf(account) != 0) STAKING.claimCredit(account);
        uint256 inMarket = MARKET.balanceOf(address(ASY), account);
        if (inMarket != 0) {
            bytes memory withdrawal = abi.encodeCall(IMarketCore.withdraw, (address(ASY), address(this), inMarket));
            RemoteJobAccount(account).execute(address(MARKET), withdrawal);
        }
        uint256 held = ASY.balanceOf(account);
        if (held != 0) {
            RemoteJobAccount(account).execute(address(ASY), abi.encodeCall(IERC20.transfer, (address(this), held)));
        }
        return inMarket + held;
    }

    function _send(uint256 chainId, uint256 kind, bytes memory body, uint256 amount) private returns (uint64) {
        return
            // solhint-disable-next-line check-send-result
            BRIDGE.send{value: msg.value}(
                chainId,
                _storage().portals[chainId],
                amount,
                uint40(block.timestamp + OUTCOME_LIFETIME),
                PORTAL_GAS,
                abi.encode(RemoteJobMessages.VERSION, kind, body)
            );
    }

    function _requireHomeAccount(Ticket calldata ticket) private view returns (address account) {
        require(msg.sender == ticket.homeAccount, JobHub_NotHomeAccount(msg.sender, ticket.homeAccount));
        return _requireJob(ticket);
    }

    function _requireJob(Ticket memory ticket) private view returns (address account) {
        account = accountOf(ticket);
        require(account.code.length != 0, JobHub_NoSuchJob(account));
    }

    function _storage() private pure returns (Storage storage $) {
        assembly ("memory-safe") {
            $.slot := STORAGE_SLOT
        }
    }
}
