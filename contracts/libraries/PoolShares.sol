// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title PoolShares
/// @notice Conversion between ASY and shares of a delegation pool.
/// @dev One virtual share and one virtual unit are always there, so that an empty pool has a price and nobody can buy it up
///      while it is empty. A pool's assets change with its shares or by a slash, never by a transfer, so a share is worth at
///      most one unit, and what rounding has left.
library PoolShares {
    /// @notice A pool that keeps less than this part of what its shares were issued for counts as lost whole. So shares stay
    ///         below 2^128 as long as assets stay below 2^96.
    uint256 internal constant MIN_PRICE_DIVISOR = 1 << 31;

    function toSharesDown(uint256 amount, uint256 assets, uint256 shares) internal pure returns (uint256) {
        return Math.mulDiv(amount, shares + 1, assets + 1);
    }

    function toAssetsDown(uint256 amount, uint256 assets, uint256 shares) internal pure returns (uint256) {
        return Math.mulDiv(amount, assets + 1, shares + 1);
    }

    function toAssetsUp(uint256 amount, uint256 assets, uint256 shares) internal pure returns (uint256) {
        return Math.mulDiv(amount, assets + 1, shares + 1, Math.Rounding.Ceil);
    }

    /// @notice Whether so little is left that the pool must start anew.
    function isWornOut(uint256 assets, uint256 shares) internal pure returns (bool) {
        return assets == 0 ? shares != 0 : shares / assets >= MIN_PRICE_DIVISOR;
    }
}
