// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Managed} from "../access/Managed.sol";
import {ISlashingManager} from "../interfaces/ISlashingManager.sol";
import {IStakingManager} from "../interfaces/IStakingManager.sol";
import {PenaltyWords} from "../libraries/PenaltyWords.sol";

/// @title SlashingManager
/// @notice The only door to a slash: prices each reason, caps it, splits what is lost.
///
/// Purpose: the staking manager takes stake away for this contract and for nobody else. Proofs (a missed deadline, a
/// rejected result) come from the market and are executed at once. Evidence that is not a proof opens a case: the stake is
/// held, the provider may appeal, a guardian may veto, and only what nobody stopped in time is executed.
/// Roles & powers: the market slashes bonds of its own jobs. The authority's roles open cases, refuse appeals and veto.
/// Anyone executes or ends what is due. Nobody can raise a cap: prices are constants, so that a posted job keeps its terms.
/// Trust: the market and the staking manager (immutable addresses); the authority's judgement in cases, within the caps,
/// and only until governance's delay lets the provider leave.
/// Liveness: each state of a case has a deadline, after which anyone may end it; silence of those who judge is worth an
/// acquittal once the provider has appealed.
/// Rounding: shares round down in favour of what is burned.
/// Known hazards: whoever may open cases can hold stake of each provider up to the sum of the caps for as long as a case
/// lasts. Evidence pays nobody who judges it.
contract SlashingManager is Managed, ISlashingManager {
    uint256 public constant MIN_DELAY = 1 days;
    uint256 public constant MAX_DELAY = 30 days;
    /// @notice How long an appeal waits for its decision, and an executable case for its execution.
    uint256 public constant DECISION_TIME = 14 days;
    uint256 private constant BPS = 10_000;
    // where each share of a reason stands, see _pricesOf
    uint256 private constant REASON = 80;
    uint256 private constant CAP = 64;
    uint256 private constant TO_REQUESTER = 48;
    uint256 private constant TO_FINDER = 32;
    uint256 private constant TO_AUDIT = 16;

    IStakingManager public immutable STAKING;
    address public immutable MARKET;

    /// @custom:storage-location erc7201:assay.storage.SlashingManager
    struct Storage {
        mapping(uint256 id => Case) cases;
        mapping(address provider => mapping(Reason reason => uint256 id)) open;
        uint256 count;
        uint256 delay;
    }

    // keccak256(abi.encode(uint256(keccak256("assay.storage.SlashingManager")) - 1)) & ~bytes32(uint256(0xff))
    bytes32 private constant STORAGE_SLOT = 0xaa6338d3ee1581c90970caf04612abc4a4eb5449e06e5c6fc2431d74e56e7b00;

    constructor(IStakingManager staking, address market) {
        require(address(staking) != address(0) && market != address(0), Slashing_ZeroAddress());
        STAKING = staking;
        MARKET = market;
    }

    /// @notice Sets the authority and the delay of cases. Called once, by the proxy's deployment.
    function initialize(address authority_, uint256 delay_) external initializer {
        __AccessManaged_init(authority_);
        _setDelay(delay_);
    }

    /* ── WRITES: PROOFS ── */

    /// @inheritdoc ISlashingManager
    function slash(
        Reason reason,
        address provider,
        uint256 bond,
        address requester,
        address finder
    ) external returns (uint256 lost) {
        require(msg.sender == MARKET, Slashing_NotMarket(msg.sender, MARKET));
        require(isProof(reason), Slashing_WrongReason(reason));
        uint256 prices = _pricesOf(reason);
        lost = _part(bond, prices >> CAP);
        _forfeit(prices, provider, bond, lost, requester, finder);
    }

    /* ── WRITES: EVIDENCE ── */

    /// @inheritdoc ISlashingManager
    function openCase(
        Reason reason,
        address provider,
        address victim,
        uint256 wanted,
        bytes32 evidence
    ) external restricted returns (uint256 id) {
        require(victim != address(0), Slashing_ZeroAddress());
        require(reason != Reason.None && !isProof(reason), Slashing_WrongReason(reason));
        Storage storage $ = _storage();
        id = $.open[provider][reason];
        require(id == 0, Slashing_CaseUnderWay(id));
        // INVARIANT SLH-04: never above the reason's cap, and STAKING holds no more than is free
        (uint256 staked, , ) = STAKING.stakeOf(provider);
        uint256 cap = (staked * sharesOf(reason).cap) / BPS;
        uint256 amount = STAKING.hold(provider, wanted < cap ? wanted : cap);
        require(amount != 0, Slashing_NothingToHold(provider));

        id = ++$.count;
        $.open[provider][reason] = id;
        uint256 deadline = block.timestamp + $.delay;
        // amount <= stake, a uint96
        $.cases[id] = Case(provider, uint96(amount), victim, uint40(deadline), reason, CaseStatus.Open);
        emit CaseOpened(id, provider, reason, victim, amount, deadline, evidence);
    }

    /// @inheritdoc ISlashingManager
    function appeal(uint256 id, bytes32 statement) external {
        Case storage case_ = _requireStatus(id, CaseStatus.Open);
        require(msg.sender == case_.provider, Slashing_NotProvider(msg.sender, case_.provider));
        uint256 deadline = case_.deadline;
        require(block.timestamp <= deadline, Slashing_TooLate(deadline, block.timestamp));
        emit CaseAppealed(id, _wait(case_, CaseStatus.Appealed), statement);
    }

    /// @inheritdoc ISlashingManager
    function refuseAppeal(uint256 id) external restricted {
        Case storage case_ = _requireStatus(id, CaseStatus.Appealed);
        uint256 deadline = case_.deadline;
        require(block.timestamp <= deadline, Slashing_TooLate(deadline, block.timestamp));
        emit AppealRefused(id, _wait(case_, CaseStatus.Upheld));
    }

    /// @inheritdoc ISlashingManager
    function veto(uint256 id) external restricted {
        Case storage case_ = _storage().cases[id];
        require(_isUnderWay(case_.status), Slashing_WrongStatus(id, case_.status));
        emit CaseVetoed(id);
        _acquit(case_, CaseStatus.Vetoed);
    }

    /// @inheritdoc ISlashingManager
    function executeCase(uint256 id) external {
        Case storage case_ = _storage().cases[id];
        CaseStatus status = case_.status;
        require(status == CaseStatus.Open || status == CaseStatus.Upheld, Slashing_WrongStatus(id, status));
        // INVARIANT SLH-06: an open case waits for its delay, an upheld one does not
        uint256 from = status == CaseStatus.Open ? case_.deadline + 1 : 0;
        require(block.timestamp >= from, Slashing_TooEarly(from, block.timestamp));
        uint256 until = _lastMoment(case_);
        require(block.timestamp <= until, Slashing_TooLate(until, block.timestamp));
        _end(case_, CaseStatus.Executed);
        emit CaseExecuted(id);
        uint256 amount = case_.amount;
        _forfeit(_pricesOf(case_.reason), case_.provider, amount, amount, case_.victim, address(0));
    }

    /// @inheritdoc ISlashingManager
    function lapse(uint256 id) external {
        Case storage case_ = _storage().cases[id];
        require(_isUnderWay(case_.status), Slashing_WrongStatus(id, case_.status));
        uint256 until = _lastMoment(case_);
        require(block.timestamp > until, Slashing_TooEarly(until + 1, block.timestamp));
        emit CaseLapsed(id);
        _acquit(case_, CaseStatus.Lapsed);
    }

    /* ── ADMIN ── */

    /// @inheritdoc ISlashingManager
    function setDelay(uint256 delay_) external restricted {
        _setDelay(delay_);
    }

    /* ── VIEWS ── */

    /// @inheritdoc ISlashingManager
    function sharesOf(Reason reason) public pure returns (Shares memory) {
        uint256 prices = _pricesOf(reason);
        return
            Shares({
                cap: uint16(prices >> CAP),
                toRequester: uint16(prices >> TO_REQUESTER),
                toFinder: uint16(prices >> TO_FINDER),
                toAudit: uint16(prices >> TO_AUDIT),
                failures: uint16(prices)
            });
    }

    /// @notice Whether a reason is slashed at once, because the chain itself has seen it.
    function isProof(Reason reason) public pure returns (bool) {
        return reason == Reason.Rejected || reason == Reason.Late || reason == Reason.Rescued;
    }

    /// @inheritdoc ISlashingManager
    function caseOf(uint256 id) external view returns (Case memory) {
        return _storage().cases[id];
    }

    /// @inheritdoc ISlashingManager
    function openCaseOf(address provider, Reason reason) external view returns (uint256 id) {
        return _storage().open[provider][reason];
    }

    /// @inheritdoc ISlashingManager
    function delay() external view returns (uint256) {
        return _storage().delay;
    }

    /// @notice Semantic version of this implementation.
    function version() external pure override returns (string memory) {
        return "1.0.0";
    }

    /* ── INTERNALS ── */

    function _forfeit(
        uint256 prices,
        address provider,
        uint256 bond,
        uint256 lost,
        address requester,
        address finder
    ) private {
        // bonds and amounts of cases are uint96, and so are their shares
        uint256 toRequester = _part(bond, prices >> TO_REQUESTER);
        uint256 toFinder = finder == address(0) ? 0 : _part(bond, prices >> TO_FINDER);
        uint256 toAudit = _part(bond, prices >> TO_AUDIT);
        lost -= toRequester + toFinder + toAudit;
        IStakingManager.Penalty memory penalty = IStakingManager.Penalty(
            PenaltyWords.share(requester, toRequester),
            PenaltyWords.share(finder, toFinder),
            PenaltyWords.rest(Reason(prices >> REASON), uint16(prices), toAudit, lost)
        );
        STAKING.forfeit(provider, bond, penalty);
    }

    /// @dev A reason and its shares in one word: reason 8 | cap 16 | toRequester 16 | toFinder 16 | toAudit 16 | failures 16.
    function _pricesOf(Reason reason) private pure returns (uint256 prices) {
        // More leaves the hands of requester, finder and provider than comes back to them, who may be one person.
        if (reason == Reason.Rejected) prices = _prices(10_000, 1_500, 2_500, 1_500, 8);
        else if (reason == Reason.Late) prices = _prices(1_000, 450, 0, 0, 1);
        else if (reason == Reason.Rescued) prices = _prices(1_000, 200, 250, 0, 1);
        else if (reason == Reason.DataWithheld) prices = _prices(1_000, 1_500, 0, 3_500, 2);
        else if (reason == Reason.FalseCapability) prices = _prices(500, 1_500, 0, 3_500, 2);
        else if (reason == Reason.Collusion) prices = _prices(5_000, 1_500, 0, 3_500, 8);
        else revert Slashing_WrongReason(reason);
        prices |= uint256(reason) << REASON;
    }

    function _prices(
        uint256 cap,
        uint256 toRequester,
        uint256 toFinder,
        uint256 toAudit,
        uint256 failures
    ) private pure returns (uint256) {
        return
            (cap << CAP) | (toRequester << TO_REQUESTER) | (toFinder << TO_FINDER) | (toAudit << TO_AUDIT) | failures;
    }

    /// @dev `share` in its lowest 16 bits, of an amount below 2^96: nothing overflows.
    function _part(uint256 amount, uint256 share) private pure returns (uint256) {
        unchecked {
            return (amount * uint16(share)) / BPS;
        }
    }

    function _wait(Case storage case_, CaseStatus status) private returns (uint256 deadline) {
        deadline = block.timestamp + DECISION_TIME;
        case_.status = status;
        case_.deadline = uint40(deadline);
    }

    function _end(Case storage case_, CaseStatus status) private {
        case_.status = status;
        delete _storage().open[case_.provider][case_.reason];
    }

    function _acquit(Case storage case_, CaseStatus status) private {
        _end(case_, status);
        STAKING.release(case_.provider, case_.amount, false);
    }

    /// @dev An open case is executable for DECISION_TIME after its delay; the deadlines of the others are their last moments.
    function _lastMoment(Case storage case_) private view returns (uint256) {
        return case_.deadline + (case_.status == CaseStatus.Open ? DECISION_TIME : 0);
    }

    function _isUnderWay(CaseStatus status) private pure returns (bool) {
        return status >= CaseStatus.Open && status <= CaseStatus.Upheld;
    }

    function _requireStatus(uint256 id, CaseStatus wanted) private view returns (Case storage case_) {
        case_ = _storage().cases[id];
        require(case_.status == wanted, Slashing_WrongStatus(id, case_.status));
    }

    function _setDelay(uint256 delay_) private {
        require(delay_ >= MIN_DELAY && delay_ <= MAX_DELAY, Slashing_DelayOutOfRange(delay_, MIN_DELAY, MAX_DELAY));
        Storage storage $ = _storage();
        emit DelaySet($.delay, delay_);
        $.delay = delay_;
    }

    function _storage() private pure returns (Storage storage $) {
        assembly ("memory-safe") {
            $.slot := STORAGE_SLOT
        }
    }
}
