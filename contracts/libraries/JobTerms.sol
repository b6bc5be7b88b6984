// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {RunWord} from "./RunWord.sol";

/// @title JobTerms
/// @notice Typed access to a job's terms: six words that travel in calldata and are never stored.
///
///     word   from high to low bits
///     0      requester 160 | maxPrice 96
///     1      token 160 | minPrice 96
///     2      bond 96 | rampStart 40 | rampLength 24 | claimBy 40 | runTime 24 | feeBps 16 | minReputation 16
///     3      provider 160 | generation 32 | lane 16 | window 24 | policy 16 | version 8
///     4      specHash (keccak256 of the six spec words, see JobSpec)
///     5      minStake 96 | capabilities 64 | memoryClass 8 | rule 8 | priceWeight 16 | stakeWeight 16
///            | reputationWeight 16 | zero 32
///
/// Times are in seconds: rampStart and claimBy are Unix times, the others durations. Prices are in the smallest unit of
/// `token`, bond and minStake in the smallest unit of ASY. `provider` is zero unless the job is direct. The rule says how
/// the price is found (see PriceRule): by time, by bids (rampStart is when bidding ends, the weights score the bids) or in US
/// dollars (minPrice is the price in 1e-18 dollars, maxPrice the most of the token that it may come to). `capabilities` and
/// `memoryClass` are those of the provider registry. Every bit is validated when a job is posted, so each accepted preimage
/// can be decoded by every later call.
library JobTerms {
    uint8 internal constant VERSION = 2;

    function id(uint256[6] calldata t) internal pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            let p := mload(0x40)
            calldatacopy(p, t, 192)
            hash := keccak256(p, 192)
        }
    }

    function requester(uint256[6] calldata t) internal pure returns (address) {
        return address(uint160(t[0] >> 96));
    }

    function maxPrice(uint256[6] calldata t) internal pure returns (uint256) {
        return uint96(t[0]);
    }

    function token(uint256[6] calldata t) internal pure returns (address) {
        return address(uint160(t[1] >> 96));
    }

    function minPrice(uint256[6] calldata t) internal pure returns (uint256) {
        return uint96(t[1]);
    }

    function bond(uint256[6] calldata t) internal pure returns (uint256) {
        return t[2] >> 160;
    }

    function rampStart(uint256[6] calldata t) internal pure returns (uint256) {
        return uint40(t[2] >> 120);
    }

    function rampLength(uint256[6] calldata t) internal pure returns (uint256) {
        return uint24(t[2] >> 96);
    }

    function claimBy(uint256[6] calldata t) internal pure returns (uint256) {
        return uint40(t[2] >> 56);
    }

    function runTime(uint256[6] calldata t) internal pure returns (uint256) {
        return uint24(t[2] >> 32);
    }

    function feeBps(uint256[6] calldata t) internal pure returns (uint256) {
        return uint16(t[2] >> 16);
    }

    function minReputation(uint256[6] calldata t) internal pure returns (uint256) {
        return uint16(t[2]);
    }

    function provider(uint256[6] calldata t) internal pure returns (address) {
        return address(uint160(t[3] >> 96));
    }

    function generation(uint256[6] calldata t) internal pure returns (uint256) {
        return uint32(t[3] >> 64);
    }

    function lane(uint256[6] calldata t) internal pure returns (uint256) {
        return uint16(t[3] >> 48);
    }

    function window(uint256[6] calldata t) internal pure returns (uint256) {
        return uint24(t[3] >> 24);
    }

    function policy(uint256[6] calldata t) internal pure returns (uint16) {
        return uint16(t[3] >> 8);
    }

    function version(uint256[6] calldata t) internal pure returns (uint8) {
        return uint8(t[3]);
    }

    function specHash(uint256[6] calldata t) internal pure returns (bytes32) {
        return bytes32(t[4]);
    }

    function minStake(uint256[6] calldata t) internal pure returns (uint256) {
        return t[5] >> 160;
    }

    function capabilities(uint256[6] calldata t) internal pure returns (uint64) {
        return uint64(t[5] >> 96);
    }

    function memoryClass(uint256[6] calldata t) internal pure returns (uint8) {
        return uint8(t[5] >> 88);
    }

    /// @notice The number of a PriceRule.
    function rule(uint256[6] calldata t) internal pure returns (uint8) {
        return uint8(t[5] >> 80);
    }

    /// @notice The bits of word 5 that must be zero.
    function spare(uint256[6] calldata t) internal pure returns (uint256) {
        return uint32(t[5]);
    }

    function priceWeight(uint256[6] calldata t) internal pure returns (uint256) {
        return uint16(t[5] >> 64);
    }

    function stakeWeight(uint256[6] calldata t) internal pure returns (uint256) {
        return uint16(t[5] >> 48);
    }

    function reputationWeight(uint256[6] calldata t) internal pure returns (uint256) {
        return uint16(t[5] >> 32);
    }

    /// @notice The price of a claimed job: what its claim agreed on, else what the time of the claim made it.
    function priceDown(uint256[6] calldata t, uint256 run) internal pure returns (uint256) {
        uint256 quote = RunWord.quote(run);
        if (quote == 0) return priceAtDown(t, RunWord.claimedAt(run));
        return RunWord.quotedDown(maxPrice(t), quote);
    }

    /// @notice The price a claim at `time` earns: minPrice before the ramp, maxPrice after it, linear in between.
    /// @dev Rounds down, against the claimer. A rampLength of zero is a fixed price (maxPrice).
    function priceAtDown(uint256[6] calldata t, uint256 time) internal pure returns (uint256) {
        uint256 high = maxPrice(t);
        uint256 length = rampLength(t);
        if (length == 0) return high;
        uint256 start = rampStart(t);
        uint256 low = minPrice(t);
        if (time <= start) return low;
        uint256 elapsed = time - start;
        if (elapsed >= length) return high;
        // high >= low is checked at posting; (2^96)(2^24) cannot overflow
        unchecked {
            return low + ((high - low) * elapsed) / length;
        }
    }
}
