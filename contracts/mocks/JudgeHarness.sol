// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {OpRecord, Position, Tile} from "../interfaces/IOneStepJudge.sol";
import {OneStepJudge} from "../verification/judge/OneStepJudge.sol";

/// @notice Asks the judge many questions in one call, so that it can be compared with the reference in bulk.
contract JudgeHarness is OneStepJudge {
    /// @notice The judge refused the question whose gas was asked for.
    error JudgeHarness_Reverted();

    uint256 internal constant NO_CHUNK = type(uint32).max;

    /// @param chunk NO_CHUNK asks for the element, anything else for that chunk of a MATMUL
    struct Question {
        Position position;
        uint32 chunk;
        Tile[] tiles;
    }

    struct Case {
        OpRecord op;
        bytes32[] roots;
        Question[] questions;
    }

    /// @return out the answers, in the order of the questions of all cases
    function answers(Case[] calldata cases, uint256 count) external pure returns (int256[] memory out) {
        out = new int256[](count);
        uint256 next;
        for (uint256 i; i < cases.length; ++i) {
            Case calldata one = cases[i];
            for (uint256 k; k < one.questions.length; ++k) {
                out[next++] = _answer(one.op, one.roots, one.questions[k]);
            }
        }
    }

    /// @notice Gas that a call of the judge with this calldata executes, the calldata's own price left out.
    function gasOf(bytes calldata data) external view returns (uint256 used) {
        used = gasleft();
        (bool done, ) = address(this).staticcall(data);
        used -= gasleft();
        require(done, JudgeHarness_Reverted());
    }

    function _answer(
        OpRecord calldata op,
        bytes32[] calldata roots,
        Question calldata q
    ) private pure returns (int256) {
        if (q.chunk == NO_CHUNK) return expectedElement(op, roots, q.position, q.tiles);
        return chunkSum(op, roots, q.position.row, q.position.col, q.chunk, q.tiles);
    }
}
