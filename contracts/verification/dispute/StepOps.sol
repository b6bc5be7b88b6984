// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Input, OpRecord} from "../../interfaces/IOneStepJudge.sol";
import {IRefereedDispute, OpPick} from "../../interfaces/IRefereedDispute.sol";
import {Commitments} from "../../libraries/Commitments.sol";
import {Game, Level, OpsHead, ProgramHead} from "./DisputeTypes.sol";
import {Lists} from "./Lists.sol";
import {MerkleWalk} from "./MerkleWalk.sol";
import {Operators} from "./Operators.sol";
import {Places} from "./Places.sol";
import {ProgramHeaders} from "./ProgramHeaders.sol";
import {Records} from "./Records.sol";
import {Guards} from "./Guards.sol";

/// @title StepOps
/// @notice From a step to one of its operators: the step's roots tie both of its states, the pick ties an operator to
///         agreed inputs (DSP-33, DSP-34).
library StepOps {
    using Places for uint256;
    using Operators for OpRecord;

    /// @notice DSP-33: checks that `roots` start at the agreed state and end at the disputed one; returns the hash of the
    ///         list, which the pick of an operator answers.
    function listHash(
        Game calldata game,
        ProgramHead calldata program,
        bytes calldata headers,
        bytes32[] calldata roots
    ) internal pure returns (bytes32) {
        uint256 states = program.states;
        uint256 header = ProgramHeaders.select(headers, program.programHash, states, game.place.step());
        _checkEnds(game, program, headers, header, roots);
        OpsHead memory head = OpsHead(program.nonce, program.dataRoot, ProgramHeaders.opsRoot(headers, header));
        return Lists.opsHash(head, states, ProgramHeaders.opCount(headers, header), Lists.root(roots));
    }

    function _checkEnds(
        Game calldata game,
        ProgramHead calldata program,
        bytes calldata headers,
        uint256 header,
        bytes32[] calldata roots
    ) private pure {
        uint256 states = program.states;
        uint256 count = states + ProgramHeaders.opCount(headers, header);
        Guards.length(roots.length, count);
        uint64 step = uint64(game.place.step());
        bytes32 start = Records.stepHash(Records.programHash(program), Commitments.state(step, roots[:states]));
        Guards.start(start, game.pre);
        bytes32[] memory post = ProgramHeaders.assemble(headers, header, roots, states);
        bytes32 end = keccak256(abi.encodePacked(bytes1(0x03), step + 1, uint16(states), post));
        // INVARIANT DSP-33: the state after the step is made of these very results
        Guards.end(end, game.expect);
    }

    /// @notice DSP-34: checks that the inputs of a picked operator are roots that both sides agree on.
    /// @param depth of the tree over state roots and values
    function checkInputs(OpPick calldata pick, OpRecord calldata op, uint256 depth) internal pure {
        uint256 count = op.nIn;
        Guards.program(count <= Operators.MAX_INPUTS);
        Guards.length(pick.inputs.length, count);
        uint256 used;
        for (uint256 i; i < count; ++i) {
            Input calldata input = op.inputs[i];
            if (input.kind == Operators.KIND_CONST) {
                _checkConstant(pick, input.idx, pick.inputs[i]);
                continue;
            }
            require(
                pick.inputProofs.length >= used + depth,
                IRefereedDispute.Dispute_WrongLength(pick.inputProofs.length, used + depth)
            );
            MerkleWalk.checkProof(
                pick.root,
                pick.inputs[i],
                _listIndex(pick, input),
                depth,
                pick.inputProofs[used:used + depth]
            );
            used += depth;
        }
        Guards.length(pick.inputProofs.length, used);
    }

    /// @dev Where an input stands in the list of state roots and values.
    function _listIndex(OpPick calldata pick, Input calldata input) private pure returns (uint256) {
        if (input.kind == Operators.KIND_STATE) {
            Guards.index(input.idx, pick.states);
            return input.idx;
        }
        Guards.program(input.kind == Operators.KIND_VALUE);
        // INVARIANT DSP-34: an operator reads earlier values only
        Guards.index(input.idx, pick.index);
        return pick.states + input.idx;
    }

    function _checkConstant(OpPick calldata pick, uint256 index, bytes32 found) private pure {
        bytes32 dataRoot = keccak256(abi.encodePacked(bytes1(0x0f), pick.constRoots));
        Guards.record(dataRoot, pick.head.dataRoot);
        uint256 count = pick.constRoots.length;
        Guards.index(index, count);
        bytes32 wanted = pick.constRoots[index];
        Guards.root(found, wanted);
    }

    /// @notice The place of operator `index` of the step at `place`: its tile tree, its only tile, or the judge.
    function opPlace(uint256 place, uint256 index, OpRecord calldata op) internal pure returns (uint256) {
        place = place.withOp(index);
        if (op.opcode == Operators.CHAIN) return place.withLevel(Level.Proof);
        uint256 tiles = op.tiles();
        uint256 height = MerkleWalk.depth(tiles);
        place = place.withShape(op.outDtype, op.rows, op.cols, op.chunks()).withTree(tiles, height);
        return place.withLevel(height == 0 ? Level.Tile : Level.Tiles);
    }
}
