// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title RunWord
/// @notice What a claim adds to a job: one word, from high to low bits
///         provider 160 | claimedAt 40 | span 24 (submittedAt - claimedAt, zero until submitted) | rescued 1 | quote 31.
/// @dev The quote is a price that the time of the claim does not tell, as a share of maxPrice in units of 1 / QUOTE_UNIT; zero
///      where the time does. A span fits: no run time is longer than 14 days.
library RunWord {
    uint256 internal constant QUOTE_UNIT = type(uint32).max >> 1;

    function pack(
        address provider_,
        uint256 claimedAt_,
        uint256 span_,
        bool rescued_,
        uint256 quote_
    ) internal pure returns (uint256) {
        uint256 low = (span_ << 32) | (uint256(rescued_ ? 1 : 0) << 31) | quote_;
        return (uint256(uint160(provider_)) << 96) | (claimedAt_ << 56) | low;
    }

    /// @notice The word of the same claim once its result is submitted, in this block.
    function submittedNow(uint256 run) internal view returns (uint256) {
        return run | ((block.timestamp - claimedAt(run)) << 32);
    }

    function provider(uint256 run) internal pure returns (address) {
        return address(uint160(run >> 96));
    }

    function claimedAt(uint256 run) internal pure returns (uint256) {
        return uint40(run >> 56);
    }

    function submittedAt(uint256 run) internal pure returns (uint256) {
        return claimedAt(run) + uint24(run >> 32);
    }

    /// @notice Whether another provider had the job before, and was late.
    function rescued(uint256 run) internal pure returns (bool) {
        return (run >> 31) & 1 == 1;
    }

    function quote(uint256 run) internal pure returns (uint256) {
        return uint32(run) & QUOTE_UNIT;
    }

    /// @notice The quote that stands for `price`, rounded up: 1 to QUOTE_UNIT for 1 to maxPrice.
    function quoteUp(uint256 maxPrice, uint256 price) internal pure returns (uint256) {
        // prices have 96 bits
        unchecked {
            return (price * QUOTE_UNIT + maxPrice - 1) / maxPrice;
        }
    }

    /// @notice The price that a quote stands for: at least what was quoted, at most maxPrice and maxPrice / QUOTE_UNIT more.
    function quotedDown(uint256 maxPrice, uint256 quote_) internal pure returns (uint256) {
        unchecked {
            return (maxPrice * quote_) / QUOTE_UNIT;
        }
    }
}
