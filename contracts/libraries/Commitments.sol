// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title Commitments
/// @notice The hashes of docs/spec/commitments.md that the market computes itself. Tags are one byte, unique.
library Commitments {
    /// @notice DSP-05: H(0x03, t:u64, nS:u16, roots).
    function state(uint64 step, bytes32[] calldata roots) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(bytes1(0x03), step, uint16(roots.length), roots));
    }

    /// @notice DSP-11: H(0x0a, chainid, market, job, provider, blockhash(b-1), prevrandao).
    /// @dev Unpredictable before the claim, not unbiasable: a contract may retry once a block until it likes the value.
    function nonce(bytes32 job, address provider) internal view returns (bytes32) {
        return
            keccak256(
                abi.encodePacked(
                    bytes1(0x0a),
                    block.chainid,
                    address(this),
                    job,
                    provider,
                    blockhash(block.number - 1),
                    block.prevrandao
                )
            );
    }

    /// @notice DSP-13: H(0x0b, job, nonce, runRoot, finalState).
    function result(bytes32 job, bytes32 nonce_, bytes32 runRoot, bytes32 finalState) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(bytes1(0x0b), job, nonce_, runRoot, finalState));
    }
}
