// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {RunWord} from "../../libraries/RunWord.sol";

/// @title Clocks
/// @notice Two chess clocks per game, in seconds. Rules DSP-70..73 of docs/spec/dispute.md.
/// @dev Word: last 40 | providerUsed 32 | challengerUsed 32 | submittedAt 40 | span 40 | claim 32 | zero 40. `last` is the
///      time of the last move in this game. A reveal that is shared writes no game, so the moment at which the turn passed to the
///      challenger is then read from the reveal itself.
library Clocks {
    /// @notice Most reveals one game can ask of a provider: 7 of a run tree of 2^40 leaves, 5 of a tile tree of 2^26,
    ///         and one each of segment, operators, tile and prefix sums (DSP-06).
    uint256 internal constant REVEALS_PER_GAME = 16;
    /// @notice What each of these adds to the provider's budget for every game opened against the same result.
    uint256 internal constant SECONDS_PER_REVEAL = 1 minutes;
    uint256 internal constant MAX_EXTRA = 7 days;

    /// @notice submittedAt - claimedAt of a run word: how long the run took.
    function spanOf(uint256 run) internal pure returns (uint256) {
        return RunWord.submittedAt(run) - RunWord.claimedAt(run);
    }

    /// @notice The clock of a game that opens now against this run.
    function start(uint256 run) internal view returns (uint256) {
        uint256 agreed = uint32(run);
        return (block.timestamp << 216) | (RunWord.submittedAt(run) << 112) | (spanOf(run) << 72) | (agreed << 40);
    }

    function last(uint256 clock) internal pure returns (uint256) {
        return clock >> 216;
    }

    function providerUsed(uint256 clock) internal pure returns (uint256) {
        return uint32(clock >> 184);
    }

    function challengerUsed(uint256 clock) internal pure returns (uint256) {
        return uint32(clock >> 152);
    }

    function submittedAt(uint256 clock) internal pure returns (uint256) {
        return uint40(clock >> 112);
    }

    /// @notice submittedAt - claimedAt: how long the run took.
    function span(uint256 clock) internal pure returns (uint256) {
        return uint40(clock >> 72);
    }

    /// @notice The low 32 bits of the run word: what else the claim agreed on.
    function claim(uint256 clock) internal pure returns (uint256) {
        return uint32(clock >> 40);
    }

    /// @notice DSP-70: how long a result may be challenged after its submission.
    function window(uint256 posted, uint256 minimum, uint256 span_) internal pure returns (uint256) {
        return _max(_max(posted, minimum), span_ + span_ / 4);
    }

    /// @notice DSP-73: the provider's total thinking time in one game. Grows with the games opened against the result.
    function providerBudget(uint256 span_, uint256 minimum, uint256 opened) internal pure returns (uint256) {
        uint256 extra = opened * REVEALS_PER_GAME * SECONDS_PER_REVEAL;
        return _max(minimum, 2 * span_) + (extra < MAX_EXTRA ? extra : MAX_EXTRA);
    }

    /// @notice DSP-73: the challenger's total thinking time in one game.
    function challengerBudget(uint256 span_, uint256 minimum) internal pure returns (uint256) {
        return _max(minimum, span_ / 2);
    }

    /// @notice DSP-71: the provider's used time while it is its turn.
    function providerNow(uint256 clock, uint256 time) internal pure returns (uint256) {
        return providerUsed(clock) + time - last(clock);
    }

    /// @notice DSP-71: the challenger's used time while it is its turn; `revealedAt` is zero where nothing is revealed.
    function challengerNow(uint256 clock, uint256 revealedAt, uint256 time) internal pure returns (uint256) {
        return challengerUsed(clock) + time - _max(last(clock), revealedAt);
    }

    /// @notice DSP-71: the clock after the challenger's move at `time`.
    function moved(uint256 clock, uint256 revealedAt, uint256 time) internal pure returns (uint256) {
        uint256 since = last(clock);
        uint256 provider = providerUsed(clock) + (revealedAt > since ? revealedAt - since : 0);
        uint256 challenger = challengerNow(clock, revealedAt, time);
        return (time << 216) | (provider << 184) | (challenger << 152) | uint152(clock);
    }

    /// @notice DSP-71: the clock of a game in which the provider answers at `time`.
    function answered(uint256 clock, uint256 time) internal pure returns (uint256) {
        return (time << 216) | (providerNow(clock, time) << 184) | uint184(clock);
    }

    function _max(uint256 a, uint256 b) private pure returns (uint256) {
        return a > b ? a : b;
    }
}
