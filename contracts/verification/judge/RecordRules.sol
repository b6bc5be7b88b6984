// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IOneStepJudge, Input, OpRecord} from "../../interfaces/IOneStepJudge.sol";
import {ImageRules} from "./ImageRules.sol";
import {Opcodes} from "./Opcodes.sol";
import {TensorProof} from "./TensorProof.sol";

/// @title RecordRules
/// @notice Which records can be judged: the shape rules of the operator table and the caps of DSP-06. A compiler that
///         follows docs/spec/exact.md never emits another one, and a provider refuses a job that has one (DSP-90).
/// @dev    After this check every operand element that an operator reads lies inside its tensor.
library RecordRules {
    uint256 internal constant MAX_SIDE = 1 << 24;
    uint256 internal constant MAX_TILES = 1 << 26;
    uint256 internal constant MAX_CONTRACTION = 2048;
    int256 internal constant MAX_REACH = 127; // EXA-12

    /// @notice Reverts unless the record is well-formed and has `roots` inputs.
    function check(OpRecord calldata op, uint256 roots) internal pure {
        uint8 opcode = op.opcode;
        require(_hasElements(opcode), IOneStepJudge.Judge_Opcode(opcode));
        uint256 count = op.nIn;
        (uint256 fewest, uint256 most) = _arity(opcode);
        bool fits = count >= fewest && count <= most && _isTensor(op.rows, op.cols);
        for (uint256 k; fits && k < count; ++k) {
            Input calldata x = op.inputs[k];
            TensorProof.dataLength(x.dtype);
            fits = _isTensor(x.rows, x.cols);
        }
        TensorProof.dataLength(op.outDtype);
        require(fits && _shapesFit(op, opcode), IOneStepJudge.Judge_IllFormedRecord(opcode));
        require(roots == count, IOneStepJudge.Judge_RootCount(roots, count));
    }

    /// @notice Number of products that an element of a well-formed MATMUL sums up.
    function contraction(OpRecord calldata op) internal pure returns (uint256) {
        if (op.attrs[0] != 1) return op.inputs[0].cols;
        uint256 rows = op.inputs[0].rows;
        return op.attrs[2] > 1 ? rows / uint256(int256(op.attrs[2])) : rows;
    }

    function _hasElements(uint8 opcode) private pure returns (bool) {
        return opcode != 0 && opcode <= Opcodes.UNPOOL && opcode != Opcodes.CHAIN;
    }

    function _arity(uint8 opcode) private pure returns (uint256 fewest, uint256 most) {
        if (opcode == Opcodes.UNPOOL) return (3, 3);
        if (opcode == Opcodes.POOLMAX) return (2, 2);
        if (opcode == Opcodes.RHU || opcode == Opcodes.EXPADD) return (1, 2);
        if (opcode == Opcodes.MATMUL || opcode == Opcodes.LUT || opcode == Opcodes.INTDIV || _isBroadcast(opcode))
            return (2, 2);
        return (1, 1);
    }

    /// @dev ElementOps of two inputs, each of which has the result's side or a side of 1.
    function _isBroadcast(uint8 opcode) private pure returns (bool) {
        return
            opcode == Opcodes.ADD ||
            opcode == Opcodes.SUB ||
            opcode == Opcodes.INTDIV ||
            (opcode >= Opcodes.MASKGT0 && opcode <= Opcodes.GT);
    }

    function _isTensor(uint256 rows, uint256 cols) private pure returns (bool) {
        return
            rows != 0 &&
            cols != 0 &&
            rows <= MAX_SIDE &&
            cols <= MAX_SIDE &&
            TensorProof.tileCount(rows, cols) <= MAX_TILES;
    }

    function _shapesFit(OpRecord calldata op, uint8 opcode) private pure returns (bool) {
        if (_isBroadcast(opcode)) return _broadcasts(op, op.inputs[0]) && _broadcasts(op, op.inputs[1]);
        if (opcode == Opcodes.MATMUL) return _matmulFits(op);
        uint256 rows = op.inputs[0].rows;
        uint256 cols = op.inputs[0].cols;
        if (opcode == Opcodes.DATALOAD) return _loadFits(op, cols);
        if (opcode > Opcodes.CHAIN) return ImageRules.fits(op);
        if (opcode == Opcodes.TILEMAX || opcode == Opcodes.TILEMAXABS) {
            return op.rows == (rows + 15) >> 4 && op.cols == (cols + 15) >> 4;
        }
        if (opcode == Opcodes.ROWMAX16 || opcode == Opcodes.ROWSUM16) {
            return op.rows == rows && op.cols == (cols + 15) >> 4;
        }
        bool scalar = op.nIn == 1 || opcode == Opcodes.LUT || (op.inputs[1].rows == 1 && op.inputs[1].cols == 1);
        if (opcode == Opcodes.EXPADD || opcode == Opcodes.EXPNORM) return scalar && op.rows == 1 && op.cols == 1;
        return scalar && op.rows == rows && op.cols == cols;
    }

    function _broadcasts(OpRecord calldata op, Input calldata x) private pure returns (bool) {
        return (x.rows == op.rows || x.rows == 1) && (x.cols == op.cols || x.cols == 1);
    }

    function _matmulFits(OpRecord calldata op) private pure returns (bool) {
        if (!_isFlag(op.attrs[0]) || !_isFlag(op.attrs[1]) || op.attrs[2] < 0) return false;
        Input calldata x = op.inputs[0];
        Input calldata y = op.inputs[1];
        (uint256 cols, uint256 depth) = op.attrs[1] == 1 ? (y.rows, y.cols) : (y.cols, y.rows);
        if (op.cols != cols || contraction(op) > MAX_CONTRACTION) return false;
        uint256 parts = uint256(int256(op.attrs[2]));
        if (parts < 2) return op.rows == (op.attrs[0] == 1 ? x.cols : x.rows) && contraction(op) == depth;
        // EXA-13: parts of whole tiles, of a product with ta alone
        bool plain = op.attrs[0] == 1 && op.attrs[1] == 0;
        return plain && x.rows == depth && depth % (16 * parts) == 0 && op.rows == parts * x.cols;
    }

    /// @dev Columns inside the data set, in order 0 or 1; images of whole pixels are moved in the sampled order only (EXA-12).
    function _loadFits(OpRecord calldata op, uint256 cols) private pure returns (bool) {
        int256 offset = op.attrs[0];
        bool inside = offset >= 0 && offset + int256(uint256(op.cols)) <= int256(cols);
        if (!inside || !_isFlag(op.attrs[1])) return false;
        int256 reach = op.attrs[2];
        if (reach == 0) return true;
        if (reach < 0 || reach > MAX_REACH || op.attrs[1] == 1) return false;
        if (op.attrs[3] <= 0 || op.attrs[4] <= 0 || op.attrs[5] <= 0) return false;
        return int256(op.attrs[3]) * op.attrs[4] * op.attrs[5] == int256(uint256(op.cols));
    }

    /// @dev Whether an attribute that says yes or no says one of them.
    function _isFlag(int64 attr) private pure returns (bool) {
        return attr == 0 || attr == 1;
    }
}
