// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMarketExtension} from "../interfaces/IMarketExtension.sol";
import {ISlashingManager} from "../interfaces/ISlashingManager.sol";
import {JobTerms} from "../libraries/JobTerms.sol";
import {LaneWord} from "../libraries/LaneWord.sol";
import {RunWord} from "../libraries/RunWord.sol";
import {JobStatus, Verdict} from "../types/JobTypes.sol";
import {MarketJobs} from "./MarketJobs.sol";

/// @title MarketOrders
/// @notice Jobs in batches, the rescue of late ones, the end of stalled ones, and of orders that were only signed.
abstract contract MarketOrders is MarketJobs, IMarketExtension {
    using JobTerms for uint256[6];
    using LaneWord for uint256;
    using RunWord for uint256;

    /// @notice How long after its window a result may wait for a strategy before anyone may resolve it as stalled: this, and
    ///         VERDICT_SPANS times what the run took, because the clocks of a dispute grow with the run (DSP-70, DSP-73).
    uint256 public constant VERDICT_TIMEOUT = 30 days;
    uint256 public constant VERDICT_SPANS = 4;

    /* ── WRITES ── */

    /// @inheritdoc IMarketExtension
    function postBatch(Posting[] calldata items) external {
        require(items.length <= MAX_BATCH, Market_BatchTooLarge(items.length, MAX_BATCH));
        for (uint256 i; i < items.length; ++i) {
            _post(items[i].terms, items[i].spec);
        }
    }

    /// @inheritdoc IMarketExtension
    function claimBatch(uint256[6][] calldata jobs, address provider) external returns (uint256 claimed) {
        Storage storage $ = _storage();
        _requireRunning($, PAUSE_CLAIM);
        require(jobs.length <= MAX_BATCH, Market_BatchTooLarge(jobs.length, MAX_BATCH));
        Demand memory demand;
        for (uint256 i; i < jobs.length; ++i) {
            uint256[6] calldata terms = jobs[i];
            bytes32 id = terms.id();
            // somebody else was faster: no reason to lose the others
            if ($.lanes[terms.requester()][terms.lane()] != LaneWord.open(id)) {
                emit ClaimSkipped(id, provider);
                continue;
            }
            _claimOpen($, terms, id, provider);
            _add(demand, terms);
            ++claimed;
        }
        if (claimed != 0) _admit(demand, provider, msg.sender);
    }

    /// @inheritdoc IMarketExtension
    function rescue(
        uint256[6] calldata terms,
        uint256 run,
        bytes32 nonce,
        address claimer,
        address provider
    ) external returns (bytes32 newNonce) {
        Storage storage $ = _storage();
        _requireRunning($, PAUSE_CLAIM);
        bytes32 id = _requireOverdue($, terms, run, nonce, claimer);
        address late = run.provider();
        uint256 quote = _rescueQuote(terms, run);
        // INVARIANT RSC-03: once, by another provider, of a job that names nobody
        require(
            !run.rescued() && provider != late && terms.provider() == address(0) && quote != type(uint256).max,
            Market_NotRescuable(id)
        );
        emit JobRescued(id, late, provider, _slash(ISlashingManager.Reason.Rescued, terms, late, provider));
        uint256 price = terms.priceDown(run);
        uint256 newPrice;
        (newNonce, newPrice) = _write(terms, id, RunWord.pack(provider, block.timestamp, 0, true, quote), msg.sender);
        // what rounding takes off the price goes back
        if (price != newPrice) _credit($, terms, price - newPrice);
        _admitOne(terms, provider, msg.sender);
    }

    /// @inheritdoc IMarketExtension
    function resolveStalled(uint256[6] calldata terms, uint256 run, bytes32 commitment) external {
        Storage storage $ = _storage();
        bytes32 id = terms.id();
        _requireLane($, terms, id, LaneWord.submitted(id, run, commitment));
        uint256 submittedAt = run.submittedAt();
        uint256 spans = VERDICT_SPANS * (submittedAt - run.claimedAt());
        uint256 from = submittedAt + terms.window() + VERDICT_TIMEOUT + spans;
        require(block.timestamp >= from, Market_TooEarly(from, block.timestamp));
        (Verdict verdict, ) = _verdict(id, terms, run, commitment);
        require(verdict == Verdict.Pending, Market_NotStalled(id, uint8(verdict)));

        uint256 refund = terms.priceDown(run);
        _end($, terms, JobStatus.Unresolved);
        _credit($, terms, refund);
        emit JobUnresolved(id, run.provider(), refund);
        STAKING.release(run.provider(), terms.bond(), false);
    }

    /// @inheritdoc IMarketExtension
    function retireLane(uint256 lane, uint256 generation) external {
        Storage storage $ = _storage();
        // as wide as the terms have them
        require(lane <= type(uint16).max && generation <= type(uint32).max, Market_NoSuchLane(lane, generation));
        uint256 word = $.lanes[msg.sender][lane];
        require(word.accepts(generation), Market_LaneBusy(lane, word.status(), word));
        $.lanes[msg.sender][lane] = LaneWord.terminal(generation, JobStatus.Cancelled);
        emit LaneRetired(msg.sender, lane, generation);
    }

    /// @inheritdoc IMarketExtension
    function revokeSignatures() external returns (uint256 epoch) {
        epoch = ++_storage().epochs[msg.sender];
        emit SignaturesRevoked(msg.sender, epoch);
    }

    /* ── INTERNALS ── */

    /// @dev The price that the first claim fixed, as a quote: exactly that price where maxPrice is below QUOTE_UNIT, else at most
    ///      maxPrice / QUOTE_UNIT + 1 less, for more is not in escrow. The largest number where no quote comes that close.
    function _rescueQuote(uint256[6] calldata terms, uint256 run) private pure returns (uint256 quote) {
        quote = run.quote();
        if (quote != 0 || terms.rampLength() == 0) return quote;
        uint256 price = terms.priceDown(run);
        quote = RunWord.quoteUp(terms.maxPrice(), price);
        if (RunWord.quotedDown(terms.maxPrice(), quote) > price) --quote;
        if (quote == 0) quote = type(uint256).max;
    }
}
