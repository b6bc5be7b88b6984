// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {ISlashingManager} from "./ISlashingManager.sol";

/// @title IStakingManager
/// @notice Own stake of compute providers, in ASY: what stands behind their results.
interface IStakingManager {
    /* ── TYPES ── */

    /// @notice One withdrawal under way. Thawing stake backs no new job.
    struct Thaw {
        uint96 amount;
        uint64 readyAt;
    }

    /// @notice Where a bond goes that was not earned back; what is left of it is released. Words of PenaltyWords.
    /// @param requester   who is credited with what, as the victim
    /// @param finder      who is credited with what, as who proved the result wrong
    /// @param rest        why it is lost, what it adds to the provider's record, what the audit fund gets and what is destroyed
    struct Penalty {
        uint256 requester;
        uint256 finder;
        uint256 rest;
    }

    /* ── ERRORS ── */

    error Staking_ZeroAmount();
    error Staking_ZeroAddress();
    /// @notice Only the job market may lock and release bonds.
    error Staking_NotMarket(address found, address wanted);
    /// @notice Only the slashing manager may hold and forfeit stake.
    error Staking_NotSlashing(address found, address wanted);
    /// @notice Only the delegation pools may change votes of delegated stake.
    error Staking_NotPools(address found, address wanted);
    /// @notice The sender is neither the provider (owner key) nor one of its operators.
    error Staking_NotOperator(address provider, address found);
    /// @notice Not enough stake that is neither locked nor on its way out, delegated stake counted up to the own. Stake more or wait for running jobs.
    error Staking_InsufficientFreeStake(address provider, uint256 free, uint256 wanted);
    /// @notice The job asks for a better record of outcomes than the provider has (score in 1/10,000).
    error Staking_ReputationTooLow(address provider, uint256 score, uint256 wanted);
    /// @notice The job asks for more own stake than the provider has.
    error Staking_StakeTooLow(address provider, uint256 staked, uint256 wanted);
    /// @notice Too many withdrawals under way: withdraw the thawed ones first.
    error Staking_TooManyThaws(uint256 found, uint256 limit);
    /// @notice Nothing has thawed yet. `readyAt` is when the oldest will (0: none is under way).
    error Staking_NothingThawed(uint256 readyAt);
    error Staking_NoCredit(address account);
    /// @notice Operators may keep no more than the owner's exposure locked. The owner raises it with setExposure.
    error Staking_OverExposed(address provider, uint256 locked, uint256 limit);
    error Staking_ExposureOutOfRange(uint256 found, uint256 max);
    /// @notice There is nothing to burn.
    error Staking_NothingToBurn();
    /// @notice There is nothing to pay to the audit fund.
    error Staking_NothingForAuditFund();
    error Staking_ThawPeriodOutOfRange(uint256 found, uint256 min, uint256 max);
    /// @notice The total stake of one provider would not fit into 96 bits.
    error Staking_StakeTooLarge(uint256 found, uint256 limit);

    /* ── EVENTS ── */

    // Locking and releasing a bond emit nothing here: the market's JobClaimed, JobFinalized and JobUnresolved tell it, and
    // the terms carry the amount.
    event Staked(address indexed provider, address indexed from, uint256 amount, uint256 stake);
    event ThawRequested(address indexed provider, uint256 amount, uint256 readyAt, uint256 stake);
    event Withdrawn(address indexed provider, uint256 amount);
    event OperatorSet(address indexed provider, address indexed operator, bool allowed);
    event ExposureSet(address indexed provider, uint256 bps);
    event Burned(uint256 amount);
    event BondForfeited(
        address indexed provider,
        ISlashingManager.Reason indexed reason,
        uint256 bond,
        address requester,
        uint256 toRequester,
        address finder,
        uint256 toFinder,
        uint256 toAudit,
        uint256 burned
    );
    event CreditClaimed(address indexed account, uint256 amount);
    event AuditFundPaid(address indexed fund, uint256 amount);
    event AuditFundSet(address indexed previous, address indexed current);
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

