// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title JobSpec
/// @notice Typed access to what is to be computed: six words, emitted at posting, bound by JobTerms.specHash.
///
///     word   content
///     0      programHash (DSP-08)
///     1      dataRoot: H(0x0f, constRoots...)
///     2      initState: S_0 (DSP-05 at step 0)
///     3      from high to low bits: steps 64 | segmentLength 16 | outIdx 16 | stateCount 16 | rulesVersion 16
///            | refSeconds 40 | zero 88
///     4      inputs: sha2-256 digest of the job manifest (CIDv1, raw): where program, data and weights are found
///     5      judge: the dispute judge's address (zero while the policy names no dispute strategy), zero-extended
library JobSpec {
    uint256 internal constant MAX_STATES = 64; // DSP-06
    uint256 internal constant MAX_SEGMENT_LENGTH = 64; // DSP-06
    uint256 internal constant MAX_STEPS = 1 << 40; // DSP-06

    function hash(bytes32[6] calldata s) internal pure returns (bytes32 h) {
        assembly ("memory-safe") {
            let p := mload(0x40)
            calldatacopy(p, s, 192)
            h := keccak256(p, 192)
        }
    }

    function steps(bytes32[6] calldata s) internal pure returns (uint64) {
        return uint64(uint256(s[3]) >> 192);
    }

    function segmentLength(bytes32[6] calldata s) internal pure returns (uint256) {
        return uint16(uint256(s[3]) >> 176);
    }

    function outIdx(bytes32[6] calldata s) internal pure returns (uint256) {
        return uint16(uint256(s[3]) >> 160);
    }

    function stateCount(bytes32[6] calldata s) internal pure returns (uint256) {
        return uint16(uint256(s[3]) >> 144);
    }

    function rulesVersion(bytes32[6] calldata s) internal pure returns (uint256) {
        return uint16(uint256(s[3]) >> 128);
    }

    /// @notice Whether the run has a single segment (DSP-10: M = ceil(steps / segmentLength) = 1).
    function isSingleSegment(bytes32[6] calldata s) internal pure returns (bool) {
        return steps(s) <= segmentLength(s);
    }

    /// @notice Whether every field is inside DSP-06 and all spare bits are zero.
    function isWellFormed(bytes32[6] calldata s) internal pure returns (bool) {
        uint256 shape = uint256(s[3]);
        uint256 stepCount = shape >> 192;
        uint256 states = stateCount(s);
        uint256 length = segmentLength(s);
        return
            stepCount != 0 &&
            stepCount <= MAX_STEPS &&
            length != 0 &&
            length <= MAX_SEGMENT_LENGTH &&
            states != 0 &&
            states <= MAX_STATES &&
            outIdx(s) < states &&
            rulesVersion(s) == 1 &&
            uint88(shape) == 0 &&
            uint256(s[5]) >> 160 == 0;
    }
}
