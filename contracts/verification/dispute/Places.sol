// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Level} from "./DisputeTypes.sol";

/// @title Places
/// @notice Coordinates of a disputed object, packed into one word. From high to low bits:
///         zero 8 | level 8 | step 40 | op 8 | height 8 | node 40 | leaves 40 | dtype 8 | rows 32 | cols 32 | chunks 8
///         | element 8 | chunk 8 | zero 7 | answered 1
/// @dev `step` is the segment's index at Segment and the step's index from Ops on; `node`, `height` and `leaves` belong to
///      the tree that is being walked (at Tile and deeper `node` is the tile's index); `rows`, `cols` and `dtype` are the
///      disputed operator's output; `chunks` is zero unless it is a matrix product; `element` is an index into the tile;
///      `answered` is set once the provider has answered in the game itself (DSP-72);
///      `chunk` is zero for an element and one above the chunk's index otherwise.
library Places {
    function pack(Level level_, uint256 step_, uint256 leaves_, uint256 height_) internal pure returns (uint256) {
        return (uint256(level_) << 240) | (step_ << 200) | (height_ << 184) | (leaves_ << 104);
    }

    function level(uint256 p) internal pure returns (Level) {
        return Level(uint8(p >> 240));
    }

    function step(uint256 p) internal pure returns (uint256) {
        return uint40(p >> 200);
    }

    function op(uint256 p) internal pure returns (uint256) {
        return uint8(p >> 192);
    }

    function height(uint256 p) internal pure returns (uint256) {
        return uint8(p >> 184);
    }

    function node(uint256 p) internal pure returns (uint256) {
        return uint40(p >> 144);
    }

    function leaves(uint256 p) internal pure returns (uint256) {
        return uint40(p >> 104);
    }

    function dtype(uint256 p) internal pure returns (uint8) {
        return uint8(p >> 96);
    }

    function rows(uint256 p) internal pure returns (uint256) {
        return uint32(p >> 64);
    }

    function cols(uint256 p) internal pure returns (uint256) {
        return uint32(p >> 32);
    }

    function chunks(uint256 p) internal pure returns (uint256) {
        return uint8(p >> 24);
    }

    function element(uint256 p) internal pure returns (uint256) {
        return uint8(p >> 16);
    }

    function chunk(uint256 p) internal pure returns (uint256) {
        return uint8(p >> 8);
    }

    /// @notice Step and operator alone: the same for all places below an operator.
    function operator(uint256 p) internal pure returns (uint256) {
        return uint48(p >> 192);
    }

    /// @notice Whether the provider has answered here, in this game alone.
    function answered(uint256 p) internal pure returns (bool) {
        return p & 1 == 1;
    }

    function withAnswer(uint256 p) internal pure returns (uint256) {
        return p | 1;
    }

    /// @notice The place itself, whether it is answered or not.
    function bare(uint256 p) internal pure returns (uint256) {
        return p & ~uint256(1);
    }

    /// @notice Row and column, in the operator's output, of the picked element. They may lie outside of it (padding).
    function position(uint256 p) internal pure returns (uint256 row, uint256 col) {
        uint256 grid = (cols(p) + 15) >> 4;
        uint256 e = element(p);
        return ((node(p) / grid) * 16 + (e >> 4), (node(p) % grid) * 16 + (e & 15));
    }

    function withLevel(uint256 p, Level level_) internal pure returns (uint256) {
        return (p & ~(uint256(0xff) << 240)) | (uint256(level_) << 240);
    }

    function withNode(uint256 p, uint256 node_, uint256 height_) internal pure returns (uint256) {
        return (p & ~(uint256(type(uint48).max) << 144)) | (height_ << 184) | (node_ << 144);
    }

    /// @notice Operator `op_` of the same step, of which nothing else is known yet.
    function withOp(uint256 p, uint256 op_) internal pure returns (uint256) {
        return (p & (uint256(type(uint48).max) << 200)) | (op_ << 192);
    }

    /// @notice Adds the root of a tile tree to a place that has none.
    function withTree(uint256 p, uint256 leaves_, uint256 height_) internal pure returns (uint256) {
        return p | (height_ << 184) | (leaves_ << 104);
    }

    /// @notice Adds an output's shape to a place that has none.
    function withShape(
        uint256 p,
        uint8 dtype_,
        uint256 rows_,
        uint256 cols_,
        uint256 chunks_
    ) internal pure returns (uint256) {
        return p | (uint256(dtype_) << 96) | (rows_ << 64) | (cols_ << 32) | (chunks_ << 24);
    }

    function withElement(uint256 p, uint256 element_) internal pure returns (uint256) {
        return p | (element_ << 16);
    }

    function withChunk(uint256 p, uint256 chunk_) internal pure returns (uint256) {
        return p | ((chunk_ + 1) << 8);
    }
}
