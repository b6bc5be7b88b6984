// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IOneStepJudge, Input, OpRecord, Position, Tile} from "../../interfaces/IOneStepJudge.sol";
import {Contraction} from "./Contraction.sol";
import {Opcodes} from "./Opcodes.sol";
import {ElementOps} from "./ElementOps.sol";
import {Gathers} from "./Gathers.sol";
import {RecordRules} from "./RecordRules.sol";
import {Reductions} from "./Reductions.sol";
import {TensorProof} from "./TensorProof.sol";
import {Windows} from "./Windows.sol";

/// @title OneStepJudge
/// @notice Purpose: the last word of a dispute. It recomputes one element of one operator of one step from the inputs that
///         both sides agree on.
///
///         Roles and powers: none. No owner, no proxy, no storage, no money. A job names its judge (JobSpec word 5), so a
///         dispute is decided by the code its parties agreed to, whatever is deployed later.
///
///         Trust: the arithmetic is the table of docs/spec/exact.md in exact 256-bit integers; it is compared with the
///         TypeScript reference case by case. There is no range fraud: a value that does not fit its type saturates, a
///         shift out of range is clamped, a division by zero is 0, so that a program its parties accepted is judged by
///         the same rule whatever its values are.
///
///         Rounding: RHU rounds half up, INTDIV down.
///
///         Known hazards: the judge believes the record and the roots it is handed (see IOneStepJudge).
contract OneStepJudge is IOneStepJudge {
    /// @inheritdoc IOneStepJudge
    function expectedElement(
        OpRecord calldata op,
        bytes32[] calldata inputRoots,
        Position calldata position,
        Tile[] calldata tiles
    ) public pure returns (int256) {
        RecordRules.check(op, inputRoots.length);
        bool padding = position.row >= op.rows || position.col >= op.cols;
        uint256 wanted = padding ? 0 : op.nIn;
        require(tiles.length == wanted, Judge_TileCount(tiles.length, wanted));
        // INVARIANT DSP-60: an element outside rows x cols is 0
        if (padding) return 0;
        return TensorProof.saturate(op.outDtype, _value(op, inputRoots, position, tiles));
    }

    /// @inheritdoc IOneStepJudge
    function chunkSum(
        OpRecord calldata op,
        bytes32[] calldata inputRoots,
        uint32 row,
        uint32 col,
        uint32 chunk,
        Tile[] calldata tiles
    ) public pure returns (int256) {
        require(op.opcode == Opcodes.MATMUL, Judge_Opcode(op.opcode));
        RecordRules.check(op, inputRoots.length);
        require(tiles.length == 2, Judge_TileCount(tiles.length, 2));
        require(row < op.rows, Judge_OutOfRange(row, op.rows));
        require(col < op.cols, Judge_OutOfRange(col, op.cols));
        uint256 chunks = (RecordRules.contraction(op) + 15) >> 4;
        require(chunk < chunks, Judge_OutOfRange(chunk, chunks));
        return Contraction.chunkSum(op, inputRoots, Contraction.Chunk(row, col, chunk), tiles);
    }

    /// @inheritdoc IOneStepJudge
    function chained(bytes32 list, bytes32 item) external pure returns (bytes32) {
        return keccak256(abi.encodePacked(bytes1(0x05), list, item));
    }

    /// @inheritdoc IOneStepJudge
    function saturated(uint8 dtype, int256 value) external pure returns (int256) {
        return TensorProof.saturate(dtype, value);
    }

    /// @dev The element before saturation. The record is well-formed and (position.row, position.col) lies inside the result.
    function _value(
        OpRecord calldata op,
        bytes32[] calldata roots,
        Position calldata position,
        Tile[] calldata tiles
    ) private pure returns (int256) {
        uint8 opcode = op.opcode;
        if (opcode == Opcodes.DATALOAD) return _dataLoad(op, roots[0], position, tiles[0]);
        if (opcode >= Opcodes.TILEMAX && opcode <= Opcodes.ROWSUM16)
            return _reduction(op, roots[0], position, tiles[0]);
        if (opcode == Opcodes.MATMUL) revert Judge_Opcode(opcode);
        if (opcode > Opcodes.KFLIP) return _pooling(op, roots, position, tiles);
        if (opcode > Opcodes.CHAIN) return _copy(op, roots[0], position, tiles[0]);
        int256 x = _broadcast(op.inputs[0], roots[0], position, tiles[0]);
        if (op.nIn == 1) return _unary(op, x, 0);
        if (opcode == Opcodes.LUT) return _lookUp(op.inputs[1], roots[1], x, tiles[1]);
        int256 y = _broadcast(op.inputs[1], roots[1], position, tiles[1]);
        return opcode == Opcodes.RHU || opcode == Opcodes.EXPADD ? _unary(op, x, y) : _binary(opcode, x, y);
    }

    /// @dev ElementOps whose second input is missing or a scalar that the attributes qualify.
    function _unary(OpRecord calldata op, int256 x, int256 scalar) private pure returns (int256) {
        uint8 opcode = op.opcode;
        int256 attr = op.attrs[0];
        if (opcode == Opcodes.MULC) return ElementOps.mulc(x, attr);
        if (opcode == Opcodes.CLIP) return ElementOps.clip(x, attr, op.attrs[1]);
        if (opcode == Opcodes.RELU) return ElementOps.relu(x);
        if (opcode == Opcodes.EXPADD) return ElementOps.expAdd(x, scalar, attr);
        if (opcode == Opcodes.EXPNORM) return ElementOps.expNorm(x, attr);
        int256 value = ElementOps.rhu(x, attr + op.attrs[1] * scalar);
        return op.flags & Opcodes.FLAG_CLIP == 0 ? value : ElementOps.clip(value, op.attrs[2], op.attrs[3]);
    }

    function _binary(uint8 opcode, int256 x, int256 y) private pure returns (int256) {
        if (opcode == Opcodes.ADD) return ElementOps.add(x, y);
        if (opcode == Opcodes.SUB) return ElementOps.sub(x, y);
        if (opcode == Opcodes.MASKGT0) return ElementOps.maskGt0(x, y);
        if (opcode == Opcodes.EQ) return ElementOps.eq(x, y);
        if (opcode == Opcodes.GT) return ElementOps.gt(x, y);
        return ElementOps.intDiv(x, y);
    }

    function _reduction(
        OpRecord calldata op,
        bytes32 root,
        Position calldata position,
        Tile calldata tile
    ) private pure returns (int256) {
        Input calldata x = op.inputs[0];
        uint8 opcode = op.opcode;
        bool whole = opcode == Opcodes.TILEMAX || opcode == Opcodes.TILEMAXABS;
        TensorProof.check(root, x, whole ? position.row : position.row >> 4, position.col, tile);
        if (whole) return Reductions.tileMax(x, tile.data, position.row, position.col, opcode == Opcodes.TILEMAXABS);
        if (opcode == Opcodes.ROWMAX16) return Reductions.rowMax(x, tile.data, position.row, position.col);
        return Reductions.rowSum(x, tile.data, position.row, position.col);
    }

    function _dataLoad(
        OpRecord calldata op,
        bytes32 root,
        Position calldata position,
        Tile calldata tile
    ) private pure returns (int256) {
        Input calldata data = op.inputs[0];
        // RecordRules: 0 <= attrs[0] and attrs[0] + cols <= data.cols
        uint256 col = uint256(int256(op.attrs[0])) + position.col;
        if (op.attrs[1] == 1) {
            uint256 row = ElementOps.sequentialRow(position.step, op.rows, position.row, data.rows);
            return _read(data, root, row, col, tile);
        }
        uint256 draw = ElementOps.draw(position.nonce, position.step, position.row);
        if (op.attrs[2] == 0) return _read(data, root, draw % data.rows, col, tile);
        bool outside;
        (col, outside) = Gathers.moved(op, position.col, Gathers.move(draw, uint256(int256(op.attrs[2]))));
        int256 value = _read(data, root, draw % data.rows, col, tile);
        return outside ? int256(0) : value;
    }

    /// @dev An element of the only input, or 0 beside an image; the tile of the nearest pixel is proven there, too (EXA-16).
    function _copy(
        OpRecord calldata op,
        bytes32 root,
        Position calldata position,
        Tile calldata tile
    ) private pure returns (int256) {
        Gathers.Source memory source = _source(op, position.row, position.col);
        int256 value = _read(op.inputs[0], root, source.row, source.col, tile);
        return source.outside ? int256(0) : value;
    }

    function _source(OpRecord calldata op, uint256 row, uint256 col) private pure returns (Gathers.Source memory) {
        uint8 opcode = op.opcode;
        if (opcode == Opcodes.RESHAPE) return Gathers.reshaped(op, row, col);
        if (opcode == Opcodes.UNSTACK) return Gathers.unstacked(op, row, col);
        if (opcode == Opcodes.IM2COL) return Gathers.patch(op, row, col);
        return Gathers.flipped(op, row, col);
    }

    function _pooling(
        OpRecord calldata op,
        bytes32[] calldata roots,
        Position calldata position,
        Tile[] calldata tiles
    ) private pure returns (int256) {
        uint256 row = position.row;
        uint256 col = position.col;
        if (op.opcode == Opcodes.POOLKEY)
            return ElementOps.mulc(_read(op.inputs[0], roots[0], row, col, tiles[0]), 4) + Windows.place(op, row);
        if (op.opcode == Opcodes.POOLMAX) {
            (uint256 upper, uint256 lower) = Windows.corners(op, row);
            (int256 a, int256 b) = _readPair(op.inputs[0], roots[0], upper, col, tiles[0]);
            (int256 c, int256 d) = _readPair(op.inputs[1], roots[1], lower, col, tiles[1]);
            return Windows.largest(a, b, c, d);
        }
        uint256 window = Windows.of_(op, row);
        int256 gradient = _read(op.inputs[0], roots[0], window, col, tiles[0]);
        int256 key = _read(op.inputs[1], roots[1], row, col, tiles[1]);
        return Windows.unpooled(gradient, key, _read(op.inputs[2], roots[2], window, col, tiles[2]));
    }

    function _lookUp(Input calldata table, bytes32 root, int256 x, Tile calldata tile) private pure returns (int256) {
        uint256 cols = table.cols;
        uint256 index = ElementOps.lutIndex(x, uint256(table.rows) * cols);
        return _read(table, root, index / cols, index % cols, tile);
    }

    /// @dev Element of an input for the result's position; a side of length 1 is repeated.
    function _broadcast(
        Input calldata x,
        bytes32 root,
        Position calldata position,
        Tile calldata tile
    ) private pure returns (int256) {
        return _read(x, root, x.rows == 1 ? 0 : position.row, x.cols == 1 ? 0 : position.col, tile);
    }

    /// @dev Element (row, col) of `x`, inside its shape, from the tile that holds it.
    function _read(
        Input calldata x,
        bytes32 root,
        uint256 row,
        uint256 col,
        Tile calldata tile
    ) private pure returns (int256) {
        TensorProof.check(root, x, row >> 4, col >> 4, tile);
        return TensorProof.element(tile.data, x.dtype, ((row & 15) << 4) | (col & 15));
    }

    /// @dev Elements (row, col) and (row + 1, col) of `x`; `row` is even, so that one tile holds both.
    function _readPair(
        Input calldata x,
        bytes32 root,
        uint256 row,
        uint256 col,
        Tile calldata tile
    ) private pure returns (int256, int256) {
        TensorProof.check(root, x, row >> 4, col >> 4, tile);
        uint256 first = ((row & 15) << 4) | (col & 15);
        return (TensorProof.element(tile.data, x.dtype, first), TensorProof.element(tile.data, x.dtype, first + 16));
    }
}
