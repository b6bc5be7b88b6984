// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Guards} from "./Guards.sol";

/// @title MerkleWalk
/// @notice Binary Merkle trees over a known number of leaves, walked several levels at a time.
/// @dev No index or depth is ever taken from a caller as such: both follow from the number of leaves and the path walked.
library MerkleWalk {
    /// @notice Most levels one reveal may span. The reveal's cost per level is lowest at five or six (docs/adr/166).
    uint256 internal constant MAX_STRIDE = 6;

    /// @notice DSP-03: ceil(log2 leaves).
    function depth(uint256 leaves) internal pure returns (uint256 d) {
        while (uint256(1) << d < leaves) ++d;
    }

    /// @notice DSP-03: root of an all-padding subtree.
    function zero(uint256 height) internal pure returns (bytes32 z) {
        z = keccak256(hex"02");
        for (uint256 i; i < height; ++i) {
            z = node(z, z);
        }
    }

    /// @notice DSP-02: H(0x01, left, right).
    function node(bytes32 left, bytes32 right) internal pure returns (bytes32 h) {
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore8(free, 0x01)
            mstore(add(free, 0x01), left)
            mstore(add(free, 0x21), right)
            h := keccak256(free, 0x41)
        }
    }

    /// @notice How many levels the reveal of a node at `height` > 0 spans: the path is cut into equal parts.
    function stride(uint256 height) internal pure returns (uint256) {
        uint256 rounds = (height + MAX_STRIDE - 1) / MAX_STRIDE;
        return (height + rounds - 1) / rounds;
    }

    /// @notice How many of the 2^step descendants of node `index` at `height`, `step` levels below it, hold a leaf.
    function occupied(uint256 index, uint256 height, uint256 step, uint256 leaves) internal pure returns (uint256) {
        uint256 below = height - step;
        uint256 first = index << height;
        uint256 held = (leaves - first + (uint256(1) << below) - 1) >> below;
        return held < uint256(1) << step ? held : uint256(1) << step;
    }

    /// @notice DSP-21: checks the descendants of node `index` at `height` one stride below against its hash.
    /// @dev Descendants without a leaf are not supplied: they are the padding constants, so nobody can put junk there.
    function checkChildren(
        bytes32 expect,
        uint256 index,
        uint256 height,
        uint256 leaves,
        bytes32[] calldata children
    ) internal pure {
        uint256 step = stride(height);
        uint256 held = occupied(index, height, step, leaves);
        // INVARIANT DSP-21: exactly the descendants that hold leaves are revealed
        Guards.length(children.length, held);
        bytes32 found = fold(children, height - step, step);
        Guards.root(found, expect);
    }

    /// @notice Root of the subtree `levels` above `nodes` (at least one), which stand at height `base`; padded by DSP-03.
    function fold(bytes32[] calldata nodes, uint256 base, uint256 levels) internal pure returns (bytes32 root) {
        uint256 count = nodes.length;
        bytes32 pad = count == uint256(1) << levels ? bytes32(0) : zero(base);
        uint256 row;
        // The row is folded in place. The byte in front of a pair is free: it lies before the row, or in the pair before,
        // which is already folded; so the tag of DSP-02 goes there.
        assembly ("memory-safe") {
            row := add(mload(0x40), 0x20)
            calldatacopy(row, nodes.offset, shl(5, count))
            mstore(0x40, add(row, shl(5, add(count, 1))))
        }
        for (uint256 level; level < levels; ++level) {
            assembly ("memory-safe") {
                if and(count, 1) {
                    mstore(add(row, shl(5, count)), pad)
                }
                count := shr(1, add(count, 1))
                for {
                    let i := 0
                } lt(i, count) {
                    i := add(i, 1)
                } {
                    let pair := sub(add(row, shl(6, i)), 1)
                    mstore8(pair, 0x01)
                    mstore(add(row, shl(5, i)), keccak256(pair, 0x41))
                }
            }
            if (pad != 0) pad = node(pad, pad);
        }
        assembly ("memory-safe") {
            root := mload(row)
        }
    }

    /// @notice DSP-23: checks that `leaf` stands at `index` of a tree `levels` deep under `root`.
    function checkProof(
        bytes32 root,
        bytes32 leaf,
        uint256 index,
        uint256 levels,
        bytes32[] calldata proof
    ) internal pure {
        Guards.root(rootOf(leaf, index, levels, proof), root);
    }

    /// @notice The root of a tree `levels` deep in which `leaf` stands at `index` beside the nodes of `proof`.
    function rootOf(
        bytes32 leaf,
        uint256 index,
        uint256 levels,
        bytes32[] calldata proof
    ) internal pure returns (bytes32 root) {
        // INVARIANT DSP-23: the proof is as long as the tree is deep
        Guards.length(proof.length, levels);
        // the preimage of DSP-02: one byte of tag, then left and right at free + 32 and free + 64
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore8(add(free, 31), 0x01)
            root := leaf
            for {
                let at := proof.offset
                let end := add(at, shl(5, levels))
            } lt(at, end) {
                at := add(at, 32)
            } {
                let side := shl(5, and(index, 1))
                mstore(add(add(free, 32), side), root)
                mstore(sub(add(free, 64), side), calldataload(at))
                root := keccak256(add(free, 31), 65)
                index := shr(1, index)
            }
        }
    }
}
