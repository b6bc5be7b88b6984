// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IRefereedDispute} from "../../interfaces/IRefereedDispute.sol";
import {Commitments} from "../../libraries/Commitments.sol";
import {JobSpec} from "../../libraries/JobSpec.sol";
import {JobTerms} from "../../libraries/JobTerms.sol";
import {RunWord} from "../../libraries/RunWord.sol";
import {Clocks} from "./Clocks.sol";
import {Level, ProgramHead, Record, RunHead} from "./DisputeTypes.sol";
import {MerkleWalk} from "./MerkleWalk.sol";
import {Places} from "./Places.sol";
import {Guards} from "./Guards.sol";

/// @title Records
/// @notice The run as its commitment binds it: boundaries, segments and where a game begins (DSP-10..13).
library Records {
    using JobTerms for uint256[6];
    using JobSpec for bytes32[6];

    function requireRecord(bytes32 commitment, Record calldata record) internal pure {
        bytes32 found = Commitments.result(record.terms.id(), record.nonce, record.runRoot, record.finalState);
        Guards.record(found, commitment);
        bytes32 specHash = record.spec.hash();
        Guards.record(specHash, record.terms.specHash());
    }

    function firstPlace(Record calldata record, bool last) internal pure returns (uint256 place, bytes32 expect) {
        uint256 count = segments(record);
        if (last) {
            uint256 length = record.spec.steps() - (count - 1) * record.spec.segmentLength();
            return (Places.pack(Level.Segment, count - 1, length, 0), record.finalState);
        }
        // INVARIANT DSP-12: a run of one segment has no boundary to dispute
        require(count != 1, IRefereedDispute.Dispute_SingleSegment());
        uint256 depth = MerkleWalk.depth(count - 1);
        place =
            depth == 0
                ? Places.pack(Level.Segment, 0, record.spec.segmentLength(), 0)
                : Places.pack(Level.Tree, record.spec.segmentLength(), count - 1, depth);
        return (place, record.runRoot);
    }

    function segments(Record calldata record) internal pure returns (uint256) {
        return segments(record.spec[3]);
    }

    /// @notice How many segments a run of this shape has (DSP-10).
    function segments(bytes32 shape) internal pure returns (uint256) {
        uint256 length = segmentLength(shape);
        return (steps(shape) + length - 1) / length;
    }

    function steps(bytes32 shape) internal pure returns (uint256) {
        return uint256(shape) >> 192;
    }

    function segmentLength(bytes32 shape) internal pure returns (uint256) {
        return uint16(uint256(shape) >> 176);
    }

    /// @notice What all segments of the run are checked against, out of the record that opens a game.
    function agreed(Record calldata record) internal pure returns (bytes32) {
        ProgramHead memory head = ProgramHead({
            programHash: record.spec[0],
            dataRoot: record.spec[1],
            nonce: record.nonce,
            states: record.spec.stateCount()
        });
        return runHash(RunHead(record.spec[2], record.spec[3], record.runRoot, programHash(head)));
    }

    /// @notice H(0x12, initState, shape, runRoot, program)
    function runHash(RunHead memory head) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(bytes1(0x12), head.initState, head.shape, head.runRoot, head.program));
    }

    /// @notice H(0x13, programHash, dataRoot, nonce, states)
    function programHash(ProgramHead memory head) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(bytes1(0x13), head.programHash, head.dataRoot, head.nonce, head.states));
    }

    /// @notice H(0x14, program, state): the agreed start of a step.
    function stepHash(bytes32 program, bytes32 state) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(bytes1(0x14), program, state));
    }

    /// @dev DSP-12: the leaf of a boundary state.
    function boundary(bytes32 state) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(bytes1(0x09), state));
    }

    /// @notice How long the run takes on the machine that the requester had in mind, in seconds.
    function refSeconds(bytes32[6] calldata spec) internal pure returns (uint256) {
        return uint40(uint256(spec[3]) >> 88);
    }

    /// @notice The run word of a submission, out of what a game knows of it.
    function runOf(address provider, uint256 clock) internal pure returns (uint256) {
        uint256 span = Clocks.span(clock);
        uint256 claimedAt = Clocks.submittedAt(clock) - span;
        return RunWord.pack(provider, claimedAt, span, false, 0) | Clocks.claim(clock);
    }
}
