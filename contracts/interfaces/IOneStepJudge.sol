// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @notice Where an operator reads from.
/// @param kind 0 VALUE (an earlier operator of the same step), 1 STATE (before the step), 2 CONST (of the job)
/// @param idx  index inside that kind
struct Input {
    uint8 kind;
    uint16 idx;
    uint8 dtype;
    uint32 rows;
    uint32 cols;
}

/// @notice DSP-07: one operator of a step. `abi.encode` of it is 34 words; its leaf is H(0x04, abi.encode(op)).
/// @param outDtype 1 int8, 2 int16, 3 int32
struct OpRecord {
    uint8 opcode;
    uint8 outDtype;
    uint8 nIn;
    uint8 flags;
    uint32 rows;
    uint32 cols;
    Input[4] inputs;
    int64[8] attrs;
}

/// @notice One 16 x 16 tile of a tensor with its way to the root.
/// @param data  DSP-01: 256 elements, row-major, big-endian two's complement
/// @param proof DSP-23: siblings from the leaf up, exactly as many as the tensor's tree is deep
struct Tile {
    bytes data;
    bytes32[] proof;
}

/// @notice The element a dispute has come down to.
/// @param nonce DSP-11: orders the data
/// @param step  number of the step, from 0
struct Position {
    bytes32 nonce;
    uint64 step;
    uint32 row;
    uint32 col;
}

/// @title IOneStepJudge
/// @notice Recomputes one element of one operator, or sixteen multiply-adds of one, from operands proven under roots
///         that both sides agree on. Pure: the same question has the same answer forever, so a job can pin a judge.
/// @dev    Warnings to callers. The judge believes `op` and `inputRoots`: check them against programHash and DSP-34
///         first. It never says that a provider was honest; it returns what is right or reverts (J5). tiles[k] belongs to
///         op.inputs[k]; its index, the depth of its tree and its element type come from `op` and the position.
interface IOneStepJudge {
    /// @notice The opcode has no value of this kind: MATMUL is asked by `chunkSum`, CHAIN by `chained`.
    error Judge_Opcode(uint8 opcode);
    /// @notice The record breaks the shape rules or a cap (DSP-06) of its opcode; no element of it can be judged.
    error Judge_IllFormedRecord(uint8 opcode);
    /// @notice Element types are 1 (int8), 2 (int16) and 3 (int32).
    error Judge_ElementType(uint8 dtype);
    /// @notice There must be one root per input of the record.
    error Judge_RootCount(uint256 found, uint256 wanted);
    /// @notice There must be exactly the tiles that the element reads.
    error Judge_TileCount(uint256 found, uint256 wanted);
    /// @notice The element or the chunk lies outside the operator's result.
    error Judge_OutOfRange(uint256 found, uint256 limit);
    /// @notice DSP-24: a tile of this element type has another length.
    error Judge_DataLength(uint256 found, uint256 wanted);
    /// @notice DSP-23: the tensor's tree has another depth.
    error Judge_ProofLength(uint256 found, uint256 wanted);
    /// @notice The tile is not at its place under the root.
    error Judge_Root(bytes32 found, bytes32 wanted);

    /// @notice DSP-60: the right value of element (position.row, position.col) of the operator's result, saturated to its type.
    /// @dev    An element of the padding (outside rows x cols) is 0 and takes no tile; inside, MATMUL and CHAIN revert.
    /// @param inputRoots roots of the operator's inputs, `op.nIn` of them
    /// @param tiles      `op.nIn` tiles (none for the padding): the one that is read of each input
    function expectedElement(
        OpRecord calldata op,
        bytes32[] calldata inputRoots,
        Position calldata position,
        Tile[] calldata tiles
    ) external pure returns (int256);

    /// @notice DSP-61: the sum of the multiply-adds 16 * chunk .. 16 * chunk + 15 of element (row, col) of a MATMUL.
    ///         Fraud if and only if it differs from prefix(chunk + 1) - prefix(chunk) (DSP-52, prefix(0) = 0).
    /// @param tiles the tile of the left operand, then that of the right one
    function chunkSum(
        OpRecord calldata op,
        bytes32[] calldata inputRoots,
        uint32 row,
        uint32 col,
        uint32 chunk,
        Tile[] calldata tiles
    ) external pure returns (int256);

    /// @notice DSP-09: the list `list` with `item` appended: H(0x05, list, item).
    function chained(bytes32 list, bytes32 item) external pure returns (bytes32);

    /// @notice The value of `dtype` nearest to `value`. The element of a MATMUL is its last prefix sum, saturated.
    function saturated(uint8 dtype, int256 value) external pure returns (int256);
}
