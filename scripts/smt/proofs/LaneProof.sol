// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {LaneWord} from "../../../contracts/libraries/LaneWord.sol";
import {JobStatus} from "../../../contracts/types/JobTypes.sol";

/// @title LaneProof
/// @notice A lane that was used takes higher generations only, so no job can be posted twice.
contract LaneProof {
    function generations(uint32 used, uint32 next) external pure {
        uint256 word = LaneWord.terminal(used, JobStatus.Finalized);
        assert(LaneWord.accepts(word, next) == (next > used));
    }

    function unused(uint32 next) external pure {
        assert(LaneWord.accepts(0, next) == (next != 0));
    }
}
