// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {OpRecord} from "../../interfaces/IOneStepJudge.sol";
import {MerkleWalk} from "./MerkleWalk.sol";
import {Guards} from "./Guards.sol";

/// @title Operators
/// @notice What the walk itself must know of operator records (DSP-07); their meaning is the judge's business.
library Operators {
    uint8 internal constant MATMUL = 2;
    uint8 internal constant CHAIN = 20;
    uint8 internal constant KIND_VALUE = 0;
    uint8 internal constant KIND_STATE = 1;
    uint8 internal constant KIND_CONST = 2;

    uint256 internal constant MAX_INPUTS = 4; // DSP-06
    uint256 internal constant MAX_SIDE = 1 << 24; // DSP-06
    uint256 internal constant MAX_TILES = 1 << 26; // DSP-06
    uint256 internal constant MAX_CONTRACTION = 2048; // DSP-06

    /// @notice DSP-07: H(0x04, abi.encode(op)).
    function leaf(OpRecord calldata op) internal pure returns (bytes32 hash) {
        // static, so calldata holds its encoding as it is; a dirty bit would give another leaf
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore8(free, 0x04)
            calldatacopy(add(free, 1), op, 1088)
            hash := keccak256(free, 1089)
        }
    }

    /// @notice H(0x11, leaf, nonce, input roots): an agreed operator and what it reads (DSP-44).
    function opening(bytes32 leaf_, bytes32 nonce, bytes32[] memory roots) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(bytes1(0x11), leaf_, nonce, roots));
    }

    /// @notice How many tiles the output has, row-major over the grid (DSP-04). Reverts outside DSP-06.
    function tiles(OpRecord calldata op) internal pure returns (uint256 count) {
        uint256 rows = op.rows;
        uint256 cols = op.cols;
        bool sides = rows != 0 && cols != 0 && rows <= MAX_SIDE && cols <= MAX_SIDE;
        count = ((rows + 15) >> 4) * ((cols + 15) >> 4);
        Guards.program(sides && count <= MAX_TILES && elementSize(op.outDtype) != 0);
    }

    /// @notice In how many chunks of 16 an element of a matrix product is summed; zero for every other operator.
    function chunks(OpRecord calldata op) internal pure returns (uint256) {
        if (op.opcode != MATMUL) return 0;
        uint256 length = op.attrs[0] != 0 ? op.inputs[0].rows : op.inputs[0].cols;
        if (op.attrs[2] > 1) {
            // EXA-13: each part has its own sums; the judge wants parts of whole tiles
            uint256 parts = uint256(int256(op.attrs[2]));
            Guards.program(length % (16 * parts) == 0);
            length /= parts;
        }
        Guards.program(length != 0 && length <= MAX_CONTRACTION);
        return (length + 15) >> 4;
    }

    /// @notice Bytes per element (DSP-01); zero for an unknown type.
    function elementSize(uint8 dtype) internal pure returns (uint256) {
        return
            dtype == 1
                ? 1
                : dtype == 2
                    ? 2
                    : dtype == 3
                        ? 4
                        : 0;
    }

    /// @notice How deep the tree over a tile's words is: 8, 16 or 32 words of 32 bytes.
    function tileDepth(uint8 dtype) internal pure returns (uint256) {
        return MerkleWalk.depth(8 * elementSize(dtype));
    }

    /// @notice Element `e` of a tile (two's complement, big-endian), sign-extended, out of the word that holds it.
    function elementOf(bytes32 word, uint8 dtype, uint256 e) internal pure returns (int256 value) {
        uint256 size = elementSize(dtype);
        uint256 from = 8 * ((e * size) & 31);
        assembly ("memory-safe") {
            value := sar(sub(256, shl(3, size)), shl(from, word))
        }
    }

    /// @notice The nearest value that `dtype` can hold (DSP-60).
    function saturate(int256 value, uint8 dtype) internal pure returns (int256) {
        int256 top =
            dtype == 1
                ? type(int8).max
                : dtype == 2
                    ? int256(type(int16).max)
                    : int256(type(int32).max);
        return
            value > top
                ? top
                : value < -top - 1
                    ? -top - 1
                    : value;
    }

    /// @notice DSP-01, DSP-24: checks a tile's data against its leaf.
    function checkTile(bytes calldata data, uint8 dtype, bytes32 expect) internal pure {
        uint256 size = 256 * elementSize(dtype);
        // INVARIANT DSP-24: type and length come from the operator, not from the bytes
        Guards.length(data.length, size);
        bytes32 found = keccak256(abi.encodePacked(bytes1(0x00), dtype, data));
        Guards.root(found, expect);
    }
}
