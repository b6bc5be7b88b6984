// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IMarketCore} from "./IMarketCore.sol";
import {IMarketExtension} from "./IMarketExtension.sol";

/// @title IJobMarketplace
/// @notice Escrow and life cycle of compute jobs. See docs/spec/market.md for the numbered rules (JOB-xx).
/// @dev `terms` are the six words of JobTerms, `spec` the six words of JobSpec, `run` the word of RunWord. The contract
///      stores one word per requester and lane; callers bring the preimages, which the events carry.
interface IJobMarketplace is IMarketCore, IMarketExtension {}
