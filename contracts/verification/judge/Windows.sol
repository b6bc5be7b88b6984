// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {OpRecord} from "../../interfaces/IOneStepJudge.sol";

/// @title Windows
/// @notice Geometry of 2x2 max-pooling (EXA-15): POOLKEY, POOLMAX and UNPOOL. attrs[0] and attrs[1] are the sides of the
///         map; RecordRules has found them even and positive, and whole maps in every tensor of pixels.
/// @dev    Rows of pixels are `image * height * width + y * width + x`, rows of windows the same at half the sides. A
///         window's upper left pixel has an even row, so it shares a tile with its right neighbour.
library Windows {
    /// @notice POOLKEY: 3, 2, 1, 0 for the four places of a window in reading order.
    function place(OpRecord calldata op, uint256 pixel) internal pure returns (int256) {
        (, uint256 y, uint256 x) = _split(pixel, _side(op, 0), _side(op, 1));
        return int256(3 - 2 * (y & 1) - (x & 1));
    }

    /// @notice POOLMAX: rows of the upper left and of the lower left pixel of a window.
    function corners(OpRecord calldata op, uint256 window) internal pure returns (uint256 upper, uint256 lower) {
        (uint256 height, uint256 width) = (_side(op, 0), _side(op, 1));
        (uint256 image, uint256 y, uint256 x) = _split(window, height >> 1, width >> 1);
        upper = image * height * width + 2 * y * width + 2 * x;
        return (upper, upper + width);
    }

    /// @notice UNPOOL: row of the window that holds a pixel.
    function of_(OpRecord calldata op, uint256 pixel) internal pure returns (uint256) {
        (uint256 height, uint256 width) = (_side(op, 0), _side(op, 1));
        (uint256 image, uint256 y, uint256 x) = _split(pixel, height, width);
        return (image * (height >> 1) + (y >> 1)) * (width >> 1) + (x >> 1);
    }

    /// @notice POOLMAX: the largest of four.
    function largest(int256 a, int256 b, int256 c, int256 d) internal pure returns (int256) {
        return _larger(_larger(a, b), _larger(c, d));
    }

    /// @notice UNPOOL: the gradient where the key is its window's largest, 0 elsewhere.
    function unpooled(int256 gradient, int256 key, int256 max) internal pure returns (int256) {
        return key == max ? gradient : int256(0);
    }

    function _larger(int256 a, int256 b) private pure returns (int256) {
        return a > b ? a : b;
    }

    function _split(
        uint256 row,
        uint256 height,
        uint256 width
    ) private pure returns (uint256 image, uint256 y, uint256 x) {
        return (row / (height * width), (row / width) % height, row % width);
    }

    function _side(OpRecord calldata op, uint256 k) private pure returns (uint256) {
        return uint256(int256(op.attrs[k]));
    }
}
