// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {StepPick} from "../../interfaces/IRefereedDispute.sol";
import {OpsHead} from "./DisputeTypes.sol";
import {MerkleWalk} from "./MerkleWalk.sol";
import {Packed} from "./Packed.sol";
import {Guards} from "./Guards.sol";

/// @title Lists
/// @notice What a provider commits to when it reveals a list: the states of a segment, the roots of a step, prefix sums.
/// @dev DSP-22: the length of a list is never the provider's choice, so the trees inside need no length of their own.
library Lists {
    /// @notice The steps of a segment: agreed start and program, first step's index, tree over the states after each step.
    function stepsHash(
        bytes32 start,
        bytes32 program,
        uint256 firstStep,
        bytes32 statesRoot
    ) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(bytes1(0x0d), uint64(firstStep), start, program, statesRoot));
    }

    /// @notice The states before and after the picked step of a segment of `length` steps.
    function openSteps(StepPick calldata pick, uint256 length) internal pure returns (bytes32 before, bytes32 end) {
        uint256 index = pick.index;
        Guards.index(index, length);
        uint256 depth = MerkleWalk.depth(length);
        uint256 count = index == 0 ? 1 : 2;
        Guards.length(pick.states.length, count);
        uint256 size = count * depth;
        Guards.length(pick.proof.length, size);
        before = index == 0 ? pick.start : pick.states[0];
        end = pick.states[count - 1];
        if (index != 0) MerkleWalk.checkProof(pick.root, before, index - 1, depth, pick.proof[:depth]);
        MerkleWalk.checkProof(pick.root, end, index, depth, pick.proof[size - depth:]);
    }

    /// @notice The roots of a step: tree over the state's roots before it, followed by one root per operator.
    function opsHash(
        OpsHead memory head,
        uint256 states,
        uint256 values,
        bytes32 root_
    ) internal pure returns (bytes32) {
        return
            keccak256(
                abi.encodePacked(
                    bytes1(0x0d),
                    uint16(states),
                    uint16(values),
                    head.nonce,
                    head.dataRoot,
                    head.opsRoot,
                    root_
                )
            );
    }

    /// @notice Prefix sums of one element: int64 each, big-endian, packed.
    function prefixHash(bytes calldata sums) internal pure returns (bytes32) {
        return Packed.tagged(0x0d, sums, 0, sums.length);
    }

    /// @notice The tree over a list; at least one element.
    function root(bytes32[] calldata list) internal pure returns (bytes32) {
        return MerkleWalk.fold(list, 0, MerkleWalk.depth(list.length));
    }

    /// @notice Entry `i` of packed int64 prefix sums; the caller has checked the length.
    function sumAt(bytes calldata sums, uint256 i) internal pure returns (int256) {
        return Packed.signed(sums, 8 * i, 8);
    }
}
