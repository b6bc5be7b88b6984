// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title RunWord
/// @notice What a claim adds to a job: one word, from high to low bits
///         provider 160 | claimedAt 40 | span 40 (submittedAt - claimedAt, zero until submitted) | zero 16.
library RunWord {
    function pack(address provider_, uint256 claimedAt_, uint256 span_) internal pure returns (uint256) {
        return (uint256(uint160(provider_)) << 96) | (claimedAt_ << 56) | (span_ << 16);
    }

    /// @notice The word of the same claim once its result is submitted, in this block.
    function submittedNow(uint256 run) internal view returns (uint256) {
        uint256 since = claimedAt(run);
        return pack(provider(run), since, block.timestamp - since);
    }

    function provider(uint256 run) internal pure returns (address) {
        return address(uint160(run >> 96));
    }

    function claimedAt(uint256 run) internal pure returns (uint256) {
        return uint40(run >> 56);
    }

    function submittedAt(uint256 run) internal pure returns (uint256) {
        return claimedAt(run) + uint40(run >> 16);
    }
}
