// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title BaseFee
/// @notice How the protocol's fee moves: once a period, up when more was settled than the target, down when less, at most by
///         an eighth, as a block's base fee does in EIP-1559.
library BaseFee {
    uint256 internal constant PERIOD = 1 days;
    /// @notice A period changes the fee by at most 1 / MAX_CHANGE of it.
    uint256 internal constant MAX_CHANGE = 8;
    /// @dev After so many periods without anything settled the fee is taken to be at its lowest: no loop grows with time.
    uint256 private constant LONGEST_SILENCE = 64;

    /// @notice The fee after some periods, of which only the first had any volume.
    /// @param feeBps  the fee of the first period, 1/10,000
    /// @param minBps  what it never falls below
    /// @param maxBps  what it never rises above
    /// @param volume  settled in the first period, in the token's smallest unit
    /// @param target  what a period should settle; zero keeps the fee as it is
    /// @param periods how many have ended since
    function afterPeriods(
        uint256 feeBps,
        uint256 minBps,
        uint256 maxBps,
        uint256 volume,
        uint256 target,
        uint256 periods
    ) internal pure returns (uint256) {
        if (target == 0 || periods == 0) return feeBps;
        feeBps = _step(feeBps, minBps, maxBps, volume, target);
        if (periods > LONGEST_SILENCE) return minBps;
        while (--periods != 0 && feeBps != minBps) feeBps = _step(feeBps, minBps, maxBps, 0, target);
        return feeBps;
    }

    /// @dev At least one step of 1/10,000, so that a low fee is not stuck.
    function _step(
        uint256 feeBps,
        uint256 minBps,
        uint256 maxBps,
        uint256 volume,
        uint256 target
    ) private pure returns (uint256) {
        if (volume == target) return feeBps;
        bool up = volume > target;
        uint256 distance = up ? volume - target : target - volume;
        // beyond twice the target the change is the largest
        if (distance > target) distance = target;
        uint256 change = (feeBps * distance) / target / MAX_CHANGE;
        if (change == 0) change = 1;
        if (up) return feeBps + change > maxBps ? maxBps : feeBps + change;
        return feeBps < minBps + change ? minBps : feeBps - change;
    }
}
