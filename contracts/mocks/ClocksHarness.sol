// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Clocks} from "../verification/dispute/Clocks.sol";

/// @notice Makes the clock formulas of a dispute callable, so that they can be compared with their TypeScript twin.
contract ClocksHarness {
    using Clocks for uint256;

    /// @return all window, provider's budget, challenger's budget
    function limits(
        uint256 posted,
        uint256 minimum,
        uint256 span,
        uint256 opened
    ) external pure returns (uint256[3] memory all) {
        all[0] = Clocks.window(posted, minimum, span);
        all[1] = Clocks.providerBudget(span, minimum, opened);
        all[2] = Clocks.challengerBudget(span, minimum);
    }

    /// @return all provider's used time, challenger's used time, the clock after a move
    function at(uint256 clock, uint256 revealedAt, uint256 time) external pure returns (uint256[3] memory all) {
        all[0] = clock.providerNow(time);
        all[1] = clock.challengerNow(revealedAt, time);
        all[2] = clock.moved(revealedAt, time);
    }
}
