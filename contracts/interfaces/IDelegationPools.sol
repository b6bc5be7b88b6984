// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title IDelegationPools
/// @notice Stake that others put behind a provider, and their part of its fees. See docs/spec/staking.md (STK-20 to STK-39).
/// @dev Shares are units of a pool: worth at most one unit of ASY each, less after a slash that the provider's own stake did
///      not cover. A pool that lost (nearly) everything starts anew in its next epoch; shares of older epochs are worth nothing.
interface IDelegationPools {
    /* ── TYPES ── */

    /// @notice A provider's pool. `exiting` shares are on their way out: they back no new job.
    struct PoolInfo {
        uint256 assets;
        uint256 shares;
        uint256 exiting;
        uint256 epoch;
        uint256 cutBps;
        uint256 nextCutBps;
        uint256 nextCutAt;
    }

    /// @notice What an account holds in a pool. `assets` is what its shares are worth now, `exiting` a part of `shares`;
    ///         from `movableAt` on they can be redelegated.
    struct DelegationInfo {
        uint256 shares;
        uint256 assets;
        uint256 exiting;
        uint256 movableAt;
    }

    /// @notice Shares asked back. They can be withdrawn from `readyAt` on, once the jobs that ran before have left room.
    struct Exit {
        uint128 shares;
        uint128 mark;
        uint64 readyAt;
    }

    /* ── ERRORS ── */

    error Delegation_ZeroAddress();
    error Delegation_NotMarket(address found, address wanted);
    /// @notice Only the staking manager may slash a pool.
    error Delegation_NotStaking(address found, address wanted);
    /// @notice The pool would not fit into 96 bits.
    error Delegation_TooLarge(uint256 found, uint256 limit);
    /// @notice Fewer shares are there, and not on their way out, than were asked for.
    error Delegation_NotEnoughShares(uint256 found, uint256 wanted);
    /// @notice The amount is worth less than one share or one unit.
    error Delegation_TooSmall(uint256 amount);
    /// @notice Too many exits of this account from this pool are under way: withdraw first.
    error Delegation_TooManyExits(uint256 found, uint256 limit);
    /// @notice The delegation is too young to be moved to another provider; it can be asked back all the same.
    error Delegation_NotMovable(uint256 from, uint256 now_);
    /// @notice Jobs that run keep the stake: `found` of `wanted` is free. Ask it back instead; no new job will delay it.
    error Delegation_NoRoom(uint256 found, uint256 wanted);
    /// @notice Nothing can be withdrawn yet. `readyAt` is when the oldest exit has thawed (0: none is under way).
    error Delegation_NothingReady(uint256 readyAt);
    error Delegation_SameProvider(address provider);
    error Delegation_CutOutOfRange(uint256 found, uint256 max);
    error Delegation_NoFees(address token, address account);
    error Delegation_TooManyFeeTokens(uint256 found, uint256 limit);
    error Delegation_FeeTokenKnown(address token);

    /* ── EVENTS ── */

    event StakeDelegated(address indexed provider, address indexed account, uint256 amount, uint256 shares);
    event ExitRequested(address indexed provider, address indexed account, uint256 shares, uint256 readyAt);
    event DelegationWithdrawn(address indexed provider, address indexed account, uint256 shares, uint256 amount);
    event StakeRedelegated(
        address indexed from,
        address indexed to,
        address indexed account,
        uint256 shares,
        uint256 amount,
        uint256 newShares
    );
    event PoolSlashed(address indexed provider, uint256 amount, uint256 assets);
    /// @notice The pool starts anew; what was left of it is burned.
    event PoolReset(address indexed provider, uint256 epoch, uint256 burned);
    event CutSet(address indexed provider, uint256 bps, uint256 from);
    event FeesShared(address indexed provider, address indexed token, uint256 amount);
    event FeesClaimed(address indexed account, address indexed token, uint256 amount);
    event FeeTokenAdded(address indexed token);

    /* ── DELEGATORS ── */

    /// @notice Puts ASY behind a provider. It earns a part of the provider's fees from now on and is lost only after all of
    ///         the provider's own stake. It votes as before (see IStakingManager).
    /// @return shares of the pool
    function delegateStake(address provider, uint256 amount) external returns (uint256 shares);

    /// @notice Asks shares back. They thaw from now on and back no new job, whatever the provider does.
    function undelegateStake(address provider, uint256 shares) external returns (uint256 readyAt);

    /// @notice Moves shares to another provider's pool at once, without thaw.
    function redelegateStake(address from, address to, uint256 shares) external returns (uint256 newShares);

    /// @notice Pays `account` what it asked back from the pool and has thawed, in order. Anyone may call.
    function withdrawDelegation(address provider, address account) external returns (uint256 amount);

    /// @notice Pays `account` its part of a provider's fees in one token. Anyone may call.
    function claimFees(address provider, address token, address account) external returns (uint256 amount);

    /// @notice Takes votes off that an account lost with slashed stake in a pool. Anyone may call.
    function syncVotes(address provider, address account) external;

    /* ── PROVIDERS, MARKET AND STAKING MANAGER ── */

    /// @notice Sets the share of the delegators' fees that the sender keeps, in 1/10,000. A lower one holds at once, a higher
    ///         one after the thaw period, so that delegators can leave before.
    function setCut(uint16 bps) external;

    /// @notice The market tells what a provider has earned, net of protocol fees, and credits `part` of it to this contract.
    function shareFees(address provider, address token, uint256 net) external returns (uint256 part);

    /// @notice Takes from a pool what a provider's own stake does not cover and sends it to the staking manager.
    /// @return rest what was sent beyond `amount`, of a pool that is worn out and starts anew: to be burned
    function slashPool(address provider, uint256 amount) external returns (uint256 rest);

    /* ── GOVERNANCE ── */

    /// @notice From now on fees in `token` are shared with delegators. At most eight tokens, never taken back.
    function addFeeToken(address token) external;

    /* ── VIEWS ── */

    function poolOf(address provider) external view returns (PoolInfo memory);
    function delegationOf(address provider, address account) external view returns (DelegationInfo memory);
    function exitsOf(address provider, address account) external view returns (Exit[] memory);
    /// @notice Delegated stake that may back new bonds: all but what is on its way out.
    function backingOf(address provider) external view returns (uint256);
    /// @notice Fees that `claimFees` would pay, without those that the market has not split yet.
    function feesOf(address provider, address token, address account) external view returns (uint256);
    function feeTokens() external view returns (address[] memory);
    /// @notice ASY in all pools. Never above this contract's balance.
    function totalAssets() external view returns (uint256);
}
