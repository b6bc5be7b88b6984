// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Managed} from "../access/Managed.sol";
import {IJobMarketplace} from "../interfaces/IJobMarketplace.sol";
import {IDelegationPools} from "../interfaces/IDelegationPools.sol";
import {ISlashingManager} from "../interfaces/ISlashingManager.sol";
import {IStakingManager} from "../interfaces/IStakingManager.sol";
import {IVerificationHub} from "../interfaces/IVerificationHub.sol";
import {Commitments} from "../libraries/Commitments.sol";
import {JobSpec} from "../libraries/JobSpec.sol";
import {JobTerms} from "../libraries/JobTerms.sol";
import {LaneWord} from "../libraries/LaneWord.sol";
import {Reputation} from "../libraries/Reputation.sol";
import {RunWord} from "../libraries/RunWord.sol";
import {JobStatus, SubmittedJob, Verdict} from "../types/JobTypes.sol";

/// @title JobMarketplace
/// @notice Escrow and life cycle of compute jobs: post, claim, submit, settle.
///
/// Purpose: a requester's price is escrowed when a job is posted and leaves in exactly one of two ways: to the provider
/// whose result every strategy of the job's policy accepted, or back to the requester.
/// Storage: a job is one word, kept in a lane that its requester uses again for later jobs, so a job creates no storage
/// slot. The word commits to everything that is known of the job; callers bring the preimages, events carry them.
/// Roles & powers: the requester posts and cancels; a staked provider or its operator claims and submits; everything
/// that is due may be moved on by anyone: cancel (after claimBy), expire, finalize, reject, resolveStalled, collect. The
/// authority sets token fees and minimums for jobs posted later and the treasury; its guardian may stop posting and
/// claiming, nothing else. A posted job keeps the terms it was posted with.
/// Trust: the staking manager, the slashing manager and the hub (immutable addresses, so upgrades of theirs go through the
/// authority) and the strategies that the job's policy names.
/// Token needs: ERC-20 without fees on transfer, refused by measuring; a token that changes balances by itself must not be
/// allow-listed.
/// Liveness: every state that holds money has a deadline after which anyone may end it.
/// Rounding: prices on the ramp and fees round down; the requester gets the rest of a price, the provider that of a fee.
/// Known hazards: the nonce is unpredictable before the claim but a claimer may retry once a block; times are block times.
contract JobMarketplace is Managed, ReentrancyGuardTransient, IJobMarketplace {
    using SafeERC20 for IERC20;
    using JobTerms for uint256[5];
    using JobSpec for bytes32[6];
    using RunWord for uint256;
    using LaneWord for uint256;

    uint256 public constant MAX_CLAIM_TIME = 30 days;
    uint256 public constant MIN_RUN_TIME = 1 minutes;
    uint256 public constant MAX_RUN_TIME = 14 days;
    uint256 public constant MAX_WINDOW = 30 days;
    /// @notice How long after its window a result may wait for a strategy before anyone may resolve it as stalled: this, and
    ///         VERDICT_SPANS times what the run took, because the clocks of a dispute grow with the run (DSP-70, DSP-73).
    uint256 public constant VERDICT_TIMEOUT = 30 days;
    uint256 public constant VERDICT_SPANS = 4;
    uint256 public constant MAX_BATCH = 256;
    uint256 public constant MAX_FEE_BPS = 2_000;
    uint256 private constant BPS = 10_000;

    uint8 public constant PAUSE_POST = 1;
    uint8 public constant PAUSE_CLAIM = 2;
    /// @dev The policy that names the optimistic window only. The market judges it itself, which saves the hub's call.
    uint16 private constant WINDOW_ONLY = 1;

    IStakingManager public immutable STAKING;
    IVerificationHub public immutable HUB;
    ISlashingManager public immutable SLASHING;
    IDelegationPools public immutable POOLS;

    struct TokenConfig {
        bool allowed;
        uint16 feeBps;
        uint96 minBond;
    }

    struct Config {
        address treasury;
        uint32 minWindow;
        uint8 pauseBits;
    }

    /// @dev `kept` never falls again, so that collecting does not give the slot back: the next job would pay for a new one.
    struct Earnings {
        uint128 gross;
        uint120 fee;
        bool kept;
    }

    /// @custom:storage-location erc7201:assay.storage.JobMarketplace
    struct Storage {
        mapping(address requester => mapping(uint256 lane => uint256)) lanes;
        mapping(address token => mapping(address account => uint256)) balances;
        mapping(address token => mapping(address provider => Earnings)) earnings;
        mapping(address token => TokenConfig) tokens;
        Config config;
    }

    // keccak256(abi.encode(uint256(keccak256("assay.storage.JobMarketplace")) - 1)) & ~bytes32(uint256(0xff))
    bytes32 private constant STORAGE_SLOT = 0xee67c203b13bcb030fabe11b5f45659086ffbb5e7d57b949800bb15ebfe5b500;

    constructor(IStakingManager staking, IVerificationHub hub, ISlashingManager slashing, IDelegationPools pools) {
        require(address(staking) != address(0) && address(hub) != address(0), Market_ZeroAddress());
        require(address(slashing) != address(0) && address(pools) != address(0), Market_ZeroAddress());
        STAKING = staking;
        HUB = hub;
        SLASHING = slashing;
        POOLS = pools;
    }

    /// @notice Sets the authority, the treasury and the shortest window. Called once, by the proxy's deployment.
    function initialize(address authority_, address treasury, uint32 minWindow) external initializer {
        __AccessManaged_init(authority_);
        _setTreasury(treasury);
        _setMinWindow(minWindow);
    }

    /* ── WRITES: BALANCES ── */

    /// @inheritdoc IJobMarketplace
    function deposit(address token, address account, uint256 amount) external nonReentrant {
        _deposit(token, account, amount);
    }

    /// @inheritdoc IJobMarketplace
    function depositWithPermit(
        address token,
        uint256 amount,
        uint256 deadline,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external nonReentrant {
        // Checked before the token is called at all: nobody vouches for the others.
        _requireAllowed(token);
        // A permit that somebody else brought first leaves the allowance in place; transferFrom decides.
        try IERC20Permit(token).permit(msg.sender, address(this), amount, deadline, v, r, s) {} catch {}
        _deposit(token, msg.sender, amount);
    }

    /// @inheritdoc IJobMarketplace
    function withdraw(address token, address to, uint256 amount) external nonReentrant {
        require(to != address(0), Market_ZeroAddress());
        require(amount != 0, Market_ZeroAmount());
        _debit(token, msg.sender, amount);
        emit Withdrawn(token, msg.sender, to, amount);
        IERC20(token).safeTransfer(to, amount);
    }

    /// @inheritdoc IJobMarketplace
    function collect(address token, address provider) external returns (uint256 net, uint256 fee) {
        Storage storage $ = _storage();
        Earnings memory earned = $.earnings[token][provider];
        require(earned.gross != 0, Market_NothingEarned(token, provider));
        fee = earned.fee;
        $.earnings[token][provider] = Earnings(0, 0, true);
        uint256 shared = POOLS.shareFees(provider, token, earned.gross - fee);
        net = earned.gross - fee - shared;
        $.balances[token][provider] += net;
        if (shared != 0) $.balances[token][address(POOLS)] += shared;
        if (fee != 0) $.balances[token][$.config.treasury] += fee;
        emit EarningsCollected(token, provider, net, fee, shared);
    }

    /* ── WRITES: JOBS ── */

    /// @inheritdoc IJobMarketplace
    function postJob(uint256[5] calldata terms, bytes32[6] calldata spec) external returns (bytes32 id) {
        Storage storage $ = _storage();
        _checkTerms($, terms);
        require(spec.isWellFormed(), Market_MalformedSpec(uint256(spec[3])));
        bytes32 specHash = spec.hash();
        require(specHash == terms.specHash(), Market_SpecMismatch(specHash, terms.specHash()));
        if (terms.policy() != WINDOW_ONLY) HUB.requireJudgeable(terms, spec);

        mapping(uint256 lane => uint256) storage lanes = $.lanes[msg.sender];
        uint256 word = lanes[terms.lane()];
        require(word.accepts(terms.generation()), Market_LaneBusy(terms.lane(), word.status(), word));

        id = terms.id();
        lanes[terms.lane()] = LaneWord.open(id);
        _debit(terms.token(), msg.sender, terms.maxPrice());
        emit JobPosted(id, msg.sender, terms, spec);
    }

    /// @inheritdoc IJobMarketplace
    function claim(uint256[5] calldata terms, address provider) external returns (bytes32 nonce) {
        Storage storage $ = _storage();
        uint8 paused = $.config.pauseBits;
        require(paused & PAUSE_CLAIM == 0, Market_Paused(paused, PAUSE_CLAIM));
        bytes32 id = terms.id();
        _requireLane($, terms, id, LaneWord.open(id));
        require(block.timestamp <= terms.claimBy(), Market_TooLate(terms.claimBy(), block.timestamp));
        address named = terms.provider();
        require(named == address(0) || named == provider, Market_NotProvider(provider, named));

        nonce = Commitments.nonce(id, provider);
        uint256 run = RunWord.pack(provider, block.timestamp, 0);
        _setLane($, terms, LaneWord.claimed(id, run, nonce, msg.sender));
        uint256 price = terms.priceAtDown(block.timestamp);
        uint256 maxPrice = terms.maxPrice();
        // priceAtDown never exceeds maxPrice
        if (price != maxPrice) _credit($, terms, maxPrice - price);
        emit JobClaimed(id, provider, msg.sender, price, nonce);
        STAKING.lock(provider, msg.sender, terms.bond(), terms.minReputation());
    }

    /// @inheritdoc IJobMarketplace
    function submit(
        uint256[5] calldata terms,
        bytes32[6] calldata spec,
        uint256 run,
        bytes32 nonce,
        address claimer,
        bytes32 runRoot,
        bytes32[] calldata finalRoots,
        bytes32 outputDigest
    ) external returns (bytes32 commitment) {
        bytes32 id = terms.id();
        _requireLane(_storage(), terms, id, LaneWord.claimed(id, run, nonce, claimer));
        _requireDeliverable(terms, run, claimer);
        _checkResult(terms, spec, runRoot, finalRoots.length);

        // INVARIANT DSP-13: the final state is computed from its roots, never supplied
        commitment = Commitments.result(id, nonce, runRoot, Commitments.state(spec.steps(), finalRoots));
        _setLane(_storage(), terms, LaneWord.submitted(id, run.submittedNow(), commitment));
        emit ResultSubmitted(id, run.provider(), runRoot, outputDigest, finalRoots);
    }

    /// @inheritdoc IJobMarketplace
    function finalize(uint256[5] calldata terms, uint256 run, bytes32 commitment) external {
        Storage storage $ = _storage();
        bytes32 id = terms.id();
        _requireLane($, terms, id, LaneWord.submitted(id, run, commitment));
        (Verdict verdict, uint256 readyAt) = _verdict(id, terms, run, commitment);
        if (verdict == Verdict.Pending && readyAt > block.timestamp) revert Market_TooEarly(readyAt, block.timestamp);
        require(verdict == Verdict.Accepted, Market_NotAccepted(id, uint8(verdict)));

        address provider = run.provider();
        (uint256 price, uint256 fee) = _settle($, id, terms, run);
        _earn($, terms.token(), provider, price, fee);
        STAKING.release(provider, terms.bond(), provider != terms.requester());
    }

    /// @inheritdoc IJobMarketplace
    function finalizeBatch(Settlement[] calldata items) external returns (uint256 settled) {
        require(items.length <= MAX_BATCH, Market_BatchTooLarge(items.length, MAX_BATCH));
        Storage storage $ = _storage();
        Group memory group;
        for (uint256 i; i < items.length; ++i) {
            Settlement calldata item = items[i];
            bytes32 id = item.terms.id();
            bytes4 reason = _obstacle($, id, item);
            if (reason != 0) {
                emit SettlementSkipped(id, reason);
                continue;
            }
            address provider = item.run.provider();
            address token = item.terms.token();
            if (provider != group.provider || token != group.token) {
                _pay($, group);
                group = Group(provider, token, 0, 0, 0, false);
            }
            (uint256 price, uint256 fee) = _settle($, id, item.terms, item.run);
            group.gross += price;
            group.fee += fee;
            group.bond += item.terms.bond();
            if (provider != item.terms.requester()) group.earned = true;
            ++settled;
        }
        _pay($, group);
    }

    /// @inheritdoc IJobMarketplace
    function cancel(uint256[5] calldata terms) external {
        Storage storage $ = _storage();
        bytes32 id = terms.id();
        _requireLane($, terms, id, LaneWord.open(id));
        address requester = terms.requester();
        require(
            msg.sender == requester || block.timestamp > terms.claimBy(),
            Market_NotRequester(msg.sender, requester)
        );
        uint256 refund = terms.maxPrice();
        _end($, terms, JobStatus.Cancelled);
        _credit($, terms, refund);
        emit JobCancelled(id, requester, refund);
    }

    /// @inheritdoc IJobMarketplace
    function expire(uint256[5] calldata terms, uint256 run, bytes32 nonce, address claimer) external {
        Storage storage $ = _storage();
        bytes32 id = terms.id();
        _requireLane($, terms, id, LaneWord.claimed(id, run, nonce, claimer));
        uint256 deadline = run.claimedAt() + terms.runTime();
        require(block.timestamp > deadline, Market_TooEarly(deadline + 1, block.timestamp));

        uint256 refund = terms.priceAtDown(run.claimedAt());
        _end($, terms, JobStatus.Expired);
        _credit($, terms, refund);
        emit JobExpired(id, run.provider(), refund, _slash(ISlashingManager.Reason.Late, terms, run, address(0)));
    }

    /// @inheritdoc IJobMarketplace
    function reject(uint256[5] calldata terms, uint256 run, bytes32 commitment) external {
        Storage storage $ = _storage();
        bytes32 id = terms.id();
        _requireLane($, terms, id, LaneWord.submitted(id, run, commitment));
        (bool rejected, address finder) = HUB.rejectionOf(SubmittedJob(id, terms, run, commitment));
        if (!rejected) {
            (Verdict verdict, ) = _verdict(id, terms, run, commitment);
            revert Market_NotRejected(id, uint8(verdict));
        }

        uint256 refund = terms.priceAtDown(run.claimedAt());
        _end($, terms, JobStatus.Rejected);
        _credit($, terms, refund);
        emit JobRejected(id, run.provider(), refund, _slash(ISlashingManager.Reason.Rejected, terms, run, finder));
    }

    /// @inheritdoc IJobMarketplace
    function resolveStalled(uint256[5] calldata terms, uint256 run, bytes32 commitment) external {
        Storage storage $ = _storage();
        bytes32 id = terms.id();
        _requireLane($, terms, id, LaneWord.submitted(id, run, commitment));
        uint256 submittedAt = run.submittedAt();
        uint256 spans = VERDICT_SPANS * (submittedAt - run.claimedAt());
        uint256 from = submittedAt + terms.window() + VERDICT_TIMEOUT + spans;
        require(block.timestamp >= from, Market_TooEarly(from, block.timestamp));
        (Verdict verdict, ) = _verdict(id, terms, run, commitment);
        require(verdict == Verdict.Pending, Market_NotStalled(id, uint8(verdict)));

        uint256 refund = terms.priceAtDown(run.claimedAt());
        _end($, terms, JobStatus.Unresolved);
        _credit($, terms, refund);
        emit JobUnresolved(id, run.provider(), refund);
        STAKING.release(run.provider(), terms.bond(), false);
    }

    /* ── ADMIN ── */

    /// @inheritdoc IJobMarketplace
    function configureToken(address token, bool allowed, uint16 feeBps, uint96 minBond) external restricted {
        require(token.code.length != 0, Market_NotAContract(token));
        require(feeBps <= MAX_FEE_BPS, Market_FeeTooHigh(feeBps, MAX_FEE_BPS));
        _storage().tokens[token] = TokenConfig(allowed, feeBps, minBond);
        emit TokenConfigured(token, allowed, feeBps, minBond);
    }

    /// @inheritdoc IJobMarketplace
    function setTreasury(address treasury) external restricted {
        _setTreasury(treasury);
    }

    /// @inheritdoc IJobMarketplace
    function setMinWindow(uint32 seconds_) external restricted {
        _setMinWindow(seconds_);
    }

    /// @inheritdoc IJobMarketplace
    function setPause(uint8 bits) external restricted {
        Config storage config_ = _storage().config;
        require(bits <= PAUSE_POST | PAUSE_CLAIM, Market_UnknownPauseBits(bits, PAUSE_POST | PAUSE_CLAIM));
        emit PauseSet(config_.pauseBits, bits);
        config_.pauseBits = bits;
    }

    /* ── VIEWS ── */

    /// @inheritdoc IJobMarketplace
    function balanceOf(address token, address account) external view returns (uint256) {
        return _storage().balances[token][account];
    }

    /// @inheritdoc IJobMarketplace
    function earnedOf(address token, address provider) external view returns (uint256 gross, uint256 fee) {
        Earnings storage earned = _storage().earnings[token][provider];
        return (earned.gross, earned.fee);
    }

    /// @inheritdoc IJobMarketplace
    function laneOf(address requester, uint256 lane) external view returns (uint256 word, JobStatus status) {
        word = _storage().lanes[requester][lane];
        status = word.status();
    }

    /// @inheritdoc IJobMarketplace
    function tokenConfig(address token) external view returns (bool allowed, uint16 feeBps, uint96 minBond) {
        TokenConfig storage config_ = _storage().tokens[token];
        return (config_.allowed, config_.feeBps, config_.minBond);
    }

    /// @inheritdoc IJobMarketplace
    function config() external view returns (address treasury, uint32 minWindow, uint8 pauseBits) {
        Config storage config_ = _storage().config;
        return (config_.treasury, config_.minWindow, config_.pauseBits);
    }

    /// @inheritdoc IJobMarketplace
    function priceAt(uint256[5] calldata terms, uint256 time) external pure returns (uint256) {
        return terms.priceAtDown(time);
    }

    /// @inheritdoc IJobMarketplace
    function isSubmitted(uint256[5] calldata terms, uint256 run, bytes32 commitment) external view returns (bool) {
        return _storage().lanes[terms.requester()][terms.lane()] == LaneWord.submitted(terms.id(), run, commitment);
    }

    /// @notice Semantic version of this implementation.
    function version() external pure override returns (string memory) {
        return "1.0.0";
    }

    /* ── INTERNALS: CHECKS ── */

    /// @dev Every bit of the terms is checked here, once; later calls only compare hashes.
    function _checkTerms(Storage storage $, uint256[5] calldata t) private view {
        Config memory config_ = $.config;
        TokenConfig memory token = $.tokens[t.token()];
        require(config_.pauseBits & PAUSE_POST == 0, Market_Paused(config_.pauseBits, PAUSE_POST));
        require(t.version() == JobTerms.VERSION, Market_UnsupportedVersion(t.version(), JobTerms.VERSION));
        require(t.requester() == msg.sender, Market_NotRequester(msg.sender, t.requester()));
        require(token.allowed, Market_TokenNotAllowed(t.token()));
        require(t.feeBps() == token.feeBps, Market_FeeMismatch(t.feeBps(), token.feeBps));
        require(t.bond() >= token.minBond, Market_BondTooLow(t.bond(), token.minBond));
        require(
            t.minReputation() <= Reputation.SCORE_MAX,
            Market_ReputationOutOfRange(t.minReputation(), Reputation.SCORE_MAX)
        );

        uint256 minPrice = t.minPrice();
        bool fixedPrice = t.rampLength() == 0;
        require(
            minPrice != 0 && (fixedPrice ? minPrice == t.maxPrice() : minPrice <= t.maxPrice()),
            Market_PriceOutOfRange(minPrice, t.maxPrice())
        );
        _checkTime("claimBy", t.claimBy(), block.timestamp, block.timestamp + MAX_CLAIM_TIME);
        _checkTime("rampStart", t.rampStart(), 0, fixedPrice ? 0 : t.claimBy());
        _checkTime("runTime", t.runTime(), MIN_RUN_TIME, MAX_RUN_TIME);
        _checkTime("window", t.window(), config_.minWindow, MAX_WINDOW);
    }

    function _checkTime(bytes32 what, uint256 found, uint256 min, uint256 max) private pure {
        require(found >= min && found <= max, Market_TimeOutOfRange(what, found, min, max));
    }

    /// @dev Only the claimer or the provider itself, and only while the job cannot be expired yet.
    function _requireDeliverable(uint256[5] calldata terms, uint256 run, address claimer) private view {
        require(msg.sender == claimer || msg.sender == run.provider(), Market_NotProvider(msg.sender, claimer));
        uint256 deadline = run.claimedAt() + terms.runTime();
        require(block.timestamp <= deadline, Market_TooLate(deadline, block.timestamp));
    }

    function _checkResult(
        uint256[5] calldata terms,
        bytes32[6] calldata spec,
        bytes32 runRoot,
        uint256 count
    ) private pure {
        bytes32 specHash = spec.hash();
        require(specHash == terms.specHash(), Market_SpecMismatch(specHash, terms.specHash()));
        require(count == spec.stateCount(), Market_WrongStateCount(count, spec.stateCount()));
        bool single = spec.isSingleSegment();
        // INVARIANT DSP-13: a run of one segment has no inner boundary, every other run has
        require((runRoot == 0) == single, Market_RunRootMismatch(runRoot, single));
    }

    function _requireLane(Storage storage $, uint256[5] calldata terms, bytes32 id, uint256 expected) private view {
        uint256 word = $.lanes[terms.requester()][terms.lane()];
        require(word == expected, Market_StaleJob(id, word.status()));
    }

    /// @dev The optimistic window alone is judged here, equal to OptimisticWindow; anything more is the hub's business.
    function _verdict(
        bytes32 id,
        uint256[5] calldata terms,
        uint256 run,
        bytes32 commitment
    ) private view returns (Verdict, uint256) {
        if (terms.policy() == WINDOW_ONLY) {
            uint256 readyAt = run.submittedAt() + terms.window();
            return (block.timestamp >= readyAt ? Verdict.Accepted : Verdict.Pending, readyAt);
        }
        return HUB.verdictOf(SubmittedJob(id, terms, run, commitment));
    }

    /// @return reason why the item cannot be settled now (an error's selector), zero if it can
    function _obstacle(Storage storage $, bytes32 id, Settlement calldata item) private view returns (bytes4 reason) {
        uint256 word = $.lanes[item.terms.requester()][item.terms.lane()];
        if (word != LaneWord.submitted(id, item.run, item.commitment)) return Market_StaleJob.selector;
        (Verdict verdict, ) = _verdict(id, item.terms, item.run, item.commitment);
        if (verdict != Verdict.Accepted) return Market_NotAccepted.selector;
    }

    function _requireAllowed(address token) private view {
        require(_storage().tokens[token].allowed, Market_TokenNotAllowed(token));
    }

    /* ── INTERNALS: MONEY ── */

    /// @dev Neighbours in a batch that share provider and token are paid by one credit and one release.
    struct Group {
        address provider;
        address token;
        uint256 gross;
        uint256 fee;
        uint256 bond;
        bool earned;
    }

    function _pay(Storage storage $, Group memory group) private {
        if (group.provider == address(0)) return;
        _earn($, group.token, group.provider, group.gross, group.fee);
        STAKING.release(group.provider, group.bond, group.earned);
    }

    /// @dev Ends a job as paid. The caller credits the earnings and releases the bond.
    function _settle(
        Storage storage $,
        bytes32 id,
        uint256[5] calldata terms,
        uint256 run
    ) private returns (uint256 price, uint256 fee) {
        price = terms.priceAtDown(run.claimedAt());
        fee = (price * terms.feeBps()) / BPS;
        _end($, terms, JobStatus.Finalized);
        emit JobFinalized(id, run.provider(), price, fee);
    }

    function _earn(Storage storage $, address token, address provider, uint256 gross, uint256 fee) private {
        Earnings memory earned = $.earnings[token][provider];
        // 256 prices below 2^96 fit into uint120; the sums are checked
        earned.gross += uint128(gross);
        earned.fee += uint120(fee);
        earned.kept = true;
        $.earnings[token][provider] = earned;
    }

    /// @dev The slashing manager says what a reason costs; the rest of the bond is released there.
    function _slash(
        ISlashingManager.Reason reason,
        uint256[5] calldata terms,
        uint256 run,
        address finder
    ) private returns (uint256 lost) {
        return SLASHING.slash(reason, run.provider(), terms.bond(), terms.requester(), finder);
    }

    function _deposit(address token, address account, uint256 amount) private {
        require(account != address(0), Market_ZeroAddress());
        require(amount != 0, Market_ZeroAmount());
        _requireAllowed(token);
        uint256 before = IERC20(token).balanceOf(address(this));
        IERC20(token).safeTransferFrom(msg.sender, address(this), amount);
        uint256 arrived = IERC20(token).balanceOf(address(this)) - before;
        require(arrived == amount, Market_FeeOnTransfer(token, arrived, amount));
        _storage().balances[token][account] += amount;
        emit Deposited(token, account, msg.sender, amount);
    }

    function _debit(address token, address account, uint256 amount) private {
        mapping(address => uint256) storage balances = _storage().balances[token];
        uint256 found = balances[account];
        require(found >= amount, Market_InsufficientBalance(token, found, amount));
        // found >= amount
        unchecked {
            balances[account] = found - amount;
        }
    }

    function _credit(Storage storage $, uint256[5] calldata terms, uint256 amount) private {
        $.balances[terms.token()][terms.requester()] += amount;
    }

    function _end(Storage storage $, uint256[5] calldata terms, JobStatus status) private {
        _setLane($, terms, LaneWord.terminal(terms.generation(), status));
    }

    function _setLane(Storage storage $, uint256[5] calldata terms, uint256 word) private {
        $.lanes[terms.requester()][terms.lane()] = word;
    }

    function _setTreasury(address treasury) private {
        require(treasury != address(0), Market_ZeroAddress());
        Config storage config_ = _storage().config;
        emit TreasurySet(config_.treasury, treasury);
        config_.treasury = treasury;
    }

    function _setMinWindow(uint32 seconds_) private {
        _checkTime("minWindow", seconds_, 0, MAX_WINDOW);
        Config storage config_ = _storage().config;
        emit MinWindowSet(config_.minWindow, seconds_);
        config_.minWindow = seconds_;
    }

    function _storage() private pure returns (Storage storage $) {
        assembly ("memory-safe") {
            $.slot := STORAGE_SLOT
        }
    }
}
