// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Input, OpRecord} from "../../interfaces/IOneStepJudge.sol";
import {Opcodes} from "./Opcodes.sol";

/// @title ImageRules
/// @notice Shape rules of the operators on images, RESHAPE to UNPOOL (EXA-14, EXA-15).
/// @dev    RecordRules has checked the number of inputs and the caps of all sides. Attributes are below 2^63, so no product
///         of three of them and a side overflows.
library ImageRules {
    /// @notice Whether result, inputs and attributes of the record fit together.
    function fits(OpRecord calldata op) internal pure returns (bool) {
        Input calldata x = op.inputs[0];
        uint8 opcode = op.opcode;
        if (opcode == Opcodes.RESHAPE) return uint256(op.rows) * op.cols == uint256(x.rows) * x.cols;
        if (opcode == Opcodes.UNSTACK) return x.rows % op.cols == 0 && op.rows == uint256(x.rows / op.cols) * x.cols;
        if (opcode == Opcodes.IM2COL) return _patches(op, x);
        if (opcode == Opcodes.KFLIP) return _kernel(op, x);
        if (opcode == Opcodes.POOLKEY) return _evenMaps(op, x.rows) && op.rows == x.rows && op.cols == x.cols;
        if (opcode == Opcodes.POOLMAX)
            return
                _evenMaps(op, x.rows) && _same(x, op.inputs[1]) && 4 * uint256(op.rows) == x.rows && op.cols == x.cols;
        return _unpools(op, x, op.inputs[1]);
    }

    /// @dev Whole images and an odd kernel.
    function _patches(OpRecord calldata op, Input calldata x) private pure returns (bool) {
        (int256 height, int256 width, int256 kernel) = (op.attrs[0], op.attrs[1], op.attrs[2]);
        if (height <= 0 || width <= 0 || !_isOdd(kernel)) return false;
        uint256 places = uint256(kernel * kernel);
        return x.rows % uint256(height * width) == 0 && op.rows == x.rows && op.cols == places * x.cols;
    }

    /// @dev A kernel of odd sides.
    function _kernel(OpRecord calldata op, Input calldata x) private pure returns (bool) {
        int256 side = op.attrs[0];
        if (!_isOdd(side)) return false;
        uint256 places = uint256(side * side);
        return x.rows % places == 0 && op.cols == x.rows / places && op.rows == places * x.cols;
    }

    /// @dev A gradient and a maximum for every window of the keys.
    function _unpools(OpRecord calldata op, Input calldata g, Input calldata key) private pure returns (bool) {
        bool windows = _same(g, op.inputs[2]) && 4 * uint256(g.rows) == key.rows && g.cols == key.cols;
        return windows && _evenMaps(op, key.rows) && op.rows == key.rows && op.cols == key.cols;
    }

    /// @dev Whole maps with even sides.
    function _evenMaps(OpRecord calldata op, uint256 pixels) private pure returns (bool) {
        (int256 height, int256 width) = (op.attrs[0], op.attrs[1]);
        if (height <= 0 || width <= 0 || (height | width) & 1 != 0) return false;
        return pixels % uint256(height * width) == 0;
    }

    function _same(Input calldata a, Input calldata b) private pure returns (bool) {
        return a.rows == b.rows && a.cols == b.cols;
    }

    function _isOdd(int256 x) private pure returns (bool) {
        return x > 0 && x & 1 == 1;
    }
}
