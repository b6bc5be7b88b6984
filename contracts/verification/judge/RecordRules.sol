// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IOneStepJudge, Input, OpRecord} from "../../interfaces/IOneStepJudge.sol";
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

    /// @notice Reverts unless the record is well-formed and has `roots` inputs.
    function check(OpRecord calldata op, uint256 roots) internal pure {
        uint8 opcode = op.opcode;
        require(opcode != 0 && opcode < Opcodes.CHAIN, IOneStepJudge.Judge_Opcode(opcode));
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

    /// @notice Number of products that an element of a MATMUL sums up.
    function contraction(OpRecord calldata op) internal pure returns (uint256) {
        return op.attrs[0] == 1 ? op.inputs[0].rows : op.inputs[0].cols;
    }

    function _arity(uint8 opcode) private pure returns (uint256 fewest, uint256 most) {
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
        if (opcode == Opcodes.DATALOAD) {
            int256 offset = op.attrs[0];
            // EXA-12: a load that moves its images is not judged yet; taken for a plain one it would convict the honest
            if (op.attrs[2] != 0) return false;
            return _isFlag(op.attrs[1]) && offset >= 0 && offset + int256(uint256(op.cols)) <= int256(cols);
        }
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
        Input calldata x = op.inputs[0];
        Input calldata y = op.inputs[1];
        uint256 depth = contraction(op);
        (uint256 rows, uint256 cols, uint256 depthY) = op.attrs[1] == 1 ? (0, y.rows, y.cols) : (0, y.cols, y.rows);
        rows = op.attrs[0] == 1 ? x.cols : x.rows;
        bool flags = _isFlag(op.attrs[0]) && _isFlag(op.attrs[1]);
        return flags && op.rows == rows && op.cols == cols && depth == depthY && depth <= MAX_CONTRACTION;
    }

    /// @dev Whether an attribute that says yes or no says one of them.
    function _isFlag(int64 attr) private pure returns (bool) {
        return attr == 0 || attr == 1;
    }
}
