// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title IDataDemands
/// @notice Prepaid demands that a tile of a job's inputs be published on chain (DSP-92). Nobody is ever slashed here.
interface IDataDemands {
    /// @notice One open demand. `until` is a Unix time in seconds, zero where there is none; `fee` is in the smallest unit
    ///         of ASY; `index` is the tile's number in row-major order of the tile grid.
    struct Demand {
        bytes32 job;
        bytes32 root;
        uint96 fee;
        uint40 until;
        uint40 index;
        uint16 tensor;
        bool initial;
    }

    event Demanded(
        bytes32 indexed job,
        address indexed demander,
        bool initial,
        uint256 tensor,
        uint256 index,
        bytes32 root,
        uint256 fee,
        uint256 until
    );
    /// @notice The tile is in the calldata. There is no such tile if `dtype` is zero (padding) or index >= 2^depth.
    event Answered(bytes32 indexed job, address indexed demander, address indexed answerer, uint8 dtype, uint256 depth);
    event Withheld(bytes32 indexed job, address indexed demander, bool initial, uint256 tensor, uint256 index);

    error Demand_WrongSpec(bytes32 found, bytes32 wanted);
    error Demand_WrongRoots(bytes32 found, bytes32 wanted);
    error Demand_NoSuchTensor(uint256 tensor, uint256 count);
    error Demand_FeeTooLow(uint256 fee, uint256 minimum);
    error Demand_AlreadyOpen(address demander);
    error Demand_JobFull(bytes32 job, uint256 limit);
    error Demand_NotOpen(address demander);
    error Demand_Late(uint256 time, uint256 until);
    error Demand_Early(uint256 time, uint256 until);
    error Demand_ProofTooLong(uint256 length, uint256 limit);
    error Demand_WrongTile(bytes32 found, bytes32 wanted);

    /// @notice Demands tile `index` of a constant tensor, or of the initial state where `initial`.
    /// @param roots every constant's root (dataRoot), or every state's (initState), in the order of the program
    /// @param fee what an answer earns, at least MIN_FEE, pulled from the caller's allowance
    function demand(
        uint256[6] calldata terms,
        bytes32[6] calldata spec,
        bool initial,
        bytes32[] calldata roots,
        uint16 tensor,
        uint40 index,
        uint96 fee
    ) external;

    /// @notice Publishes what `demander` asks for and pays the caller. Before `until` only.
    /// @param dtype 1 int8, 2 int16, 3 int32; 0 shows a padding leaf, whose data is ignored: there is no such tile
    function answer(address demander, uint8 dtype, bytes calldata data, bytes32[] calldata proof) external;

    /// @notice Returns an unanswered demand's fee to its demander and records the silence. From `until` on, by anybody.
    function reclaim(address demander) external;

    function demandOf(address demander) external view returns (Demand memory);
    function openOf(bytes32 job) external view returns (uint256);
}
