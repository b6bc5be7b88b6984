// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {AggregatorV3Interface} from "@chainlink/contracts/src/v0.8/shared/interfaces/AggregatorV3Interface.sol";
import {Managed} from "../access/Managed.sol";
import {IPriceFeeds} from "../interfaces/IPriceFeeds.sol";

/// @title PriceFeeds
/// @notice What a token is worth in US dollars, by Chainlink's data feeds, for jobs whose price is in dollars.
///
/// Purpose: one place that decides whether an answer may be used. An answer is refused when it is not positive, older than
/// the feed's heartbeat allows, from the future, further from the last accepted one than the feed's bound while that one is
/// young, or when the chain's sequencer is down or has been up for less than the grace time.
/// Storage: one slot of configuration and one of the last accepted answer for each token.
/// Roles & powers: the authority sets feeds; anyone may ask, and by asking moves the last accepted answer.
/// Trust: the feeds that the authority names. A wrong price costs a requester at most the job's maxPrice, which it chose, and
/// a provider nothing, because nobody must claim.
/// Liveness: a refused answer holds up claims of jobs in dollars only; their requesters may cancel at any time. A price that
/// really moved is accepted once the last one is older than SETTLING_TIME.
/// Rounding: up, for the provider.
contract PriceFeeds is Managed, IPriceFeeds {
    /// @notice How long an accepted answer binds the next one.
    uint256 public constant SETTLING_TIME = 1 hours;
    uint256 public constant MAX_HEARTBEAT = 2 days;
    uint256 public constant MAX_DECIMALS = 36;
    uint256 private constant BPS = 10_000;
    /// @dev Dollars come with 18 decimals.
    uint256 private constant DOLLAR_DECIMALS = 18;

    /// @dev One slot.
    struct Feed {
        AggregatorV3Interface source;
        uint32 heartbeat;
        uint16 maxDeviationBps;
        uint8 feedDecimals;
        uint8 tokenDecimals;
    }

    struct Accepted {
        uint192 answer;
        uint64 at;
    }

    /// @custom:storage-location erc7201:assay.storage.PriceFeeds
    struct Storage {
        mapping(address token => Feed) feeds;
        mapping(address token => Accepted) accepted;
        AggregatorV3Interface sequencer;
        uint64 grace;
    }

    // keccak256(abi.encode(uint256(keccak256("assay.storage.PriceFeeds")) - 1)) & ~bytes32(uint256(0xff))
    bytes32 private constant STORAGE_SLOT = 0xfdc8f8b4ea0adc54d0ae4c0755e24ea043f760df29435b21cb67cf33f96ccd00;

    /// @notice Sets the authority. Called once, by the proxy's deployment.
    function initialize(address authority_) external initializer {
        __AccessManaged_init(authority_);
    }

    /* ── WRITES ── */

    /// @inheritdoc IPriceFeeds
    function tokensForUp(address token, uint256 dollars) external returns (uint256 amount) {
        Storage storage $ = _storage();
        Feed memory feed = $.feeds[token];
        require(address(feed.source) != address(0), Feeds_NoFeed(token));
        _requireSequencer($);
        uint256 answer = _fresh(token, feed);
        _accept($, token, feed, answer);
        // dollars / 1e18 / (answer / 10^feedDecimals) * 10^tokenDecimals; the decimals are at most 36 each
        amount = Math.mulDiv(
            dollars,
            10 ** (uint256(feed.feedDecimals) + feed.tokenDecimals),
            answer * 10 ** DOLLAR_DECIMALS,
            Math.Rounding.Ceil
        );
    }

    /* ── ADMIN ── */

    /// @inheritdoc IPriceFeeds
    function setFeed(address token, address source, uint32 heartbeat, uint16 maxDeviationBps) external restricted {
        Storage storage $ = _storage();
        delete $.accepted[token];
        if (source == address(0)) {
            delete $.feeds[token];
            emit FeedSet(token, source, 0, 0);
            return;
        }
        require(heartbeat != 0 && heartbeat <= MAX_HEARTBEAT, Feeds_HeartbeatOutOfRange(heartbeat, MAX_HEARTBEAT));
        require(maxDeviationBps != 0 && maxDeviationBps <= BPS, Feeds_DeviationOutOfRange(maxDeviationBps, BPS));
        uint8 feedDecimals = AggregatorV3Interface(source).decimals();
        uint8 tokenDecimals = IERC20Metadata(token).decimals();
        require(feedDecimals <= MAX_DECIMALS, Feeds_TooManyDecimals(feedDecimals, MAX_DECIMALS));
        require(tokenDecimals <= MAX_DECIMALS, Feeds_TooManyDecimals(tokenDecimals, MAX_DECIMALS));
        $.feeds[token] = Feed(AggregatorV3Interface(source), heartbeat, maxDeviationBps, feedDecimals, tokenDecimals);
        emit FeedSet(token, source, heartbeat, maxDeviationBps);
    }

    /// @inheritdoc IPriceFeeds
    function setSequencer(address source, uint64 grace) external restricted {
        Storage storage $ = _storage();
        $.sequencer = AggregatorV3Interface(source);
        $.grace = grace;
        emit SequencerSet(source, grace);
    }

    /* ── VIEWS ── */

    /// @inheritdoc IPriceFeeds
    function feedOf(
        address token
    ) external view returns (address source, uint32 heartbeat, uint16 maxDeviationBps, uint256 answer, uint256 at) {
        Feed memory feed = _storage().feeds[token];
        Accepted memory last = _storage().accepted[token];
        return (address(feed.source), feed.heartbeat, feed.maxDeviationBps, last.answer, last.at);
    }

    /// @inheritdoc IPriceFeeds
    function sequencer() external view returns (address source, uint64 grace) {
        Storage storage $ = _storage();
        return (address($.sequencer), $.grace);
    }

    /// @notice Semantic version of this implementation.
    function version() external pure override returns (string memory) {
        return "1.0.0";
    }

    /* ── INTERNALS ── */

    /// @dev https://docs.chain.link/data-feeds/l2-sequencer-feeds: answer 0 is up, startedAt is since when.
    function _requireSequencer(Storage storage $) private view {
        AggregatorV3Interface source = $.sequencer;
        if (address(source) == address(0)) return;
        (, int256 down, uint256 since, , ) = source.latestRoundData();
        require(down == 0 && since != 0, Feeds_SequencerDown());
        uint256 from = since + $.grace;
        require(block.timestamp >= from, Feeds_SequencerGrace(from, block.timestamp));
    }

    function _fresh(address token, Feed memory feed) private view returns (uint256) {
        (, int256 answer, , uint256 updatedAt, ) = feed.source.latestRoundData();
        require(answer > 0 && answer <= int256(uint256(type(uint128).max)), Feeds_BadAnswer(token, answer));
        bool young = updatedAt <= block.timestamp && block.timestamp - updatedAt <= feed.heartbeat;
        require(young, Feeds_StaleAnswer(token, updatedAt, block.timestamp, feed.heartbeat));
        return uint256(answer);
    }

    /// @dev Within SETTLING_TIME the first accepted answer is the measure, so that many small steps are no way around it.
    function _accept(Storage storage $, address token, Feed memory feed, uint256 answer) private {
        Accepted memory last = $.accepted[token];
        if (last.at != 0 && block.timestamp - last.at < SETTLING_TIME) {
            uint256 distance = answer > last.answer ? answer - last.answer : last.answer - answer;
            require(
                distance * BPS <= uint256(last.answer) * feed.maxDeviationBps,
                Feeds_Deviation(token, answer, last.answer, feed.maxDeviationBps)
            );
            return;
        }
        // answer has 128 bits
        $.accepted[token] = Accepted(uint192(answer), uint64(block.timestamp));
    }

    function _storage() private pure returns (Storage storage $) {
        assembly ("memory-safe") {
            $.slot := STORAGE_SLOT
        }
    }
}
