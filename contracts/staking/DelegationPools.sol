// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Managed} from "../access/Managed.sol";
import {IDelegationPools} from "../interfaces/IDelegationPools.sol";
import {IJobMarketplace} from "../interfaces/IJobMarketplace.sol";
import {IStakingManager} from "../interfaces/IStakingManager.sol";
import {PoolShares} from "../libraries/PoolShares.sol";

/// @title DelegationPools
/// @notice Stake that others put behind providers, and their part of the fees.
///
/// Purpose: each provider has a pool of shares. A pool backs bonds up to the provider's own stake again; it is slashed only
/// for what the own stake does not cover.
/// Roles & powers: delegators move their own shares; the staking manager takes what a slash costs a pool; the market tells
/// what there is to share; the authority lists tokens whose fees are shared. Providers set their cut and nothing else.
/// Exits: shares that are asked back stay in the pool, and can be slashed, until they are paid; but they back no new bond. A
/// pool pays exits in the order in which they were asked for, as soon as they have thawed and the bonds that are locked
/// leave room for them and all older ones. New bonds leave that room by construction, so neither the provider nor other
/// delegators can delay an exit beyond the jobs that ran when it was asked for.
/// Fees: the market keeps the delegators' part in this contract's in-market balance; an index per pool, epoch and token says
/// whose it is. Whatever changes shares collects first.
/// Trust: ASY, the staking manager and the market (immutable addresses). Token needs: ASY is a plain ERC-20.
/// Liveness: nothing here can be paused. What is ready can be paid out by anyone, to its owner only.
/// Rounding: shares, assets and fees round down, against who asks; what remains stays in the pool.
/// Known hazards: fees that a provider has not collected when a slash ends its pool's epoch are the provider's.
contract DelegationPools is Managed, IDelegationPools {
    using SafeERC20 for IERC20;
    using SafeCast for uint256;

    /// @notice Exits that one account may have under way in one pool, so that paying them is a bounded loop.
    uint256 public constant MAX_EXITS = 32;
    uint256 public constant MAX_FEE_TOKENS = 8;
    uint256 private constant CUT_BPS = 10_000;
    uint256 private constant INDEX_SHIFT = 128;

    IERC20 public immutable ASY;
    IStakingManager public immutable STAKING;
    IJobMarketplace public immutable MARKET;

    /// @dev `requested` and `paid` count shares of exits since the epoch began; the difference is on its way out.
    struct Pool {
        uint96 assets;
        uint128 shares;
        uint32 epoch;
        uint128 requested;
        uint128 paid;
        uint16 cutBps;
        uint16 nextCutBps;
        uint40 nextCutAt;
        mapping(uint256 epoch => mapping(address token => uint256)) feeIndex;
        mapping(address account => Delegation) delegations;
    }

    /// @dev `votes` is what the shares were worth when they were last looked at, and what votes for them. Exits under way stand
    ///      from firstExit to nextExit; both start again at zero when none is left, so that later exits find used slots.
    struct Delegation {
        uint128 shares;
        uint96 votes;
        uint32 epoch;
        uint128 exiting;
        uint64 movableAt;
        uint32 firstExit;
        uint32 nextExit;
        mapping(uint256 index => Exit) exits;
        mapping(address token => uint256) paidIndex;
    }

    /// @custom:storage-location erc7201:assay.storage.DelegationPools
    struct PoolsBook {
        mapping(address provider => Pool) pools;
        mapping(address token => mapping(address account => uint256)) fees;
        address[] feeTokens;
        mapping(address token => bool) isFeeToken;
        uint256 totalAssets;
    }

    // keccak256(abi.encode(uint256(keccak256("assay.storage.DelegationPools")) - 1)) & ~bytes32(uint256(0xff))
    bytes32 private constant STORAGE_SLOT = 0xa12085124bc775545f3ae40e9be16e8297d18248850298eb2a6a44fadafb1300;

    constructor(IERC20 asy, IStakingManager staking, IJobMarketplace market) {
        require(
            address(asy) != address(0) && address(staking) != address(0) && address(market) != address(0),
            Delegation_ZeroAddress()
        );
        ASY = asy;
        STAKING = staking;
        MARKET = market;
    }

    /// @notice Sets the authority. Called once, by the proxy's deployment.
    function initialize(address authority_) external initializer {
        __AccessManaged_init(authority_);
    }

    /* ── WRITES: DELEGATORS ── */

    /// @inheritdoc IDelegationPools
    function delegateStake(address provider, uint256 amount) external returns (uint256 shares) {
        require(provider != address(0), Delegation_ZeroAddress());
        _collectAll(provider);
        Pool storage pool = _pool(provider);
        Delegation storage delegation = _touch(pool, msg.sender);
        shares = _join(pool, delegation, msg.sender, amount);
        emit StakeDelegated(provider, msg.sender, amount, shares);
        _pools().totalAssets += amount;
        ASY.safeTransferFrom(msg.sender, address(this), amount);
    }

    /// @inheritdoc IDelegationPools
    function undelegateStake(address provider, uint256 shares) external returns (uint256 readyAt) {
        Pool storage pool = _pool(provider);
        Delegation storage delegation = _touch(pool, msg.sender);
        _requireShares(delegation, shares);
        uint256 next = delegation.nextExit;
        uint256 underWay = next - delegation.firstExit;
        require(underWay < MAX_EXITS, Delegation_TooManyExits(underWay, MAX_EXITS));

        readyAt = block.timestamp + STAKING.thawPeriod();
        // at most all shares there ever were in this epoch, which PoolShares keeps below 2^128 at a time
        uint128 mark = (pool.requested + shares).toUint128();
        pool.requested = mark;
        delegation.exiting += uint128(shares);
        delegation.exits[next] = Exit(uint128(shares), mark, uint64(readyAt));
        // 2^32 exits of one account take longer than the chain lives
        delegation.nextExit = uint32(next + 1);
        emit ExitRequested(provider, msg.sender, shares, readyAt);
    }

    /// @inheritdoc IDelegationPools
    function redelegateStake(address from, address to, uint256 shares) external returns (uint256 newShares) {
        require(to != address(0), Delegation_ZeroAddress());
        require(from != to, Delegation_SameProvider(from));
        _collectAll(from);
        _collectAll(to);
        Pool storage pool = _pool(from);
        Delegation storage delegation = _touch(pool, msg.sender);
        _requireShares(delegation, shares);
        require(block.timestamp >= delegation.movableAt, Delegation_NotMovable(delegation.movableAt, block.timestamp));
        // INVARIANT STK-27: who leaves without a thaw leaves the room that all exits under way will need
        _requireRoom(from, pool, pool.requested - pool.paid + shares);
        uint256 amount = _leave(pool, delegation, msg.sender, shares);
        Pool storage target = _pool(to);
        newShares = _join(target, _touch(target, msg.sender), msg.sender, amount);
        emit StakeRedelegated(from, to, msg.sender, shares, amount, newShares);
    }

    /// @inheritdoc IDelegationPools
    function withdrawDelegation(address provider, address account) external returns (uint256 amount) {
        _collectAll(provider);
        Pool storage pool = _pool(provider);
        Delegation storage delegation = _touch(pool, account);
        uint256 next = delegation.firstExit;
        uint256 end = delegation.nextExit;
        uint256 shares;
        for (; next < end; ++next) {
            Exit memory exit = delegation.exits[next];
            if (exit.readyAt > block.timestamp || !_hasRoom(provider, pool, exit)) break;
            delegation.exiting -= exit.shares;
            pool.paid += exit.shares;
            amount += _leave(pool, delegation, account, exit.shares);
            shares += exit.shares;
        }
        require(shares != 0, Delegation_NothingReady(next < end ? delegation.exits[next].readyAt : 0));
        // next <= nextExit, a uint32
        delegation.firstExit = next == end ? 0 : uint32(next);
        if (next == end) delegation.nextExit = 0;
        emit DelegationWithdrawn(provider, account, shares, amount);
        _pools().totalAssets -= amount;
        ASY.safeTransfer(account, amount);
    }

    /// @inheritdoc IDelegationPools
    function claimFees(address provider, address token, address account) external returns (uint256 amount) {
        _collect(provider, token);
        Pool storage pool = _pool(provider);
        Delegation storage delegation = pool.delegations[account];
        PoolsBook storage $ = _pools();
        _settle($, pool, delegation, token, account);
        amount = $.fees[token][account];
        require(amount != 0, Delegation_NoFees(token, account));
        $.fees[token][account] = 0;
        emit FeesClaimed(account, token, amount);
        MARKET.withdraw(token, account, amount);
    }

    /// @inheritdoc IDelegationPools
    function syncVotes(address provider, address account) external {
        _touch(_pool(provider), account);
    }

    /* ── WRITES: PROVIDERS, MARKET ── */

    /// @inheritdoc IDelegationPools
    function setCut(uint16 bps) external {
        require(bps <= CUT_BPS, Delegation_CutOutOfRange(bps, CUT_BPS));
        _collectAll(msg.sender);
        Pool storage pool = _pool(msg.sender);
        uint256 current = _cutOf(pool);
        pool.cutBps = uint16(bps < current ? bps : current);
        pool.nextCutBps = bps;
        uint256 from = bps > current ? block.timestamp + STAKING.thawPeriod() : block.timestamp;
        pool.nextCutAt = uint40(from);
        emit CutSet(msg.sender, bps, from);
    }

    /// @inheritdoc IDelegationPools
    function shareFees(address provider, address token, uint256 net) external returns (uint256 part) {
        require(msg.sender == address(MARKET), Delegation_NotMarket(msg.sender, address(MARKET)));
        PoolsBook storage $ = _pools();
        Pool storage pool = $.pools[provider];
        uint256 shares = pool.shares;
        uint256 assets = pool.assets;
        if (shares == 0 || !$.isFeeToken[token]) return 0;
        (uint256 own, , ) = STAKING.stakeOf(provider);
        part = (Math.mulDiv(net, assets, own + assets) * (CUT_BPS - _cutOf(pool))) / CUT_BPS;
        if (part == 0) return 0;
        // net < 2^128, so each index stays below 2^256 as long as all fees of the epoch do below 2^128
        pool.feeIndex[pool.epoch][token] += (part << INDEX_SHIFT) / shares;
        emit FeesShared(provider, token, part);
    }

    /// @inheritdoc IDelegationPools
    function slashPool(address provider, uint256 amount) external returns (uint256 rest) {
        require(msg.sender == address(STAKING), Delegation_NotStaking(msg.sender, address(STAKING)));
        Pool storage pool = _pool(provider);
        uint256 left = pool.assets - amount;
        pool.assets = uint96(left);
        emit PoolSlashed(provider, amount, left);
        if (PoolShares.isWornOut(left, pool.shares)) {
            // INVARIANT STK-30: a pool that lost everything works again at once, for who comes next
            rest = left;
            pool.assets = 0;
            pool.shares = 0;
            pool.requested = 0;
            pool.paid = 0;
            pool.epoch += 1;
            emit PoolReset(provider, pool.epoch, rest);
        }
        _pools().totalAssets -= amount + rest;
        ASY.safeTransfer(address(STAKING), amount + rest);
    }

    /* ── ADMIN ── */

    /// @inheritdoc IDelegationPools
    function addFeeToken(address token) external restricted {
        PoolsBook storage $ = _pools();
        require(token != address(0), Delegation_ZeroAddress());
        require(!$.isFeeToken[token], Delegation_FeeTokenKnown(token));
        uint256 count = $.feeTokens.length;
        require(count < MAX_FEE_TOKENS, Delegation_TooManyFeeTokens(count, MAX_FEE_TOKENS));
        $.isFeeToken[token] = true;
        $.feeTokens.push(token);
        emit FeeTokenAdded(token);
    }

    /* ── VIEWS ── */

    /// @inheritdoc IDelegationPools
    function poolOf(address provider) external view returns (PoolInfo memory info) {
        Pool storage pool = _pool(provider);
        info.assets = pool.assets;
        info.shares = pool.shares;
        info.exiting = pool.requested - pool.paid;
        info.epoch = pool.epoch;
        info.cutBps = _cutOf(pool);
        info.nextCutBps = pool.nextCutBps;
        info.nextCutAt = pool.nextCutAt;
    }

    /// @inheritdoc IDelegationPools
    function delegationOf(address provider, address account) external view returns (DelegationInfo memory info) {
        Pool storage pool = _pool(provider);
        Delegation storage delegation = pool.delegations[account];
        if (delegation.epoch != pool.epoch) return info;
        info.shares = delegation.shares;
        info.assets = _worth(pool, delegation.shares);
        info.exiting = delegation.exiting;
        info.movableAt = delegation.movableAt;
    }

    /// @inheritdoc IDelegationPools
    function exitsOf(address provider, address account) external view returns (Exit[] memory exits) {
        Pool storage pool = _pool(provider);
        Delegation storage delegation = pool.delegations[account];
        if (delegation.epoch != pool.epoch) return exits;
        uint256 first = delegation.firstExit;
        exits = new Exit[](delegation.nextExit - first);
        for (uint256 i; i < exits.length; ++i) {
            exits[i] = delegation.exits[first + i];
        }
    }

    /// @inheritdoc IDelegationPools
    function backingOf(address provider) external view returns (uint256) {
        Pool storage pool = _pool(provider);
        uint256 assets = pool.assets;
        return assets - Math.min(assets, _worthUp(pool, pool.requested - pool.paid));
    }

    /// @inheritdoc IDelegationPools
    function feesOf(address provider, address token, address account) external view returns (uint256) {
        PoolsBook storage $ = _pools();
        Delegation storage delegation = $.pools[provider].delegations[account];
        return $.fees[token][account] + _unsettled($.pools[provider], delegation, token);
    }

    /// @inheritdoc IDelegationPools
    function feeTokens() external view returns (address[] memory) {
        return _pools().feeTokens;
    }

    /// @inheritdoc IDelegationPools
    function totalAssets() external view returns (uint256) {
        return _pools().totalAssets;
    }

    /// @notice Semantic version of this implementation.
    function version() external pure override returns (string memory) {
        return "1.0.0";
    }

    /* ── INTERNALS ── */

    /// @dev Makes the market split what the provider has earned, before anything changes the shares.
    function _collectAll(address provider) internal {
        PoolsBook storage $ = _pools();
        if ($.pools[provider].shares == 0) return;
        uint256 count = $.feeTokens.length;
        for (uint256 i; i < count; ++i) {
            _collect(provider, $.feeTokens[i]);
        }
    }

    function _collect(address provider, address token) private {
        (uint256 gross, ) = MARKET.earnedOf(token, provider);
        if (gross != 0) MARKET.collect(token, provider);
    }

    /// @dev Brings an account's delegation up to date: fees, votes, and the pool's epoch.
    function _touch(Pool storage pool, address account) private returns (Delegation storage delegation) {
        delegation = pool.delegations[account];
        PoolsBook storage $ = _pools();
        uint256 count = $.feeTokens.length;
        for (uint256 i; i < count; ++i) {
            _settle($, pool, delegation, $.feeTokens[i], account);
        }
        if (delegation.epoch != pool.epoch) {
            delegation.epoch = pool.epoch;
            delegation.shares = 0;
            delegation.exiting = 0;
            delegation.firstExit = 0;
            delegation.nextExit = 0;
            for (uint256 i; i < count; ++i) {
                delegation.paidIndex[$.feeTokens[i]] = pool.feeIndex[pool.epoch][$.feeTokens[i]];
            }
        }
        uint256 worth = _worth(pool, delegation.shares);
        uint256 votes = delegation.votes;
        if (votes > worth) {
            delegation.votes = uint96(worth);
            STAKING.burnVotes(account, votes - worth);
        }
    }

    function _settle(
        PoolsBook storage $,
        Pool storage pool,
        Delegation storage delegation,
        address token,
        address account
    ) private {
        uint256 earned = _unsettled(pool, delegation, token);
        delegation.paidIndex[token] = pool.feeIndex[delegation.epoch][token];
        if (earned != 0) $.fees[token][account] += earned;
    }

    function _unsettled(
        Pool storage pool,
        Delegation storage delegation,
        address token
    ) private view returns (uint256) {
        uint256 grown = pool.feeIndex[delegation.epoch][token] - delegation.paidIndex[token];
        return Math.mulDiv(delegation.shares, grown, 1 << INDEX_SHIFT);
    }

    /// @dev Mints shares for `amount` and lets it vote. The delegation is touched, the pool collected.
    function _join(
        Pool storage pool,
        Delegation storage delegation,
        address account,
        uint256 amount
    ) private returns (uint256 shares) {
        uint256 assets = pool.assets + amount;
        require(assets <= type(uint96).max, Delegation_TooLarge(assets, type(uint96).max));
        shares = PoolShares.toSharesDown(amount, pool.assets, pool.shares);
        require(shares != 0, Delegation_TooSmall(amount));
        pool.assets = uint96(assets);
        pool.shares = (pool.shares + shares).toUint128();
        delegation.shares += uint128(shares);
        delegation.movableAt = uint64(block.timestamp + STAKING.thawPeriod());
        uint256 worth = _worth(pool, delegation.shares);
        uint256 votes = delegation.votes;
        if (worth <= votes) return shares;
        delegation.votes = uint96(worth);
        STAKING.mintVotes(account, worth - votes);
    }

    /// @dev Burns shares and their votes. The delegation is touched, the pool collected.
    function _leave(
        Pool storage pool,
        Delegation storage delegation,
        address account,
        uint256 shares
    ) private returns (uint256 amount) {
        amount = _worth(pool, shares);
        pool.assets -= uint96(amount);
        pool.shares -= uint128(shares);
        delegation.shares -= uint128(shares);
        uint256 worth = Math.min(delegation.votes, _worth(pool, delegation.shares));
        uint256 votes = delegation.votes;
        delegation.votes = uint96(worth);
        if (votes != worth) STAKING.burnVotes(account, votes - worth);
    }

    function _requireShares(Delegation storage delegation, uint256 shares) private view {
        uint256 found = delegation.shares - delegation.exiting;
        require(shares != 0 && shares <= found, Delegation_NotEnoughShares(found, shares));
    }

    function _requireRoom(address provider, Pool storage pool, uint256 shares) private view {
        uint256 room = _room(provider, pool);
        uint256 wanted = _worthUp(pool, shares);
        require(wanted <= room, Delegation_NoRoom(room, wanted));
    }

    /// @dev INVARIANT STK-26: there must be room for this exit and all older ones. Where a younger one was paid before, there was
    ///      room for this one too, and there always will be.
    function _hasRoom(address provider, Pool storage pool, Exit memory exit) private view returns (bool) {
        uint256 older = exit.mark > pool.paid ? exit.mark - pool.paid : 0;
        return _worthUp(pool, Math.max(older, exit.shares)) <= _room(provider, pool);
    }

    /// @dev What may leave the pool without uncovering a locked bond.
    function _room(address provider, Pool storage pool) private view returns (uint256) {
        (uint256 own, uint256 locked, ) = STAKING.stakeOf(provider);
        uint256 total = own + pool.assets;
        return total - Math.min(total, locked);
    }

    function _worth(Pool storage pool, uint256 shares) private view returns (uint256) {
        return PoolShares.toAssetsDown(shares, pool.assets, pool.shares);
    }

    /// @dev Never less than what the same shares are paid out as, however they are portioned.
    function _worthUp(Pool storage pool, uint256 shares) private view returns (uint256) {
        return Math.min(pool.assets, PoolShares.toAssetsUp(shares, pool.assets, pool.shares));
    }

    function _cutOf(Pool storage pool) private view returns (uint256) {
        return block.timestamp >= pool.nextCutAt ? pool.nextCutBps : pool.cutBps;
    }

    function _pool(address provider) private view returns (Pool storage) {
        return _pools().pools[provider];
    }

    function _pools() private pure returns (PoolsBook storage $) {
        assembly ("memory-safe") {
            $.slot := STORAGE_SLOT
        }
    }
}
