// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title IStakingManager
/// @notice Own stake of compute providers, in ASY: what stands behind their results.
interface IStakingManager {
    /* ── TYPES ── */

    /// @notice One withdrawal under way. Thawing stake backs no new job.
    struct Thaw {
        uint96 amount;
        uint64 readyAt;
    }

    /* ── ERRORS ── */

    error Staking_ZeroAmount();
    error Staking_ZeroAddress();
    /// @notice Only the job market may lock, release and forfeit bonds.
    error Staking_NotMarket(address found, address wanted);
    /// @notice The sender is neither the provider (owner key) nor one of its operators.
    error Staking_NotOperator(address provider, address found);
    /// @notice Not enough stake that is neither locked nor thawing. Stake more or wait for running jobs.
    error Staking_InsufficientFreeStake(address provider, uint256 free, uint256 wanted);
    /// @notice Too many withdrawals under way: withdraw the thawed ones first.
    error Staking_TooManyThaws(uint256 found, uint256 limit);
    /// @notice Nothing has thawed yet. `readyAt` is when the oldest will (0: none is under way).
    error Staking_NothingThawed(uint256 readyAt);
    error Staking_NoCredit(address account);
    error Staking_ThawPeriodOutOfRange(uint256 found, uint256 min, uint256 max);
    /// @notice The total stake of one provider would not fit into 96 bits.
    error Staking_StakeTooLarge(uint256 found, uint256 limit);

    /* ── EVENTS ── */

    event Staked(address indexed provider, address indexed from, uint256 amount, uint256 stake);
    event ThawRequested(address indexed provider, uint256 amount, uint256 readyAt, uint256 stake);
    event Withdrawn(address indexed provider, uint256 amount);
    event OperatorSet(address indexed provider, address indexed operator, bool allowed);
    event BondLocked(address indexed provider, uint256 amount, uint256 locked);
    event BondReleased(address indexed provider, uint256 amount, uint256 locked);
    event BondForfeited(
        address indexed provider,
        uint256 bond,
        uint256 toBeneficiary,
        uint256 burned,
        address beneficiary
    );
    event CreditClaimed(address indexed account, uint256 amount);
    event ThawPeriodSet(uint256 previous, uint256 current);

    /* ── PROVIDERS ── */

    /// @notice Adds to the stake of `provider`. Anyone may add; only the provider may take out.
    /// @param provider whose stake grows (its owner key)
    /// @param amount in ASY's smallest unit, approved to this contract
    function stakeFor(address provider, uint256 amount) external;

    /// @notice Same for the sender's own stake, with an EIP-2612 permit instead of an approval.
    /// @dev A permit that was front-run is no error as long as the allowance is there.
    function stakeWithPermit(uint256 amount, uint256 deadline, uint8 v, bytes32 r, bytes32 s) external;

    /// @notice Starts the withdrawal of free stake. It stops backing jobs at once and can be withdrawn after the thaw.
    function requestThaw(uint256 amount) external returns (uint256 readyAt);

    /// @notice Pays out all thawed stake of `provider`, to the provider. Anyone may call.
    /// @return amount what was paid out
    function withdraw(address provider) external returns (uint256 amount);

    /// @notice Allows or forbids a hot key to claim and submit in the sender's name. It can never move stake.
    function setOperator(address operator, bool allowed) external;

    /// @notice Pays out what `account` received from forfeited bonds, to `account`. Anyone may call.
    function claimCredit(address account) external returns (uint256 amount);

    /* ── MARKET ── */

    /// @notice Locks a bond for a job claimed by `operator` in the name of `provider`.
    function lock(address provider, address operator, uint256 amount) external;

    /// @notice Releases bonds of jobs that ended well.
    function release(address provider, uint256 amount) external;

    /// @notice Ends a bond of a job that ended badly: part to the beneficiary's credit, part burned, the rest released.
    /// @dev `toBeneficiary + burned <= bond`.
    function forfeit(
        address provider,
        uint256 bond,
        address beneficiary,
        uint256 toBeneficiary,
        uint256 burned
    ) external;

    /* ── GOVERNANCE ── */

    function setThawPeriod(uint256 period) external;

    /* ── VIEWS ── */

    function stakeOf(address provider) external view returns (uint256 stake, uint256 locked, uint256 free);
    function thawsOf(address provider) external view returns (Thaw[] memory);
    function isOperator(address provider, address operator) external view returns (bool);
    function creditOf(address account) external view returns (uint256);
    function thawPeriod() external view returns (uint256);
    /// @notice Everything this contract owes: stake, thawing stake and credits. Never above its ASY balance.
    function totalOwed() external view returns (uint256);
}
