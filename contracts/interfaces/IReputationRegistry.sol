// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title IReputationRegistry
/// @notice What a provider's stake and record are worth: score, selection weight and tier. See docs/spec/reputation.md.
interface IReputationRegistry {
    /// @notice What a tier asks for: capacity in ASY, score in 1/10,000.
    struct Tier {
        uint96 capacity;
        uint16 score;
    }

    error Reputation_ZeroAddress();
    error Reputation_UnknownTier(uint256 found, uint256 count);
    error Reputation_ScoreOutOfRange(uint256 found, uint256 max);
    /// @notice A tier asks for no less than the one below it, and no more than the one above.
    error Reputation_TierOrder(uint256 tier);
    error Reputation_ZeroStakeCap();

    event TierSet(uint256 indexed tier, uint96 capacity, uint16 score);
    event StakeCapSet(uint256 previous, uint256 current);

    /// @notice Sets what tier 1, 2 or 3 asks for.
    function setTier(uint256 tier, Tier calldata wanted) external;

    /// @notice Sets the capacity from which on more stake weighs no more. ASY.
    function setStakeCap(uint256 cap) external;

    /// @notice The record as of now: good days and failures, in 1/1024, decayed.
    function recordOf(address provider) external view returns (uint256 good, uint256 bad);
    /// @notice 0 to 10,000; 2,500 without a record.
    function scoreOf(address provider) external view returns (uint256);
    /// @notice sqrt(min(capacity, cap)) * (0.25 + 0.75 score), for selection. In 1/10,000 of sqrt(smallest unit).
    function weightOf(address provider) external view returns (uint256);
    /// @notice The highest tier whose demands the provider meets now, 0 if none.
    function tierOf(address provider) external view returns (uint256);
    function tier(uint256 number) external view returns (Tier memory);
    function stakeCap() external view returns (uint256);
}
