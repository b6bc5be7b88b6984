// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title QuadraticTally
/// @notice Counts quadratic votes: `v` votes for one project cost `v^2 / voice` of a voter's credits, of which it has `voice`.
/// @dev So credits `c` are worth `sqrt(c * voice)` votes. That grows in proportion when voice and credits grow together, and
///      is concave: by Cauchy and Schwarz the votes of an account are never fewer than those of its parts (ADR 250).
library QuadraticTally {
    /// @dev voice and spent in the smallest unit of ASY
    struct Ballot {
        uint96 spent;
        mapping(uint256 project => uint96) credits;
    }

    error Grants_CreditsSpent(uint256 wanted, uint256 left);

    /// @notice Spends credits of a ballot for a project.
    /// @param voice all credits of the voter
    /// @param credits what it adds for the project
    /// @return added votes that the project gains
    function spend(
        Ballot storage ballot,
        uint256 project,
        uint256 voice,
        uint256 credits
    ) internal returns (uint256 added) {
        uint256 spent = ballot.spent;
        // INVARIANT GRT-04: nobody spends more than its voice
        require(credits <= voice - spent, Grants_CreditsSpent(credits, voice - spent));
        uint256 before = ballot.credits[project];
        ballot.spent = SafeCast.toUint96(spent + credits);
        ballot.credits[project] = SafeCast.toUint96(before + credits);
        added = votesDown(before + credits, voice) - votesDown(before, voice);
    }

    /// @notice What credits are worth, in the smallest unit of ASY, rounded down.
    function votesDown(uint256 credits, uint256 voice) internal pure returns (uint256) {
        return Math.sqrt(credits * voice);
    }
}
