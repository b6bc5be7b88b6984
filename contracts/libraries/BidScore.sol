// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {JobTerms} from "./JobTerms.sol";
import {Reputation} from "./Reputation.sol";

/// @title BidScore
/// @notice What a bid is worth by the weights of the job's own terms: from 0 to SCORE_MAX, rounded down.
library BidScore {
    using JobTerms for uint256[6];

    uint256 internal constant SCORE_MAX = 1e9;
    /// @notice Own stake beyond so many times the job's bond counts no more.
    uint256 internal constant FULL_STAKE = 10;

    /// @notice (wp * (max - price) / max + ws * min(stake, 10 bond) / 10 bond + wr * reputation) / (wp + ws + wr).
    /// @param price      minPrice to maxPrice
    /// @param staked     the provider's own stake, ASY
    /// @param reputation its score, 1/10,000
    function scoreDown(
        uint256[6] calldata terms,
        uint256 price,
        uint256 staked,
        uint256 reputation
    ) internal pure returns (uint256) {
        uint256 maxPrice = terms.maxPrice();
        uint256 full = FULL_STAKE * terms.bond();
        uint256 cheapness = ((maxPrice - price) * SCORE_MAX) / maxPrice;
        uint256 security = staked >= full ? SCORE_MAX : (staked * SCORE_MAX) / full;
        uint256 record = (reputation * SCORE_MAX) / Reputation.SCORE_MAX;
        uint256 byPrice = terms.priceWeight();
        uint256 byStake = terms.stakeWeight();
        uint256 byReputation = terms.reputationWeight();
        // posted terms have a weight
        return (cheapness * byPrice + security * byStake + record * byReputation) / (byPrice + byStake + byReputation);
    }
}
