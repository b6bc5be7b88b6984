// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {PoolShares} from "../../../contracts/libraries/PoolShares.sol";

/// @title SharesProof
/// @notice What DelegationPools relies on: a pool that is not worn out keeps its shares below 2^128 while its assets stay
///         below 2^96, so that both fit their slots, and no product of the two overflows.
contract SharesProof {
    function fits(uint96 assets, uint256 shares) external pure {
        require(!PoolShares.isWornOut(assets, shares));
        assert(shares < uint256(1) << 128);
    }

    function products(uint96 amount, uint96 assets, uint128 shares) external pure {
        uint256 issued = (uint256(amount) * (uint256(shares) + 1)) / (uint256(assets) + 1);
        assert(issued * (uint256(assets) + 1) <= uint256(amount) * (uint256(shares) + 1));
    }
}
