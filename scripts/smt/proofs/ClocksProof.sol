// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Clocks} from "../../../contracts/verification/dispute/Clocks.sol";

/// @title ClocksProof
/// @notice Windows and budgets of a dispute never overflow and never fall below what was promised (DSP-70, DSP-73).
contract ClocksProof {
    function window(uint24 posted, uint24 minimum, uint40 span) external pure {
        uint256 found = Clocks.window(posted, minimum, span);
        assert(found >= posted && found >= minimum && found >= span);
    }

    function providerBudget(uint40 span, uint24 minimum, uint32 opened, uint32 more) external pure {
        uint256 found = Clocks.providerBudget(span, minimum, opened);
        assert(found >= minimum && found >= 2 * uint256(span));
        assert(found <= Clocks.MAX_EXTRA + minimum + 2 * uint256(span));
        assert(Clocks.providerBudget(span, minimum, uint256(opened) + more) >= found);
    }

    function challengerBudget(uint40 span, uint24 minimum) external pure {
        uint256 found = Clocks.challengerBudget(span, minimum);
        assert(found >= minimum && found >= span / 2);
    }
}
