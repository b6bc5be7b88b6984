// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IOneStepJudge, Input, Tile} from "../../interfaces/IOneStepJudge.sol";

/// @title TensorProof
/// @notice Tensors as DSP-01..04 commit them: 16 x 16 tiles, a binary tree over the row-major tile grid.
/// @dev    Index and depth are always computed from the tensor's declared shape (DSP-23), the length of the data from its
///         declared type, before anything is hashed (DSP-24): no proof may speak about its own place.
library TensorProof {
    /// @notice Number of tiles of a rows x cols tensor.
    function tileCount(uint256 rows, uint256 cols) internal pure returns (uint256) {
        unchecked {
            // sides are uint32 or checked against a cap
            return ((rows + 15) >> 4) * ((cols + 15) >> 4);
        }
    }

    /// @notice DSP-03: depth of the tree over `leaves` leaves, ceil(log2 leaves). Needs leaves < 2^64.
    function depthOf(uint256 leaves) internal pure returns (uint256 d) {
        if (leaves < 2) return 0;
        // ceil(log2 leaves) is the number of bits of leaves - 1: halve the range that holds the highest one
        assembly ("memory-safe") {
            let x := sub(leaves, 1)
            d := shl(5, gt(x, 0xffffffff))
            d := or(d, shl(4, gt(shr(d, x), 0xffff)))
            d := or(d, shl(3, gt(shr(d, x), 0xff)))
            d := or(d, shl(2, gt(shr(d, x), 0xf)))
            d := or(d, shl(1, gt(shr(d, x), 3)))
            d := add(or(d, gt(shr(d, x), 1)), 1)
        }
    }

    /// @notice Bytes of a tile's data.
    function dataLength(uint8 dtype) internal pure returns (uint256) {
        require(dtype != 0 && dtype < 4, IOneStepJudge.Judge_ElementType(dtype));
        return 128 << dtype;
    }

    /// @notice DSP-01: H(0x00, dtype, data), after DSP-24's check of the length.
    function leafOf(uint8 dtype, bytes calldata data) internal pure returns (bytes32 leaf) {
        uint256 wanted = dataLength(dtype);
        // INVARIANT DSP-24: data.length == 256 * size(dtype) before hashing
        require(data.length == wanted, IOneStepJudge.Judge_DataLength(data.length, wanted));
        assembly ("memory-safe") {
            let p := mload(0x40)
            mstore8(p, 0)
            mstore8(add(p, 1), dtype)
            calldatacopy(add(p, 2), data.offset, wanted)
            leaf := keccak256(p, add(wanted, 2))
        }
    }

    /// @notice DSP-02: the root that `proof` leads to from leaf number `index`. The caller checks the proof's length.
    function rootOf(bytes32 leaf, uint256 index, bytes32[] calldata proof) internal pure returns (bytes32 root) {
        assembly ("memory-safe") {
            // A node is 0x01, left, right: 65 bytes behind the free memory pointer.
            let p := mload(0x40)
            mstore8(p, 1)
            let left := add(p, 1)
            root := leaf
            let at := proof.offset
            for {
                let end := add(at, shl(5, proof.length))
            } lt(at, end) {
                at := add(at, 32)
            } {
                let half := shl(5, and(index, 1))
                mstore(add(left, half), root)
                mstore(add(left, xor(half, 32)), calldataload(at))
                root := keccak256(p, 65)
                index := shr(1, index)
            }
        }
    }

    /// @notice Reverts unless `tile` is the tile at grid position (tileRow, tileCol) of the tensor `x` under `root`.
    /// @dev    The caller makes sure that the position lies inside the tile grid.
    function check(bytes32 root, Input calldata x, uint256 tileRow, uint256 tileCol, Tile calldata tile) internal pure {
        bytes32 leaf = leafOf(x.dtype, tile.data);
        uint256 depth = depthOf(tileCount(x.rows, x.cols));
        // INVARIANT DSP-23: the length of a proof is the depth of the tree
        require(tile.proof.length == depth, IOneStepJudge.Judge_ProofLength(tile.proof.length, depth));
        uint256 index = tileRow * ((uint256(x.cols) + 15) >> 4) + tileCol;
        bytes32 found = rootOf(leaf, index, tile.proof);
        require(found == root, IOneStepJudge.Judge_Root(found, root));
    }

    /// @notice Element number `index` (0..255) of a tile whose length has been checked.
    function element(bytes calldata data, uint8 dtype, uint256 index) internal pure returns (int256 value) {
        assembly ("memory-safe") {
            let log := sub(dtype, 1) // log2 of the element's size
            value := sar(sub(256, shl(log, 8)), calldataload(add(data.offset, shl(log, index))))
        }
    }

    /// @notice The value of `dtype` nearest to `value`.
    function saturate(uint8 dtype, int256 value) internal pure returns (int256) {
        int256 high = int256((uint256(1) << (dataLength(dtype) / 32 - 1)) - 1);
        if (value > high) return high;
        return value < ~high ? ~high : value;
    }
}
