// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMarketExtension} from "../interfaces/IMarketExtension.sol";
import {BidScore} from "../libraries/BidScore.sol";
import {JobTerms} from "../libraries/JobTerms.sol";
import {LaneWord} from "../libraries/LaneWord.sol";
import {RunWord} from "../libraries/RunWord.sol";
import {Signatures} from "../libraries/Signatures.sol";
import {TypedData} from "../libraries/TypedData.sol";
import {PriceRule} from "../types/JobTypes.sol";
import {MarketJobs} from "./MarketJobs.sol";

/// @title MarketBids
/// @notice Jobs whose price is found by bids. The best bid stands in the job's own word, its bond locked, so that an award
///         never finds a bidder without means; a better one takes its place and frees it.
abstract contract MarketBids is MarketJobs, IMarketExtension {
    using JobTerms for uint256[6];

    /* ── WRITES ── */

    /// @inheritdoc IMarketExtension
    function placeBid(
        uint256[6] calldata terms,
        Standing calldata standing,
        Bid calldata bid,
        bytes calldata signature
    ) external {
        Storage storage $ = _storage();
        _requireRunning($, PAUSE_CLAIM);
        bytes32 id = _requireBidding($, terms, standing);
        require(block.timestamp <= terms.rampStart(), Market_TooLate(terms.rampStart(), block.timestamp));
        // INVARIANT JOB-102: a bid that stands can be awarded as long as the job can, or a bait would end the bidding
        require(bid.expiry >= terms.claimBy(), Market_TooEarly(terms.claimBy(), bid.expiry));
        uint256 quote = _checkBid($, terms, id, bid, signature);
        (uint256 staked, uint256 reputation) = STAKING.standingOf(bid.provider);
        uint256 score = BidScore.scoreDown(terms, bid.price, staked, reputation);
        // INVARIANT JOB-101: only a better bid takes the place of the one that stands
        require(standing.provider == address(0) || score > standing.score, Market_BidTooLow(score, standing.score));
        _release(terms, standing);
        Standing memory next = Standing(bid.provider, bid.bidder, quote, score);
        _setLane($, terms, _wordOf(id, next));
        emit BidPlaced(id, bid.provider, bid.bidder, bid.price, quote, score);
        _admitBid(terms, bid.provider, bid.bidder);
    }

    /// @inheritdoc IMarketExtension
    function award(uint256[6] calldata terms, Standing calldata standing) external returns (bytes32 nonce) {
        Storage storage $ = _storage();
        _requireRunning($, PAUSE_CLAIM);
        bytes32 id = _requireBidding($, terms, standing);
        require(standing.provider != address(0), Market_NoBid(id));
        require(
            msg.sender == terms.requester() || block.timestamp > terms.rampStart(),
            Market_TooEarly(terms.rampStart() + 1, block.timestamp)
        );
        nonce = _awardTo($, terms, id, standing.provider, standing.bidder, standing.quote);
    }

    /// @inheritdoc IMarketExtension
    function awardBid(
        uint256[6] calldata terms,
        Standing calldata standing,
        Bid calldata bid,
        bytes calldata signature
    ) external returns (bytes32 nonce) {
        Storage storage $ = _storage();
        _requireRunning($, PAUSE_CLAIM);
        bytes32 id = _requireBidding($, terms, standing);
        require(msg.sender == terms.requester(), Market_NotRequester(msg.sender, terms.requester()));
        uint256 quote = _checkBid($, terms, id, bid, signature);
        _release(terms, standing);
        nonce = _awardTo($, terms, id, bid.provider, bid.bidder, quote);
        _admitBid(terms, bid.provider, bid.bidder);
    }

    /// @inheritdoc IMarketExtension
    function cancelBidding(uint256[6] calldata terms, Standing calldata standing) external {
        Storage storage $ = _storage();
        bytes32 id = _requireBidding($, terms, standing);
        _cancel($, terms, id);
        _release(terms, standing);
    }

    /* ── INTERNALS ── */

    function _awardTo(
        Storage storage $,
        uint256[6] calldata terms,
        bytes32 id,
        address provider,
        address bidder,
        uint256 quote
    ) private returns (bytes32 nonce) {
        uint256 price;
        (nonce, price) = _start(terms, id, provider, bidder, quote);
        uint256 maxPrice = terms.maxPrice();
        if (price != maxPrice) _credit($, terms, maxPrice - price);
    }

    /// @return id of a job that takes bids and stands where the caller says
    function _requireBidding(
        Storage storage $,
        uint256[6] calldata terms,
        Standing calldata standing
    ) private view returns (bytes32 id) {
        require(terms.rule() == uint256(PriceRule.Bids), Market_WrongRule(PriceRule(terms.rule())));
        id = terms.id();
        _requireLane($, terms, id, standing.provider == address(0) ? LaneWord.open(id) : _wordOf(id, standing));
    }

    function _checkBid(
        Storage storage $,
        uint256[6] calldata terms,
        bytes32 id,
        Bid calldata bid,
        bytes calldata signature
    ) private view returns (uint256 quote) {
        uint256 maxPrice = terms.maxPrice();
        require(bid.provider != address(0), Market_ZeroAddress());
        require(bid.price >= terms.minPrice() && bid.price <= maxPrice, Market_PriceOutOfRange(bid.price, maxPrice));
        require(block.timestamp <= bid.expiry, Market_TooLate(bid.expiry, block.timestamp));
        bytes32 digest = Signatures.bidHash(id, bid.provider, bid.bidder, bid.price, bid.expiry, $.epochs[bid.bidder]);
        require(TypedData.isSigned(bid.bidder, digest, signature), Market_BadSignature(bid.bidder));
        return RunWord.quoteUp(maxPrice, bid.price);
    }

    function _admitBid(uint256[6] calldata terms, address provider, address bidder) private {
        address named = terms.provider();
        require(named == address(0) || named == provider, Market_NotProvider(provider, named));
        _admitOne(terms, provider, bidder);
    }

    function _release(uint256[6] calldata terms, Standing calldata standing) private {
        if (standing.provider != address(0)) STAKING.release(standing.provider, terms.bond(), false);
    }

    function _wordOf(bytes32 id, Standing memory standing) private pure returns (uint256) {
        return LaneWord.bidding(id, keccak256(abi.encode(standing)));
    }
}
