// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title IPriceFeeds
/// @notice What the marketplace asks for jobs whose price is in US dollars. See docs/spec/market.md (USD-xx).
interface IPriceFeeds {
    /* ── ERRORS ── */

    /// @notice No feed is set for the token: its jobs cannot be priced in dollars.
    error Feeds_NoFeed(address token);
    error Feeds_BadAnswer(address token, int256 answer);
    /// @notice The feed has not been updated for longer than its heartbeat, or claims to come from the future.
    error Feeds_StaleAnswer(address token, uint256 updatedAt, uint256 now_, uint256 heartbeat);
    /// @notice The answer is too far from the last accepted one (1/10,000). It is accepted an hour after that one.
    error Feeds_Deviation(address token, uint256 found, uint256 last, uint256 maxDeviationBps);
    error Feeds_SequencerDown();
    error Feeds_SequencerGrace(uint256 from, uint256 now_);
    error Feeds_HeartbeatOutOfRange(uint256 found, uint256 max);
    error Feeds_DeviationOutOfRange(uint256 found, uint256 max);
    error Feeds_TooManyDecimals(uint256 found, uint256 max);

    /* ── EVENTS ── */

    event FeedSet(address indexed token, address source, uint256 heartbeat, uint256 maxDeviationBps);
    event SequencerSet(address source, uint256 grace);

    /* ── WRITES ── */

    /// @notice What `dollars` are worth in `token` now, rounded up. Reverts while the feed cannot be trusted.
    /// @param dollars in 1e-18 US dollars
    /// @return amount in the token's smallest unit
    function tokensForUp(address token, uint256 dollars) external returns (uint256 amount);

    /* ── GOVERNANCE ── */

    /// @notice Sets a token's feed (AggregatorV3Interface, dollars for one token), or takes it away (zero).
    /// @param heartbeat       oldest answer that is used, seconds
    /// @param maxDeviationBps how far an answer may be from one accepted within the last hour, 1/10,000
    function setFeed(address token, address source, uint32 heartbeat, uint16 maxDeviationBps) external;

    /// @notice Sets the feed that tells whether the chain's sequencer is up; zero on chains without one.
    /// @param grace seconds for which no answer is used after it came up
    function setSequencer(address source, uint64 grace) external;

    /* ── VIEWS ── */

    /// @notice A token's feed, the answer of it that was accepted last (with the feed's decimals) and when (Unix time).
    function feedOf(
        address token
    ) external view returns (address source, uint32 heartbeat, uint16 maxDeviationBps, uint256 answer, uint256 at);
    function sequencer() external view returns (address source, uint64 grace);
}
