// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Commitments} from "../libraries/Commitments.sol";
import {JobSpec} from "../libraries/JobSpec.sol";
import {JobTerms} from "../libraries/JobTerms.sol";
import {LaneWord} from "../libraries/LaneWord.sol";
import {Reputation} from "../libraries/Reputation.sol";
import {RunWord} from "../libraries/RunWord.sol";
import {JobStatus, PriceRule, SubmittedJob, Verdict} from "../types/JobTypes.sol";
import {MarketStorage} from "./MarketStorage.sol";

/// @title MarketJobs
/// @notice How a job begins, is taken and is given up: what JobMarketplace and its extension share of it.
abstract contract MarketJobs is MarketStorage {
    using JobTerms for uint256[6];
    using JobSpec for bytes32[6];
    using LaneWord for uint256;
    using RunWord for uint256;

    uint256 public constant MAX_CLAIM_TIME = 30 days;
    uint256 public constant MIN_RUN_TIME = 1 minutes;
    uint256 public constant MAX_RUN_TIME = 14 days;
    uint256 public constant MAX_WINDOW = 30 days;
    uint256 public constant MAX_FEE_BPS = 2_000;

    /// @dev What the jobs of a batch ask of a provider together.
    struct Demand {
        uint256 bond;
        uint256 minStake;
        uint256 minReputation;
        uint256 capabilities;
        uint256 memoryClass;
    }

    /* ── INTERNALS: POSTING ── */

    function _post(uint256[6] calldata terms, bytes32[6] calldata spec) internal returns (bytes32 id) {
        Storage storage $ = _storage();
        require(terms.requester() == msg.sender, Market_NotRequester(msg.sender, terms.requester()));
        _checkTerms($, terms, spec, PAUSE_POST);
        id = terms.id();
        _setLane($, terms, LaneWord.open(id));
        _debit(terms.token(), msg.sender, terms.maxPrice());
        emit JobPosted(id, msg.sender, terms, spec);
    }

    /// @dev Ends an open job. The caller has checked the lane.
    function _cancel(Storage storage $, uint256[6] calldata terms, bytes32 id) internal {
        address requester = terms.requester();
        require(
            msg.sender == requester || block.timestamp > terms.claimBy(),
            Market_NotRequester(msg.sender, requester)
        );
        uint256 refund = terms.maxPrice();
        _end($, terms, JobStatus.Cancelled);
        _credit($, terms, refund);
        emit JobCancelled(id, requester, refund);
    }

    /// @dev Every bit of the terms and the spec is checked here, once; later calls only compare hashes.
    function _checkTerms(
        Storage storage $,
        uint256[6] calldata t,
        bytes32[6] calldata spec,
        uint8 pauseBits
    ) internal view {
        Config memory config_ = $.config;
        require(config_.pauseBits & pauseBits == 0, Market_Paused(config_.pauseBits, pauseBits));
        require(t.version() == JobTerms.VERSION, Market_UnsupportedVersion(t.version(), JobTerms.VERSION));
        _checkToken($, t);
        require(
            t.minReputation() <= Reputation.SCORE_MAX,
            Market_ReputationOutOfRange(t.minReputation(), Reputation.SCORE_MAX)
        );
        _checkPrice(t);
        _checkTime("claimBy", t.claimBy(), block.timestamp, block.timestamp + MAX_CLAIM_TIME);
        _checkTime("runTime", t.runTime(), MIN_RUN_TIME, MAX_RUN_TIME);
        _checkTime("window", t.window(), config_.minWindow, MAX_WINDOW);

        require(spec.isWellFormed(), Market_MalformedSpec(uint256(spec[3])));
        bytes32 specHash = spec.hash();
        require(specHash == t.specHash(), Market_SpecMismatch(specHash, t.specHash()));
        if (t.policy() != WINDOW_ONLY) HUB.requireJudgeable(t, spec);

        uint256 word = $.lanes[t.requester()][t.lane()];
        require(word.accepts(t.generation()), Market_LaneBusy(t.lane(), word.status(), word));
    }

    function _checkToken(Storage storage $, uint256[6] calldata t) private view {
        address token = t.token();
        TokenConfig memory found = $.tokens[token];
        require(found.allowed, Market_TokenNotAllowed(token));
        uint256 fee = _feeNow($, token, found);
        require(t.feeBps() >= fee, Market_FeeTooLow(t.feeBps(), fee));
        require(t.feeBps() <= MAX_FEE_BPS, Market_FeeTooHigh(t.feeBps(), MAX_FEE_BPS));
        require(t.bond() >= found.minBond, Market_BondTooLow(t.bond(), found.minBond));
    }

    /// @dev Price, rule, weights and spare bits: what each rule does not use must be zero.
    function _checkPrice(uint256[6] calldata t) private pure {
        uint256 rule = t.rule();
        require(rule <= uint256(type(PriceRule).max) && t.spare() == 0, Market_MalformedRule(t[5]));
        uint256 minPrice = t.minPrice();
        uint256 maxPrice = t.maxPrice();
        bool fixedPrice = rule == uint256(PriceRule.Time) && t.rampLength() == 0;
        bool inRange = minPrice != 0 && maxPrice != 0;
        if (fixedPrice) inRange = inRange && minPrice == maxPrice;
        else if (rule != uint256(PriceRule.Dollars)) inRange = inRange && minPrice <= maxPrice;
        require(inRange, Market_PriceOutOfRange(minPrice, maxPrice));
        uint256 weights = t.priceWeight() + t.stakeWeight() + t.reputationWeight();
        require((weights != 0) == (rule == uint256(PriceRule.Bids)), Market_MalformedRule(t[5]));
        require(rule == uint256(PriceRule.Time) || t.rampLength() == 0, Market_MalformedRule(t[5]));
        bool hasStart = !fixedPrice && rule != uint256(PriceRule.Dollars);
        _checkTime("rampStart", t.rampStart(), 0, hasStart ? t.claimBy() : 0);
    }

    function _checkTime(bytes32 what, uint256 found, uint256 min, uint256 max) internal pure {
        require(found >= min && found <= max, Market_TimeOutOfRange(what, found, min, max));
    }

    /* ── INTERNALS: CLAIMING ── */

    /// @dev Claims a posted job and refunds what the price is below the escrow.
    function _claimOpen(
        Storage storage $,
        uint256[6] calldata terms,
        bytes32 id,
        address provider
    ) internal returns (bytes32 nonce) {
        uint256 price;
        (nonce, price) = _start(terms, id, provider, msg.sender, _quoteOf(terms));
        uint256 maxPrice = terms.maxPrice();
        // a price never exceeds maxPrice
        if (price != maxPrice) _credit($, terms, maxPrice - price);
    }

    /// @dev Draws the nonce and writes the claim. Money and bond are the caller's business.
    function _start(
        uint256[6] calldata terms,
        bytes32 id,
        address provider,
        address claimer,
        uint256 quote
    ) internal returns (bytes32 nonce, uint256 price) {
        require(block.timestamp <= terms.claimBy(), Market_TooLate(terms.claimBy(), block.timestamp));
        address named = terms.provider();
        require(named == address(0) || named == provider, Market_NotProvider(provider, named));
        return _write(terms, id, RunWord.pack(provider, block.timestamp, 0, false, quote), claimer);
    }

    function _write(
        uint256[6] calldata terms,
        bytes32 id,
        uint256 run,
        address claimer
    ) internal returns (bytes32 nonce, uint256 price) {
        nonce = Commitments.nonce(id, run.provider());
        price = terms.priceDown(run);
        _setLane(_storage(), terms, LaneWord.claimed(id, run, nonce, claimer));
        emit JobClaimed(id, run.provider(), claimer, run, price, nonce);
    }

    /// @dev Zero where the time of the claim tells the price. Bids are awarded, not claimed.
    function _quoteOf(uint256[6] calldata terms) internal returns (uint256) {
        uint256 rule = terms.rule();
        if (rule == uint256(PriceRule.Time)) return 0;
        require(rule == uint256(PriceRule.Dollars), Market_WrongRule(PriceRule(rule)));
        uint256 price = FEEDS.tokensForUp(terms.token(), terms.minPrice());
        uint256 maxPrice = terms.maxPrice();
        require(price != 0 && price <= maxPrice, Market_PriceOutOfRange(price, maxPrice));
        return RunWord.quoteUp(maxPrice, price);
    }

    function _requireOverdue(
        Storage storage $,
        uint256[6] calldata terms,
        uint256 run,
        bytes32 nonce,
        address claimer
    ) internal view returns (bytes32 id) {
        id = terms.id();
        _requireLane($, terms, id, LaneWord.claimed(id, run, nonce, claimer));
        uint256 deadline = run.claimedAt() + terms.runTime();
        require(block.timestamp > deadline, Market_TooEarly(deadline + 1, block.timestamp));
    }

    /// @dev Locks the bond of a provider that has what the terms ask for.
    function _admitOne(uint256[6] calldata terms, address provider, address operator) internal {
        _requireCapable(provider, terms.capabilities(), terms.memoryClass());
        STAKING.lock(provider, operator, terms.bond(), terms.minStake(), terms.minReputation());
    }

    function _add(Demand memory demand, uint256[6] calldata terms) internal pure {
        demand.bond += terms.bond();
        if (terms.minStake() > demand.minStake) demand.minStake = terms.minStake();
        if (terms.minReputation() > demand.minReputation) demand.minReputation = terms.minReputation();
        demand.capabilities |= terms.capabilities();
        if (terms.memoryClass() > demand.memoryClass) demand.memoryClass = terms.memoryClass();
    }

    /// @dev Locks the bonds of a provider that has what all terms ask for.
    function _admit(Demand memory demand, address provider, address operator) internal {
        _requireCapable(provider, demand.capabilities, demand.memoryClass);
        STAKING.lock(provider, operator, demand.bond, demand.minStake, demand.minReputation);
    }

    function _requireCapable(address provider, uint256 capabilities, uint256 memoryClass) private view {
        if (capabilities | memoryClass == 0) return;
        (uint64 found, uint8 foundClass) = REGISTRY.capabilitiesOf(provider);
        require(
            capabilities & ~uint256(found) == 0 && memoryClass <= foundClass,
            Market_NotCapable(provider, found, capabilities, foundClass, memoryClass)
        );
    }

    /* ── INTERNALS: VERDICTS ── */

    /// @dev The optimistic window alone is judged here, equal to OptimisticWindow; anything more is the hub's business.
    function _verdict(
        bytes32 id,
        uint256[6] calldata terms,
        uint256 run,
        bytes32 commitment
    ) internal view returns (Verdict, uint256) {
        if (terms.policy() == WINDOW_ONLY) {
            uint256 readyAt = run.submittedAt() + terms.window();
            return (block.timestamp >= readyAt ? Verdict.Accepted : Verdict.Pending, readyAt);
        }
        return HUB.verdictOf(SubmittedJob(id, terms, run, commitment));
    }

    /* ── INTERNALS: CONFIGURATION ── */

    function _setTreasury(address treasury) internal {
        require(treasury != address(0), Market_ZeroAddress());
        Config storage config_ = _storage().config;
        emit TreasurySet(config_.treasury, treasury);
        config_.treasury = treasury;
    }

    function _setMinWindow(uint32 seconds_) internal {
        _checkTime("minWindow", seconds_, 0, MAX_WINDOW);
        Config storage config_ = _storage().config;
        emit MinWindowSet(config_.minWindow, seconds_);
        config_.minWindow = seconds_;
    }

    function _setFeeShares(uint16 tipBps, uint16 burnBps) internal {
        require(tipBps <= BPS && burnBps <= BPS, Market_ShareTooHigh(tipBps, burnBps, BPS));
        Config storage config_ = _storage().config;
        emit FeeSharesSet(tipBps, burnBps);
        config_.tipBps = tipBps;
        config_.burnBps = burnBps;
    }
}
