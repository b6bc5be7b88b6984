// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {OpRecord} from "../../interfaces/IOneStepJudge.sol";

/// @title Gathers
/// @notice One function per opcode that copies an element of its first input x: where the element comes from.
/// @dev    The record is well-formed (RecordRules) and (row, col) lies inside the result, so that no divisor is 0, every
///         source lies inside x, and nothing comes near the ends of uint256: sides are below 2^25, attributes below 2^63.
library Gathers {
    /// @notice An element of x. `outside`: the element is 0, and (row, col) is the nearest one that exists (EXA-16).
    struct Source {
        uint256 row;
        uint256 col;
        bool outside;
    }

    /// @notice From a pixel `down` - reach rows down and `across` - reach columns to the right.
    struct Shift {
        uint256 down;
        uint256 across;
        uint256 reach;
    }

    /// @notice RESHAPE: the same element in row-major order.
    function reshaped(OpRecord calldata op, uint256 row, uint256 col) internal pure returns (Source memory) {
        uint256 cols = op.inputs[0].cols;
        uint256 flat = row * op.cols + col;
        return Source(flat / cols, flat % cols, false);
    }

    /// @notice UNSTACK: column c holds, in row-major order, the c-th of the equally high parts that x is a stack of.
    function unstacked(OpRecord calldata op, uint256 row, uint256 col) internal pure returns (Source memory) {
        uint256 cols = op.inputs[0].cols;
        return Source(col * (op.inputs[0].rows / op.cols) + row / cols, row % cols, false);
    }

    /// @notice IM2COL (EXA-14): row r holds the square of pixels around pixel r, one after the other.
    function patch(OpRecord calldata op, uint256 row, uint256 col) internal pure returns (Source memory) {
        uint256 channels = op.inputs[0].cols;
        uint256 side = _attr(op, 2);
        uint256 pixel = row % (_attr(op, 0) * _attr(op, 1));
        Shift memory shift = Shift((col / channels) / side, (col / channels) % side, side >> 1);
        (uint256 near, bool outside) = _shifted(pixel, _attr(op, 0), _attr(op, 1), shift);
        return Source(row - pixel + near, col % channels, outside);
    }

    /// @notice KFLIP: a kernel [n * n * channels x filters] turned by half a turn, its channels and filters exchanged.
    function flipped(OpRecord calldata op, uint256 row, uint256 col) internal pure returns (Source memory) {
        uint256 places = _attr(op, 0) * _attr(op, 0);
        uint256 filters = op.inputs[0].cols;
        uint256 place = places - 1 - row / filters;
        return Source(place * (op.inputs[0].rows / places) + col, row % filters, false);
    }

    /// @notice EXA-12: how far a draw moves an image: two digits of base 2 * reach + 1 of its first two bytes.
    function move(uint256 draw, uint256 reach) internal pure returns (Shift memory) {
        uint256 base = 2 * reach + 1;
        uint256 word = draw >> 240;
        return Shift((word / base) % base, word % base, reach);
    }

    /// @notice DATALOAD of a moved image (EXA-12): the column of the data set that column `col` of the result comes from.
    function moved(
        OpRecord calldata op,
        uint256 col,
        Shift memory shift
    ) internal pure returns (uint256 source, bool outside) {
        uint256 channels = _attr(op, 5);
        (source, outside) = _shifted(col / channels, _attr(op, 3), _attr(op, 4), shift);
        source = _attr(op, 0) + source * channels + (col % channels);
    }

    /// @dev The pixel of a height x width image, in row-major order, that is nearest to `pixel` moved by `shift`; whether
    ///      that is another one.
    function _shifted(
        uint256 pixel,
        uint256 height,
        uint256 width,
        Shift memory shift
    ) private pure returns (uint256, bool) {
        (uint256 y, bool above) = _nearest(pixel / width + shift.down, shift.reach, height);
        (uint256 x, bool aside) = _nearest((pixel % width) + shift.across, shift.reach, width);
        return (y * width + x, above || aside);
    }

    /// @dev The number in 0..end - 1 that is nearest to from - reach, and whether that is another one.
    function _nearest(uint256 from, uint256 reach, uint256 end) private pure returns (uint256, bool) {
        if (from < reach) return (0, true);
        return from - reach < end ? (from - reach, false) : (end - 1, true);
    }

    /// @dev An attribute that RecordRules has found to be positive or zero.
    function _attr(OpRecord calldata op, uint256 k) private pure returns (uint256) {
        return uint256(int256(op.attrs[k]));
    }
}
