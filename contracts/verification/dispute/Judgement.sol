// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IOneStepJudge, Position} from "../../interfaces/IOneStepJudge.sol";
import {Proof} from "../../interfaces/IRefereedDispute.sol";
import {Operators} from "./Operators.sol";
import {Places} from "./Places.sol";

/// @title Judgement
/// @notice DSP-60: what the value at a place must be.
library Judgement {
    using Places for uint256;

    /// @notice What the judge computes for `place`: an element, the sum of a chunk, or the hash of a list entry.
    function expected(IOneStepJudge judge, uint256 place, Proof calldata proof) internal view returns (int256) {
        if (proof.op.opcode == Operators.CHAIN) {
            return int256(uint256(judge.chained(proof.roots[0], proof.roots[1])));
        }
        (uint256 row, uint256 col) = place.position();
        // INVARIANT DSP-60: elements outside the tensor are zero
        if (row >= proof.op.rows || col >= proof.op.cols) return 0;
        uint256 chunk = place.chunk();
        if (chunk != 0) {
            return judge.chunkSum(proof.op, proof.roots, uint32(row), uint32(col), uint32(chunk - 1), proof.tiles);
        }
        Position memory position = Position(proof.nonce, uint64(place.step()), uint32(row), uint32(col));
        return judge.expectedElement(proof.op, proof.roots, position, proof.tiles);
    }
}
