// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Input} from "../../interfaces/IOneStepJudge.sol";

/// @title Reductions
/// @notice The operators that fold a part of one tile: TILEMAX, TILEMAXABS (all of it), ROWMAX16, ROWSUM16 (one row of
///         it). They fold the elements that belong to the tensor only; the padding is not a value.
library Reductions {
    /// @notice Largest element, or largest magnitude, of the tile at grid position (tileRow, tileCol) of `x`.
    function tileMax(
        Input calldata x,
        bytes calldata data,
        uint256 tileRow,
        uint256 tileCol,
        bool magnitude
    ) internal pure returns (int256) {
        return _max(data, x.dtype, 0, _valid(x.rows, tileRow), _valid(x.cols, tileCol), magnitude);
    }

    /// @notice Largest of the elements 16 * tileCol .. 16 * tileCol + 15 of row `row` of `x`.
    function rowMax(
        Input calldata x,
        bytes calldata data,
        uint256 row,
        uint256 tileCol
    ) internal pure returns (int256) {
        return _max(data, x.dtype, row & 15, 1, _valid(x.cols, tileCol), false);
    }

    /// @notice Sum of the elements 16 * tileCol .. 16 * tileCol + 15 of row `row` of `x`.
    function rowSum(
        Input calldata x,
        bytes calldata data,
        uint256 row,
        uint256 tileCol
    ) internal pure returns (int256 sum) {
        uint256 dtype = x.dtype;
        uint256 width = _valid(x.cols, tileCol);
        assembly ("memory-safe") {
            let log := sub(dtype, 1)
            let size := shl(log, 1)
            let cut := sub(256, shl(3, size))
            let at := add(data.offset, shl(add(4, log), and(row, 15)))
            for {
                let end := add(at, mul(width, size))
            } lt(at, end) {
                at := add(at, size)
            } {
                sum := add(sum, sar(cut, calldataload(at)))
            }
        }
    }

    /// @dev How many of a tile's 16 rows or columns belong to a tensor whose side is `side`; 1..16 inside the grid.
    function _valid(uint256 side, uint256 tile) private pure returns (uint256) {
        uint256 left = side - (tile << 4);
        return left < 16 ? left : 16;
    }

    /// @dev Largest (magnitude) of height x width elements from row `top` of a tile on; height and width are at least 1.
    function _max(
        bytes calldata data,
        uint256 dtype,
        uint256 top,
        uint256 height,
        uint256 width,
        bool magnitude
    ) private pure returns (int256 best) {
        assembly ("memory-safe") {
            let log := sub(dtype, 1)
            let size := shl(log, 1)
            let cut := sub(256, shl(3, size))
            let row := add(data.offset, shl(add(4, log), top))
            let span := mul(width, size)
            best := shl(255, 1)
            let signs := sub(0, magnitude) // all ones where signs are to be dropped
            for {
                let bottom := add(row, mul(height, shl(4, size)))
            } lt(row, bottom) {
                row := add(row, shl(4, size))
            } {
                let at := row
                for {
                    let end := add(row, span)
                } lt(at, end) {
                    at := add(at, size)
                } {
                    let value := sar(cut, calldataload(at))
                    // Jumps cost more than arithmetic: negate by mask, keep the larger by a product with 0 or 1.
                    let negative := and(signs, sar(255, value))
                    value := sub(xor(value, negative), negative)
                    best := xor(best, mul(xor(best, value), sgt(value, best)))
                }
            }
        }
    }
}
