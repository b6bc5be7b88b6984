// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {MockV3Aggregator} from "@chainlink/contracts/src/v0.8/shared/mocks/MockV3Aggregator.sol";

/// @notice A data feed whose rounds a test sets (`updateRoundData`).
contract TestAggregator is MockV3Aggregator {
    constructor(uint8 decimals_, int256 answer) MockV3Aggregator(decimals_, answer) {}
}
