// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BaseFee} from "../../../contracts/libraries/BaseFee.sol";

/// @title FeeProof
/// @notice A fee between its bounds stays there, whatever was settled, and a step of it never overflows.
contract FeeProof {
    uint16 private constant MAX_FEE_BPS = 2_000;

    function afterOnePeriod(uint16 feeBps, uint16 minBps, uint16 maxBps, uint128 volume, uint128 target) external pure {
        require(minBps <= feeBps && feeBps <= maxBps && maxBps <= MAX_FEE_BPS);
        uint256 next = BaseFee.afterPeriods(feeBps, minBps, maxBps, volume, target, 1);
        assert(next >= minBps && next <= maxBps);
    }

    function afterPeriods(
        uint16 feeBps,
        uint16 minBps,
        uint16 maxBps,
        uint128 volume,
        uint128 target,
        uint32 periods
    ) external pure {
        require(minBps <= feeBps && feeBps <= maxBps && maxBps <= MAX_FEE_BPS);
        uint256 next = BaseFee.afterPeriods(feeBps, minBps, maxBps, volume, target, periods);
        assert(next >= minBps && next <= maxBps);
    }
}
