// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BidScore} from "../../../contracts/libraries/BidScore.sol";
import {JobTerms} from "../../../contracts/libraries/JobTerms.sol";
import {Reputation} from "../../../contracts/libraries/Reputation.sol";

/// @title TermsProof
/// @notice Prices on the ramp and scores of bids, computed from packed terms.
contract TermsProof {
    using JobTerms for uint256[6];

    function price(uint256[6] calldata terms, uint256 time) external pure {
        require(terms.minPrice() <= terms.maxPrice());
        uint256 found = terms.priceAtDown(time);
        assert(found <= terms.maxPrice());
    }

    function score(uint256[6] calldata terms, uint256 bid, uint96 staked, uint256 reputation) external pure {
        require(bid <= terms.maxPrice() && terms.maxPrice() != 0 && reputation <= Reputation.SCORE_MAX);
        require(terms.priceWeight() + terms.stakeWeight() + terms.reputationWeight() != 0);
        uint256 found = BidScore.scoreDown(terms, bid, staked, reputation);
        assert(found <= BidScore.SCORE_MAX);
    }
}
