// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Input, OpRecord, Tile} from "../../interfaces/IOneStepJudge.sol";
import {RecordRules} from "./RecordRules.sol";
import {TensorProof} from "./TensorProof.sol";

/// @title Contraction
/// @notice MATMUL(ta, tb), sixteen multiply-adds at a time (DSP-52, DSP-61).
/// @dev    Chunks of the contraction are aligned to tiles, so a chunk reads one row or one column of one tile of each
///         operand.
library Contraction {
    /// @dev Sixteen elements in calldata: where the first one starts, how many bytes to the next one, and by how many bits
    ///      a word that starts at an element is shifted to leave that element alone.
    struct Line {
        uint256 from;
        uint256 stride;
        uint256 cut;
    }

    /// @dev Which multiply-adds of which element.
    struct Chunk {
        uint256 row;
        uint256 col;
        uint256 number;
    }

    /// @notice Sum over k in 16 * number .. min(K, 16 * number + 16) - 1 of A(row, k) * B(k, col), where A(row, k) is
    ///         x[row][k], or x[k][row] when attrs[0] is 1, and B(k, col) is y[k][col], or y[col][k] when attrs[1] is 1.
    ///         Of a product in parts (EXA-13), row r is row r mod cols(x) of part r / cols(x), whose k start behind those
    ///         of the parts before it.
    /// @dev    The caller has checked the record, row < op.rows, col < op.cols, 16 * number < K and the array lengths.
    function chunkSum(
        OpRecord calldata op,
        bytes32[] calldata roots,
        Chunk memory chunk,
        Tile[] calldata tiles
    ) internal pure returns (int256) {
        uint256 left = RecordRules.contraction(op) - (chunk.number << 4);
        if (op.attrs[2] > 1) chunk = _ofPart(op, chunk);
        Line memory a = _line(op.inputs[0], roots[0], tiles[0], chunk.row, chunk.number, op.attrs[0] == 1);
        Line memory b = _line(op.inputs[1], roots[1], tiles[1], chunk.col, chunk.number, op.attrs[1] != 1);
        return _dot(a, b, left < 16 ? left : 16);
    }

    /// @dev EXA-13: the same chunk in the coordinates of the operands. RecordRules: parts are whole tiles high.
    function _ofPart(OpRecord calldata op, Chunk memory chunk) private pure returns (Chunk memory) {
        uint256 side = op.inputs[0].cols;
        uint256 tilesBefore = (chunk.row / side) * (RecordRules.contraction(op) >> 4);
        return Chunk(chunk.row % side, chunk.col, tilesBefore + chunk.number);
    }

    /// @dev Proves the tile that holds chunk `chunk` of line `line` of `x`; a line is a column if `down`, else a row.
    function _line(
        Input calldata x,
        bytes32 root,
        Tile calldata tile,
        uint256 line,
        uint256 chunk,
        bool down
    ) private pure returns (Line memory out) {
        if (down) TensorProof.check(root, x, chunk, line >> 4, tile);
        else TensorProof.check(root, x, line >> 4, chunk, tile);
        unchecked {
            // check() has refused any dtype but 1..3, so the sizes are 1, 2 and 4
            uint256 size = 1 << (x.dtype - 1);
            line &= 15;
            out.from = _offset(tile.data) + (down ? line : line << 4) * size;
            out.stride = down ? size << 4 : size;
            out.cut = 256 - (size << 3);
        }
    }

    function _offset(bytes calldata data) private pure returns (uint256 offset) {
        assembly ("memory-safe") {
            offset := data.offset
        }
    }

    /// @dev Products are below 2^62 and there are at most 16, so the sum is exact.
    function _dot(Line memory a, Line memory b, uint256 terms) private pure returns (int256 sum) {
        assembly ("memory-safe") {
            let x := mload(a)
            let strideX := mload(add(a, 0x20))
            let cutX := mload(add(a, 0x40))
            let y := mload(b)
            let strideY := mload(add(b, 0x20))
            let cutY := mload(add(b, 0x40))
            for {
                let end := add(x, mul(strideX, terms))
            } lt(x, end) {
                x := add(x, strideX)
            } {
                sum := add(sum, mul(sar(cutX, calldataload(x)), sar(cutY, calldataload(y))))
                y := add(y, strideY)
            }
        }
    }
}
