// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title Reputation
/// @notice A provider's record of outcomes: 48 bits that live in its account's word, and the score that follows from them.
/// @dev `good` and `bad` count in 1/1024. Good days halve every 30 days, failures every 180. A day has at most one good: so
///      the record grows with time and not with the number, the price or the source of jobs (REP-03). 30 days of half-life
///      bring `good` to at most 43.8, which 16 bits hold; `bad` stops at 63.99.
library Reputation {
    struct Record {
        uint256 good;
        uint256 bad;
        uint256 day;
    }

    uint256 internal constant UNIT = 1_024;
    uint256 internal constant SCORE_MAX = 10_000;
    uint256 private constant GOOD_HALF_LIFE = 30;
    uint256 private constant BAD_HALF_LIFE = 180;
    // 2^64 / 2^(1/30) and 2^64 / 2^(1/180), rounded down
    uint256 private constant GOOD_DAILY = 18_025_419_856_780_639_094;
    uint256 private constant BAD_DAILY = 18_375_845_621_797_877_956;

    /// @notice The record as it stands on `today`, a number of days since 1970.
    function decayedDown(Record memory record, uint256 today) internal pure {
        if (today <= record.day) return;
        uint256 elapsed = today - record.day;
        record.good = _halveDown(record.good, elapsed, GOOD_HALF_LIFE, GOOD_DAILY);
        record.bad = _halveDown(record.bad, elapsed, BAD_HALF_LIFE, BAD_DAILY);
        record.day = today;
    }

    /// @notice An accepted result. Counts once a day.
    function succeed(Record memory record, uint256 today) internal pure {
        if (today <= record.day) return;
        decayedDown(record, today);
        record.good = Math.min(record.good + UNIT, type(uint16).max);
    }

    /// @notice `weight` failures. Count always.
    function fail(Record memory record, uint256 today, uint256 weight) internal pure {
        decayedDown(record, today);
        record.bad = Math.min(record.bad + weight * UNIT, type(uint16).max);
    }

    /// @notice (good + 1) / (good + 4 bad + 4), from 0 to 10,000, rounded down. Who has no record gets 2,500.
    function scoreDown(Record memory record) internal pure returns (uint256) {
        return ((record.good + UNIT) * SCORE_MAX) / (record.good + 4 * record.bad + 4 * UNIT);
    }

    function _halveDown(
        uint256 value,
        uint256 elapsed,
        uint256 halfLife,
        uint256 daily
    ) private pure returns (uint256) {
        if (value == 0) return 0;
        // factor and daily stay at most 2^64, value below 2^16: nothing overflows
        unchecked {
            uint256 halvings = elapsed / halfLife;
            // 16 bits are gone after 16 halvings
            if (halvings >= 16) return 0;
            uint256 factor = 1 << 64;
            for (uint256 rest = elapsed % halfLife; rest != 0; rest >>= 1) {
                if (rest & 1 == 1) factor = (factor * daily) >> 64;
                daily = (daily * daily) >> 64;
            }
            return ((value * factor) >> 64) >> halvings;
        }
    }
}
