// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IVotes} from "@openzeppelin/contracts/governance/utils/IVotes.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {DoubleEndedQueue} from "@openzeppelin/contracts/utils/structs/DoubleEndedQueue.sol";
import {Managed} from "../access/Managed.sol";
import {IAssayToken} from "../interfaces/IAssayToken.sol";
import {IDelegationPools} from "../interfaces/IDelegationPools.sol";
import {IStakingManager} from "../interfaces/IStakingManager.sol";
import {AccountWord} from "../libraries/AccountWord.sol";
import {PenaltyWords} from "../libraries/PenaltyWords.sol";
import {Reputation} from "../libraries/Reputation.sol";
import {StakedVotes} from "./StakedVotes.sol";

/// @title StakingManager
/// @notice Holds the stake of compute providers and the bonds that jobs lock in it; all staked and delegated ASY votes here.
///
/// Purpose: a provider stakes ASY once; each job it claims locks a bond out of its free stake until the job ends.
/// Roles & powers: the provider (owner key) stakes, thaws and names operators; an operator (hot key) may only claim and
/// submit through the market; the market, an immutable address, locks and releases bonds; the slashing manager, another one,
/// holds stake for its cases and forfeits what is locked, never more; the authority sets the thaw period inside fixed
/// bounds, and who gets the audit fund's share.
/// Trust: the market, the slashing manager, the delegation pools and ASY. Token needs: ASY is a plain ERC-20, no fee, no callback.
/// Liveness: nothing here can be paused. Thawed stake and credits can be paid out by anyone, to their owner only.
/// Rounding: none, all amounts are whole units.
/// Known hazards: thawing stake no longer backs jobs and cannot be forfeited; a shorter thaw period applies to later
/// requests only, and requests are paid in the order in which they were made.
contract StakingManager is Managed, StakedVotes, IStakingManager {
    using SafeERC20 for IERC20;
    using SafeCast for uint256;
    using AccountWord for uint256;
    using PenaltyWords for uint256;
    using Reputation for Reputation.Record;
    using DoubleEndedQueue for DoubleEndedQueue.Bytes32Deque;

    uint256 public constant MIN_THAW_PERIOD = 1 hours;
    uint256 public constant MAX_THAW_PERIOD = 60 days;
    /// @notice Withdrawals that one provider may have under way, so that paying them out is a bounded loop.
    uint256 public constant MAX_THAWS = 32;
    /// @notice Exposure that the first operator brings along, in 1/10,000 of the stake.
    uint256 public constant DEFAULT_EXPOSURE_BPS = 2_000;
    uint256 private constant BPS = 10_000;

    IAssayToken public immutable ASY;
    address public immutable MARKET;
    address public immutable SLASHING;
    IDelegationPools public immutable POOLS;

    /// @dev A word of AccountWord. A struct, so that a function finds its slot once.
    struct Account {
        uint256 word;
    }

    /// @custom:storage-location erc7201:assay.storage.StakingManager
    /// @dev `due` is what was forfeited and not sent on yet, to the audit fund 128 | to burn
    ///      128, both below ASY's supply.
    struct Storage {
        mapping(address provider => Account) accounts;
        mapping(address provider => DoubleEndedQueue.Bytes32Deque) thaws;
        mapping(address provider => mapping(address operator => bool)) operators;
        mapping(address account => uint256) credits;
        uint256 owed;
        uint256 thawPeriod;
        uint256 due;
        address auditFund;
        mapping(address provider => uint256) ownVotes;
    }

    // keccak256(abi.encode(uint256(keccak256("assay.storage.StakingManager")) - 1)) & ~bytes32(uint256(0xff))
    bytes32 private constant STORAGE_SLOT = 0x4b6b32043dc4c7f4f6cd80a46a61a13d9c0a7673b294ffaa869ea41cc21b8200;

    modifier onlyMarket() {
        require(msg.sender == MARKET, Staking_NotMarket(msg.sender, MARKET));
        _;
    }

    modifier onlySlashing() {
        require(msg.sender == SLASHING, Staking_NotSlashing(msg.sender, SLASHING));
        _;
    }

    modifier onlyPools() {
        require(msg.sender == address(POOLS), Staking_NotPools(msg.sender, address(POOLS)));
        _;
    }

    constructor(IAssayToken asy, address market, address slashing, IDelegationPools pools) {
        require(address(asy) != address(0) && market != address(0), Staking_ZeroAddress());
        require(slashing != address(0) && address(pools) != address(0), Staking_ZeroAddress());
        ASY = asy;
        MARKET = market;
        SLASHING = slashing;
        POOLS = pools;
    }

    /// @notice Sets the authority, the thaw period and the audit fund. Called once, by the proxy's deployment.
    function initialize(address authority_, uint256 thawPeriod_, address auditFund_) external initializer {
        __AccessManaged_init(authority_);
        __EIP712_init("Assay staked votes", "1");
        __Votes_init();
        _setAuditFund(auditFund_);
        _setThawPeriod(thawPeriod_);
    }

    /* ── WRITES: PROVIDERS ── */

    /// @inheritdoc IStakingManager
    function stakeFor(address provider, uint256 amount) external {
        _stake(provider, amount);
    }

    /// @inheritdoc IStakingManager
    function stakeWithPermit(uint256 amount, uint256 deadline, uint8 v, bytes32 r, bytes32 s) external {
        // A permit that somebody else brought first leaves the allowance in place; transferFrom decides.
        try ASY.permit(msg.sender, address(this), amount, deadline, v, r, s) {} catch {}
        _stake(msg.sender, amount);
    }

    /// @inheritdoc IStakingManager
    function requestThaw(uint256 amount) external returns (uint256 readyAt) {
        require(amount != 0, Staking_ZeroAmount());
        Storage storage $ = _storage();
        Account storage account = $.accounts[msg.sender];
        uint256 word = account.word;
        uint256 staked = word.stake();
        // INVARIANT STK-24: own stake leaves only while it covers every bond by itself
        uint256 free = staked - Math.min(staked, word.locked());
        require(amount <= free, Staking_InsufficientFreeStake(msg.sender, free, amount));
        _syncOwnVotes(msg.sender);
        // what thaws still votes, but is own stake no more
        $.ownVotes[msg.sender] -= amount;
        DoubleEndedQueue.Bytes32Deque storage queue = $.thaws[msg.sender];
        require(queue.length() < MAX_THAWS, Staking_TooManyThaws(queue.length(), MAX_THAWS));

        // amount <= free <= stake
        uint256 left = staked - amount;
        account.word = word.withStake(left);
        readyAt = block.timestamp + $.thawPeriod;
        queue.pushBack(bytes32((amount << 64) | readyAt));
        emit ThawRequested(msg.sender, amount, readyAt, left);
    }

    /// @inheritdoc IStakingManager
    function withdraw(address provider) external returns (uint256 amount) {
        Storage storage $ = _storage();
        DoubleEndedQueue.Bytes32Deque storage queue = $.thaws[provider];
        uint256 readyAt;
        while (!queue.empty()) {
            Thaw memory oldest = _unpackThaw(queue.front());
            readyAt = oldest.readyAt;
            if (readyAt > block.timestamp) break;
            queue.popFront();
            amount += oldest.amount;
        }
        require(amount != 0, Staking_NothingThawed(readyAt));
        _burnVotes(provider, amount);
        emit Withdrawn(provider, amount);
        _payOut(provider, amount);
    }

    /// @inheritdoc IStakingManager
    function setOperator(address operator, bool allowed) external {
        require(operator != address(0), Staking_ZeroAddress());
        Storage storage $ = _storage();
        $.operators[msg.sender][operator] = allowed;
        emit OperatorSet(msg.sender, operator, allowed);
        if (allowed && $.accounts[msg.sender].word.exposure() == 0) _setExposure(DEFAULT_EXPOSURE_BPS);
    }

    /// @inheritdoc IStakingManager
    function setExposure(uint16 bps) external {
        require(bps <= BPS, Staking_ExposureOutOfRange(bps, BPS));
        _setExposure(bps);
    }

    /// @inheritdoc IStakingManager
    function burnForfeited() external returns (uint256 amount) {
        Storage storage $ = _storage();
        amount = uint128($.due);
        require(amount != 0, Staking_NothingToBurn());
        $.due -= amount;
        $.owed -= amount;
        emit Burned(amount);
        ASY.burn(amount);
    }

    /// @inheritdoc IStakingManager
    function payAuditFund() external returns (uint256 amount) {
        Storage storage $ = _storage();
        amount = $.due >> 128;
        require(amount != 0, Staking_NothingForAuditFund());
        $.due = uint128($.due);
        address fund = $.auditFund;
        emit AuditFundPaid(fund, amount);
        _payOut(fund, amount);
    }

    /// @inheritdoc IStakingManager
    function claimCredit(address account) external returns (uint256 amount) {
        Storage storage $ = _storage();
        amount = $.credits[account];
        require(amount != 0, Staking_NoCredit(account));
        $.credits[account] = 0;
        emit CreditClaimed(account, amount);
        _payOut(account, amount);
    }

    /// @inheritdoc IStakingManager
    function syncVotes(address provider) external {
        _syncOwnVotes(provider);
    }

    /* ── WRITES: MARKET, SLASHING, POOLS ── */

    /// @inheritdoc IStakingManager
    function lock(
        address provider,
        address operator,
        uint256 amount,
        uint256 minStake,
        uint256 minReputation
    ) external onlyMarket {
        Storage storage $ = _storage();
        Account storage account = $.accounts[provider];
        uint256 word = account.word;
        uint256 staked = word.stake();
        require(staked >= minStake, Staking_StakeTooLow(provider, staked, minStake));
        uint256 before = word.locked();
        uint256 locked = before + amount;
        uint256 share = BPS;
        if (operator != provider) {
            require($.operators[provider][operator], Staking_NotOperator(provider, operator));
            share = _exposureBps(word);
        }
        // What the own stake covers needs no look at the pool.
        if (locked * BPS > staked * share) _requireCapacity(provider, before, amount, share);
        account.word = word.withLocked(locked.toUint96());
        if (minReputation == 0) return;
        uint256 score = _scoreOf(word);
        require(score >= minReputation, Staking_ReputationTooLow(provider, score, minReputation));
    }

    /// @inheritdoc IStakingManager
    function release(address provider, uint256 amount, bool earned) external {
        require(msg.sender == MARKET || msg.sender == SLASHING, Staking_NotMarket(msg.sender, MARKET));
        Account storage account = _storage().accounts[provider];
        uint256 word = account.word;
        // INVARIANT: never more than is locked (checked arithmetic)
        word = word.withLocked(word.locked() - amount);
        uint256 today = _today();
        if (earned && word.day() != today) {
            Reputation.Record memory record = word.record();
            record.succeed(today);
            word = word.withRecord(record);
        }
        account.word = word;
    }

    /// @inheritdoc IStakingManager
    function hold(address provider, uint256 wanted) external onlySlashing returns (uint256 amount) {
        Account storage account = _storage().accounts[provider];
        uint256 word = account.word;
        uint256 staked = word.stake();
        uint256 locked = word.locked();
        amount = Math.min(wanted, staked - Math.min(staked, locked));
        // locked + amount <= stake, or amount is zero
        account.word = word.withLocked(locked + amount);
    }

    /// @inheritdoc IStakingManager
    function forfeit(address provider, uint256 bond, Penalty calldata penalty) external onlySlashing {
        Storage storage $ = _storage();
        uint256 toRequester = penalty.requester.amount();
        uint256 toFinder = penalty.finder.amount();
        uint256 burned = penalty.rest.burned();
        uint256 lost;
        // four amounts below 2^96
        unchecked {
            lost = toRequester + toFinder + penalty.rest.toAudit() + burned;
        }
        // INVARIANT: never more than what was locked for this job
        assert(lost <= bond);
        uint256 fromPool = _takeOwn($, provider, bond, lost, penalty.rest.failures());
        if (fromPool != 0) {
            // INVARIANT STK-29: the pool pays only what the own stake cannot
            uint256 rest = POOLS.slashPool(provider, fromPool);
            $.owed += fromPool + rest;
            burned += rest;
        }
        $.credits[penalty.requester.account()] += toRequester;
        if (toFinder != 0) $.credits[penalty.finder.account()] += toFinder;
        $.due += (penalty.rest.toAudit() << 128) + burned;
        _tellForfeited(provider, bond, penalty);
    }

    /// @inheritdoc IStakingManager
    function mintVotes(address account, uint256 amount) external onlyPools {
        _mintVotes(account, amount);
    }

    /// @inheritdoc IStakingManager
    function burnVotes(address account, uint256 amount) external onlyPools {
        _burnVotes(account, amount);
    }

    /* ── ADMIN ── */

    /// @inheritdoc IStakingManager
    function setThawPeriod(uint256 period) external restricted {
        _setThawPeriod(period);
    }

    /// @inheritdoc IStakingManager
    function setAuditFund(address fund) external restricted {
        _setAuditFund(fund);
    }

    /* ── VIEWS ── */

    /// @inheritdoc IStakingManager
    function stakeOf(address provider) external view returns (uint256 staked, uint256 locked, uint256 free) {
        uint256 word = _storage().accounts[provider].word;
        staked = word.stake();
        locked = word.locked();
        free = staked - Math.min(staked, locked);
    }

    /// @inheritdoc IStakingManager
    function capacityOf(address provider) public view returns (uint256) {
        uint256 own = _storage().accounts[provider].word.stake();
        return own + Math.min(own, POOLS.backingOf(provider));
    }

    /// @inheritdoc IStakingManager
    function thawsOf(address provider) external view returns (Thaw[] memory thaws) {
        DoubleEndedQueue.Bytes32Deque storage queue = _storage().thaws[provider];
        uint256 length = queue.length();
        thaws = new Thaw[](length);
        for (uint256 i; i < length; ++i) {
            thaws[i] = _unpackThaw(queue.at(i));
        }
    }

    /// @inheritdoc IStakingManager
    function isOperator(address provider, address operator) external view returns (bool) {
        return operator == provider || _storage().operators[provider][operator];
    }

    /// @inheritdoc IStakingManager
    function creditOf(address account) external view returns (uint256) {
        return _storage().credits[account];
    }

    /// @inheritdoc IStakingManager
    function recordOf(address provider) external view returns (uint256 good, uint256 bad, uint256 day) {
        Reputation.Record memory record = _storage().accounts[provider].word.record();
        return (record.good, record.bad, record.day);
    }

    /// @inheritdoc IStakingManager
    function standingOf(address provider) external view returns (uint256 staked, uint256 score) {
        uint256 word = _storage().accounts[provider].word;
        return (word.stake(), _scoreOf(word));
    }

    /// @inheritdoc IStakingManager
    function exposureOf(address provider) external view returns (uint256) {
        return _exposureBps(_storage().accounts[provider].word);
    }

    /// @inheritdoc IStakingManager
    function burnDue() external view returns (uint256) {
        return uint128(_storage().due);
    }

    /// @inheritdoc IStakingManager
    function auditDue() external view returns (uint256) {
        return _storage().due >> 128;
    }

    /// @inheritdoc IStakingManager
    function auditFund() external view returns (address) {
        return _storage().auditFund;
    }

    /// @inheritdoc IStakingManager
    function thawPeriod() external view returns (uint256) {
        return _storage().thawPeriod;
    }

    /// @inheritdoc IStakingManager
    function totalOwed() external view returns (uint256) {
        return _storage().owed;
    }

    /// @notice Semantic version of this implementation.
    function version() external pure override returns (string memory) {
        return "1.0.0";
    }

    /* ── INTERNALS ── */

    function _stake(address provider, uint256 amount) private {
        require(provider != address(0), Staking_ZeroAddress());
        require(amount != 0, Staking_ZeroAmount());
        Storage storage $ = _storage();
        Account storage account = $.accounts[provider];
        uint256 staked = account.word.stake() + amount;
        require(staked <= type(uint96).max, Staking_StakeTooLarge(staked, type(uint96).max));
        account.word = account.word.withStake(staked);
        $.ownVotes[provider] += amount;
        _mintVotes(provider, amount);
        emit Staked(provider, msg.sender, amount, staked);
        _takeIn(amount);
    }

    /// @dev The slow half of `lock`: bonds beyond the own stake, or beyond what of it operators may keep locked.
    function _requireCapacity(address provider, uint256 locked, uint256 amount, uint256 share) private view {
        uint256 capacity = capacityOf(provider);
        uint256 free = capacity - Math.min(capacity, locked);
        require(amount <= free, Staking_InsufficientFreeStake(provider, free, amount));
        uint256 limit = (capacity * share) / BPS;
        require(locked + amount <= limit, Staking_OverExposed(provider, locked + amount, limit));
    }

    function _scoreOf(uint256 word) private view returns (uint256) {
        Reputation.Record memory record = word.record();
        record.decayedDown(_today());
        return record.scoreDown();
    }

    function _today() private view returns (uint256) {
        return block.timestamp / 1 days;
    }

    /// @dev Ends a bond in the account's word: unlocks it, takes the loss off own stake and exposure, writes the failures.
    /// @return fromPool what of the loss the own stake does not cover
    function _takeOwn(
        Storage storage $,
        address provider,
        uint256 bond,
        uint256 lost,
        uint256 failures
    ) private returns (uint256 fromPool) {
        Account storage account = $.accounts[provider];
        uint256 word = account.word;
        uint256 staked = word.stake();
        uint256 left;
        // what the own stake covers, and what it does not
        unchecked {
            if (lost > staked) fromPool = lost - staked;
            else left = staked - lost;
        }
        uint256 exposure = word.exposure();
        if (exposure != 0 && lost != 0) {
            uint256 share = staked == 0 ? BPS : Math.ceilDiv(lost * BPS, staked);
            // a spent exposure stays set: only the owner raises it again
            word = word.withExposure(share < exposure ? exposure - share : 1);
        }
        if (failures != 0) {
            Reputation.Record memory record = word.record();
            record.fail(_today(), failures);
            word = word.withRecord(record);
        }
        // INVARIANT: never more than is locked (checked arithmetic)
        account.word = word.withLocked(word.locked() - bond).withStake(left);
    }

    function _exposureBps(uint256 word) private pure returns (uint256) {
        uint256 exposure = word.exposure();
        return exposure == 0 ? 0 : exposure - 1;
    }

    /// @dev Apart from `forfeit`, which has no room on the stack.
    function _tellForfeited(address provider, uint256 bond, Penalty calldata penalty) private {
        emit BondForfeited(
            provider,
            penalty.rest.reason(),
            bond,
            penalty.requester.account(),
            penalty.requester.amount(),
            penalty.finder.account(),
            penalty.finder.amount(),
            penalty.rest.toAudit(),
            penalty.rest.burned()
        );
    }

    function _setExposure(uint256 bps) private {
        Account storage account = _storage().accounts[msg.sender];
        // bps <= 10,000
        account.word = account.word.withExposure(bps + 1);
        emit ExposureSet(msg.sender, bps);
    }

    function _setAuditFund(address fund) private {
        require(fund != address(0), Staking_ZeroAddress());
        Storage storage $ = _storage();
        emit AuditFundSet($.auditFund, fund);
        $.auditFund = fund;
    }

    function _setThawPeriod(uint256 period) private {
        require(
            period >= MIN_THAW_PERIOD && period <= MAX_THAW_PERIOD,
            Staking_ThawPeriodOutOfRange(period, MIN_THAW_PERIOD, MAX_THAW_PERIOD)
        );
        Storage storage $ = _storage();
        emit ThawPeriodSet($.thawPeriod, period);
        $.thawPeriod = period;
    }

    function _token() internal view override returns (IVotes) {
        return IVotes(address(ASY));
    }

    function _syncOwnVotes(address provider) private {
        Storage storage $ = _storage();
        uint256 lost = $.ownVotes[provider] - $.accounts[provider].word.stake();
        if (lost == 0) return;
        $.ownVotes[provider] -= lost;
        _burnVotes(provider, lost);
    }

    function _takeIn(uint256 amount) private {
        _storage().owed += amount;
        IERC20(ASY).safeTransferFrom(msg.sender, address(this), amount);
    }

    function _payOut(address account, uint256 amount) private {
        _storage().owed -= amount;
        IERC20(ASY).safeTransfer(account, amount);
    }

    function _unpackThaw(bytes32 word) private pure returns (Thaw memory) {
        return Thaw({amount: uint96(uint256(word) >> 64), readyAt: uint64(uint256(word))});
    }

    function _storage() private pure returns (Storage storage $) {
        assembly ("memory-safe") {
            $.slot := STORAGE_SLOT
        }
    }
}
