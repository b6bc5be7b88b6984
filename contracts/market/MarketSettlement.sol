// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMarketCore} from "../interfaces/IMarketCore.sol";
import {ISlashingManager} from "../interfaces/ISlashingManager.sol";
import {IVerificationStrategy} from "../interfaces/IVerificationStrategy.sol";
import {Commitments} from "../libraries/Commitments.sol";
import {JobTerms} from "../libraries/JobTerms.sol";
import {LaneWord} from "../libraries/LaneWord.sol";
import {RunWord} from "../libraries/RunWord.sol";
import {Strategies} from "../libraries/Strategies.sol";
import {JobStatus, Verdict} from "../types/JobTypes.sol";
import {MarketJobs} from "./MarketJobs.sol";

/// @title MarketSettlement
/// @notice Results, and the ways in which a claimed or submitted job ends.
abstract contract MarketSettlement is MarketJobs, IMarketCore {
    using JobTerms for uint256[6];
    using RunWord for uint256;
    using Strategies for IVerificationStrategy;

    /// @dev Neighbours in a batch that share provider and token are paid by one credit and one release.
    struct Group {
        address provider;
        address token;
        uint256 gross;
        uint256 fee;
        uint256 bond;
        bool earned;
    }

    /* ── WRITES ── */

    /// @inheritdoc IMarketCore
    function submit(
        uint256[6] calldata terms,
        uint256 run,
        bytes32 nonce,
        bytes32 runRoot,
        bytes32 finalState,
        bytes32 outputDigest
    ) external returns (bytes32 commitment) {
        bytes32 id = terms.id();
        commitment = _submit(terms, id, run, nonce, msg.sender, runRoot, finalState);
        emit ResultSubmitted(id, run.provider(), runRoot, finalState, outputDigest);
    }

    /// @inheritdoc IMarketCore
    function submitForClaimer(
        uint256[6] calldata terms,
        uint256 run,
        bytes32 nonce,
        address claimer,
        bytes32 runRoot,
        bytes32 finalState,
        bytes32 outputDigest
    ) external returns (bytes32 commitment) {
        require(msg.sender == run.provider(), Market_NotProvider(msg.sender, run.provider()));
        bytes32 id = terms.id();
        commitment = _submit(terms, id, run, nonce, claimer, runRoot, finalState);
        emit ResultSubmitted(id, msg.sender, runRoot, finalState, outputDigest);
    }

    /// @inheritdoc IMarketCore
    function finalize(uint256[6] calldata terms, uint256 run, bytes32 commitment) external {
        Storage storage $ = _storage();
        bytes32 id = terms.id();
        _requireLane($, terms, id, LaneWord.submitted(id, run, commitment));
        (Verdict verdict, uint256 readyAt) = _verdict(id, terms, run, commitment);
        if (verdict == Verdict.Pending && readyAt > block.timestamp) revert Market_TooEarly(readyAt, block.timestamp);
        require(verdict == Verdict.Accepted, Market_NotAccepted(id, uint8(verdict)));
        address provider = run.provider();
        (uint256 price, uint256 fee) = _settle($, id, terms, run);
        _pay($, Group(provider, terms.token(), price, fee, terms.bond(), provider != terms.requester()), 0);
    }

    /// @inheritdoc IMarketCore
    function finalizeBatch(Settlement[] calldata items) external returns (uint256 settled) {
        require(items.length <= MAX_BATCH, Market_BatchTooLarge(items.length, MAX_BATCH));
        Storage storage $ = _storage();
        Group memory group;
        uint256 tipBps = $.config.tipBps;
        for (uint256 i; i < items.length; ++i) {
            Settlement calldata item = items[i];
            bytes32 id = item.terms.id();
            bytes4 obstacle = _obstacle($, id, item);
            if (obstacle != 0) {
                emit SettlementSkipped(id, obstacle);
                continue;
            }
            address provider = item.run.provider();
            address token = item.terms.token();
            if (provider != group.provider || token != group.token) {
                _pay($, group, tipBps);
                group = Group(provider, token, 0, 0, 0, false);
            }
            (uint256 price, uint256 fee) = _settle($, id, item.terms, item.run);
            group.gross += price;
            group.fee += fee;
            group.bond += item.terms.bond();
            if (provider != item.terms.requester()) group.earned = true;
            ++settled;
        }
        _pay($, group, tipBps);
    }

    /// @inheritdoc IMarketCore
    function expire(uint256[6] calldata terms, uint256 run, bytes32 nonce, address claimer) external {
        Storage storage $ = _storage();
        bytes32 id = _requireOverdue($, terms, run, nonce, claimer);
        uint256 refund = terms.priceDown(run);
        address provider = run.provider();
        _end($, terms, JobStatus.Expired);
        _credit($, terms, refund);
        emit JobExpired(id, provider, refund, _slash(ISlashingManager.Reason.Late, terms, provider, address(0)));
    }

    /// @inheritdoc IMarketCore
    function reject(uint256[6] calldata terms, uint256 run, bytes32 commitment) external {
        Storage storage $ = _storage();
        bytes32 id = terms.id();
        _requireLane($, terms, id, LaneWord.submitted(id, run, commitment));
        (bool rejected, address finder) = _rejection($, terms.policy(), commitment);
        if (!rejected) {
            // whose verdict is no more than a verdict names nobody
            (Verdict verdict, ) = _verdict(id, terms, run, commitment);
            require(verdict == Verdict.Rejected, Market_NotRejected(id, uint8(verdict)));
        }

        address provider = run.provider();
        uint256 refund = terms.priceDown(run);
        _end($, terms, JobStatus.Rejected);
        _credit($, terms, refund);
        emit JobRejected(id, provider, refund, _slash(ISlashingManager.Reason.Rejected, terms, provider, finder));
    }

    /* ── VIEWS ── */

    /// @inheritdoc IMarketCore
    function isSubmitted(uint256[6] calldata terms, uint256 run, bytes32 commitment) external view returns (bool) {
        return _storage().lanes[terms.requester()][terms.lane()] == LaneWord.submitted(terms.id(), run, commitment);
    }

    /* ── INTERNALS: STATES ── */

    /// @dev The lane binds the claimer; a result comes while the job cannot be expired yet.
    function _submit(
        uint256[6] calldata terms,
        bytes32 id,
        uint256 run,
        bytes32 nonce,
        address claimer,
        bytes32 runRoot,
        bytes32 finalState
    ) private returns (bytes32 commitment) {
        Storage storage $ = _storage();
        _requireLane($, terms, id, LaneWord.claimed(id, run, nonce, claimer));
        uint256 deadline = run.claimedAt() + terms.runTime();
        require(block.timestamp <= deadline, Market_TooLate(deadline, block.timestamp));
        commitment = Commitments.result(id, nonce, runRoot, finalState);
        _setLane($, terms, LaneWord.submitted(id, run.submittedNow(), commitment));
    }

    /// @dev The first strategy that says so decides, and names who found it. Costs no hub: see `_strategyOf`.
    function _rejection(
        Storage storage $,
        uint256 policy,
        bytes32 commitment
    ) private returns (bool rejected, address finder) {
        // number is at most 15
        unchecked {
            // bit 0 is the optimistic window, which rejects nothing
            for (uint256 number = 1; policy >> number != 0; ++number) {
                if ((policy >> number) & 1 == 0) continue;
                (rejected, finder) = _strategyOf($, number).askRejection(commitment);
                if (rejected) break;
            }
        }
    }

    /// @dev INVARIANT VER-03: the hub never gives a number to another strategy, so the first answer holds.
    function _strategyOf(Storage storage $, uint256 number) private returns (IVerificationStrategy strategy) {
        strategy = $.strategies[number];
        if (address(strategy) != address(0)) return strategy;
        strategy = HUB.strategyOf(number);
        $.strategies[number] = strategy;
    }

    /// @return reason why the item cannot be settled now (an error's selector), zero if it can
    function _obstacle(Storage storage $, bytes32 id, Settlement calldata item) private view returns (bytes4 reason) {
        uint256 word = $.lanes[item.terms.requester()][item.terms.lane()];
        if (word != LaneWord.submitted(id, item.run, item.commitment)) return Market_StaleJob.selector;
        (Verdict verdict, ) = _verdict(id, item.terms, item.run, item.commitment);
        if (verdict != Verdict.Accepted) return Market_NotAccepted.selector;
    }

    /* ── INTERNALS: MONEY ── */

    /// @dev Credits the provider, and whoever settles with its part of the fee.
    function _pay(Storage storage $, Group memory group, uint256 tipBps) private {
        if (group.provider == address(0)) return;
        uint256 tip = (group.fee * tipBps) / BPS;
        Earnings memory earned = $.earnings[group.token][group.provider];
        // 256 prices below 2^96 fit into uint120; the sums are checked
        earned.gross += uint128(group.gross - tip);
        earned.fee += uint120(group.fee - tip);
        earned.kept = true;
        $.earnings[group.token][group.provider] = earned;
        if (tip != 0) {
            $.balances[group.token][msg.sender] += tip;
            emit SettlementTipped(msg.sender, group.token, group.provider, tip);
        }
        STAKING.release(group.provider, group.bond, group.earned);
    }

    /// @dev Ends a job as paid. The caller credits the earnings and releases the bond.
    function _settle(
        Storage storage $,
        bytes32 id,
        uint256[6] calldata terms,
        uint256 run
    ) private returns (uint256 price, uint256 fee) {
        price = terms.priceDown(run);
        fee = (price * terms.feeBps()) / BPS;
        _end($, terms, JobStatus.Finalized);
        emit JobFinalized(id, run.provider(), price, fee);
    }
}