    /// @notice Allows or forbids a hot key to claim and submit in the sender's name. It can move no stake, but a stolen one
    ///         can lose bonds: see setExposure. The first one sets the exposure to 20 %, unless the owner has set it before.
    function setOperator(address operator, bool allowed) external;

    /// @notice How much of the sender's capacity its operators may keep locked in bonds, in 1/10,000. Each forfeited bond takes
    ///         its share off, so that a stolen hot key cannot go on. The owner's own claims are not limited.
    function setExposure(uint16 bps) external;

    /// @notice Destroys what forfeited bonds have left to burn. Anyone may call.
    function burnForfeited() external returns (uint256 amount);

    /// @notice Pays the audit fund its share of forfeited bonds. Anyone may call.
    function payAuditFund() external returns (uint256 amount);

    /// @notice Pays out what `account` received from forfeited bonds, to `account`. Anyone may call.
    function claimCredit(address account) external returns (uint256 amount);

    /// @notice Takes votes off that a provider lost with slashed own stake. Anyone may call.
    function syncVotes(address provider) external;

    /* ── MARKET, SLASHING AND POOLS ── */

    /// @notice Locks a bond for a job claimed by `operator` in the name of `provider`.
    /// @param minStake own stake that the job asks for, ASY
    /// @param minReputation the score that the job asks for, 0 if it asks for none
    function lock(address provider, address operator, uint256 amount, uint256 minStake, uint256 minReputation) external;

    /// @notice Releases bonds of jobs that ended well, and what was held for cases that ended without loss.
    /// @param earned whether it was for a result that somebody else asked for: that improves the provider's record
    function release(address provider, uint256 amount, bool earned) external;

    /// @notice Locks free stake for a case: `wanted`, or all there is.
    function hold(address provider, uint256 wanted) external returns (uint256 amount);

    /// @notice Ends a bond of a job that ended badly. The penalty's parts never exceed the bond; the rest is released. What
    ///         is lost is taken off the provider's exposure too.
    function forfeit(address provider, uint256 bond, Penalty calldata penalty) external;

    /// @notice Delegated stake votes here; the pools tell whose it is.
    function mintVotes(address account, uint256 amount) external;
    function burnVotes(address account, uint256 amount) external;

    /* ── GOVERNANCE ── */

    function setThawPeriod(uint256 period) external;
    function setAuditFund(address fund) external;

    /* ── VIEWS ── */

    function stakeOf(address provider) external view returns (uint256 stake, uint256 locked, uint256 free);
    /// @notice Bonds that a provider can keep locked: its own stake, and as much again where delegators gave it.
    function capacityOf(address provider) external view returns (uint256);
    function thawsOf(address provider) external view returns (Thaw[] memory);
    function isOperator(address provider, address operator) external view returns (bool);
    function creditOf(address account) external view returns (uint256);
    /// @notice What bids are scored by: own stake, and the score of the record in 1/10,000.
    function standingOf(address provider) external view returns (uint256 staked, uint256 score);
    /// @notice A provider's record of outcomes as it was last written, see Reputation. ReputationRegistry says what it is worth.
    function recordOf(address provider) external view returns (uint256 good, uint256 bad, uint256 day);
    /// @notice Share of the capacity that operators may keep locked, in 1/10,000.
    function exposureOf(address provider) external view returns (uint256 bps);
    /// @notice Forfeited and not destroyed yet.
    function burnDue() external view returns (uint256);
    /// @notice Forfeited to the audit fund and not paid yet.
    function auditDue() external view returns (uint256);
    function auditFund() external view returns (address);
    function thawPeriod() external view returns (uint256);
    /// @notice Everything this contract owes: stake, thawing stake, credits, what is to burn and the audit fund's share. Never above its ASY balance.
    function totalOwed() external view returns (uint256);
}
