// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {IJobMarketplace} from "../interfaces/IJobMarketplace.sol";
import {IMarketTypes} from "../interfaces/IMarketTypes.sol";
import {IRefereedDispute} from "../interfaces/IRefereedDispute.sol";
import {ISlashingManager} from "../interfaces/ISlashingManager.sol";
import {IUpkeepCoordinator} from "../interfaces/IUpkeepCoordinator.sol";
import {IVerificationHub} from "../interfaces/IVerificationHub.sol";
import {LaneWord} from "../libraries/LaneWord.sol";
import {RunWord} from "../libraries/RunWord.sol";
import {SubmittedJob, Verdict} from "../types/JobTypes.sol";
import {Clocks} from "../verification/dispute/Clocks.sol";
import {Game, GameStatus, Level, Outcome} from "../verification/dispute/DisputeTypes.sol";
import {GameWords} from "../verification/dispute/GameWords.sol";
import {Places} from "../verification/dispute/Places.sol";

/// @dev What a referee tells beside its interface.
interface IBudget {
    // solhint-disable-next-line func-name-mixedcase
    function MIN_BUDGET() external view returns (uint256);
}

/// @dev Where the market's own verdicts come from.
interface IHubOf {
    // solhint-disable-next-line func-name-mixedcase
    function HUB() external view returns (IVerificationHub);
}

/// @title DueDuties
/// @notice Which of some candidates are due, by reads alone.
/// @dev The market keeps one hash for each job and the referee one for each game: neither can list what is due, so
///      candidates come with their preimages. Cases and earnings are found by number and account.
abstract contract DueDuties {
    using RunWord for uint256;
    using GameWords for uint256;
    using Clocks for uint256;
    using Places for uint256;

    IJobMarketplace public immutable MARKET;
    IRefereedDispute public immutable DISPUTE;
    ISlashingManager public immutable SLASHING;
    IGovernor public immutable GOVERNOR;
    IVerificationHub private immutable HUB;
    uint256 private immutable MIN_BUDGET;

    constructor(IJobMarketplace market, IRefereedDispute dispute, ISlashingManager slashing, IGovernor governor) {
        MARKET = market;
        DISPUTE = dispute;
        SLASHING = slashing;
        GOVERNOR = governor;
        if (address(market) != address(0)) HUB = IHubOf(address(market)).HUB();
        if (address(dispute) != address(0)) MIN_BUDGET = IBudget(address(dispute)).MIN_BUDGET();
    }

    /// @dev The due ones come to the front; the list is shortened in place.
    function _dueSettlements(
        IMarketTypes.Settlement[] memory items
    ) internal view returns (IMarketTypes.Settlement[] memory) {
        uint256 count;
        for (uint256 i; i < items.length; ++i) {
            IMarketTypes.Settlement memory item = items[i];
            if (!MARKET.isSubmitted(item.terms, item.run, item.commitment)) continue;
            bytes32 id = keccak256(abi.encode(item.terms));
            (Verdict verdict, ) = HUB.verdictOf(SubmittedJob(id, item.terms, item.run, item.commitment));
            if (verdict == Verdict.Accepted) items[count++] = item;
        }
        assembly ("memory-safe") {
            mstore(items, count)
        }
        return items;
    }

    function _dueClaims(
        IUpkeepCoordinator.Claim[] memory items
    ) internal view returns (IUpkeepCoordinator.Claim[] memory) {
        uint256 count;
        for (uint256 i; i < items.length; ++i) {
            IUpkeepCoordinator.Claim memory item = items[i];
            uint256[6] memory terms = item.terms;
            // the fields of JobTerms, which reads calldata: requester, lane, runTime
            (uint256 word, ) = MARKET.laneOf(address(uint160(terms[0] >> 96)), uint16(terms[3] >> 48));
            bytes32 id = keccak256(abi.encode(terms));
            bool held = word == LaneWord.claimed(id, item.run, item.nonce, item.claimer);
            if (held && block.timestamp > item.run.claimedAt() + uint24(terms[2] >> 32)) items[count++] = item;
        }
        assembly ("memory-safe") {
            mstore(items, count)
        }
        return items;
    }

    function _dueGames(Game[] memory items) internal view returns (Game[] memory) {
        uint256 count;
        for (uint256 i; i < items.length; ++i) if (_isOutOfTime(items[i])) items[count++] = items[i];
        assembly ("memory-safe") {
            mstore(items, count)
        }
        return items;
    }

    /// @return from  the first case that can be ended now
    /// @return found how many numbers lie between it and the last one; zero where there is none
    function _dueCases(uint256 first, uint256 count) internal view returns (uint256 from, uint256 found) {
        for (uint256 id = first; id < first + count; ++id) {
            if (!_canEnd(SLASHING.caseOf(id))) continue;
            if (found == 0) from = id;
            found = id - from + 1;
        }
    }

    function _dueEarnings(address token, address[] memory providers) internal view returns (address[] memory) {
        uint256 count;
        for (uint256 i; i < providers.length; ++i) {
            (uint256 gross, ) = MARKET.earnedOf(token, providers[i]);
            if (gross != 0) providers[count++] = providers[i];
        }
        assembly ("memory-safe") {
            mstore(providers, count)
        }
        return providers;
    }

    /// @param body arguments of `govern`
    function _isProposalDue(bytes calldata body) internal view returns (bool) {
        if (!_isGoverned()) return false;
        (address[] memory targets, uint256[] memory values, bytes[] memory datas, bytes32 description) = abi.decode(
            body,
            (address[], uint256[], bytes[], bytes32)
        );
        uint256 id = GOVERNOR.getProposalId(targets, values, datas, description);
        try GOVERNOR.state(id) returns (IGovernor.ProposalState state) {
            if (state == IGovernor.ProposalState.Succeeded) return true;
            return state == IGovernor.ProposalState.Queued && block.timestamp >= GOVERNOR.proposalEta(id);
        } catch {
            return false;
        }
    }

    /// @dev The governor's address is known before anything stands there: governance comes in a later step, or never.
    function _isGoverned() internal view returns (bool) {
        return address(GOVERNOR).code.length != 0;
    }

    /// @dev RefereedDispute.timeout's conditions (DSP-71, DSP-73).
    function _isOutOfTime(Game memory game) private view returns (bool) {
        if (address(DISPUTE) == address(0)) return false;
        (uint256 word, ) = DISPUTE.gameOf(game.commitment, address(uint160(game.party >> 96)));
        if (word != GameWords.word(game, GameStatus.Live)) return false;
        (, uint32 opened, , Outcome outcome) = DISPUTE.docketOf(game.commitment);
        if (outcome != Outcome.Open) return false;
        uint256 reveal = DISPUTE.revealOf(GameWords.key(game.commitment, game.place, game.expect, game.pre));
        if (reveal == 0 && !game.place.answered() && game.place.level() != Level.Proof) {
            uint256 allowed = Clocks.providerBudget(game.clock.span(), MIN_BUDGET, opened);
            return game.clock.providerNow(block.timestamp) > allowed;
        }
        uint256 budget = Clocks.challengerBudget(game.clock.span(), MIN_BUDGET);
        return game.clock.challengerNow(reveal.revealedAt(), block.timestamp) > budget;
    }

    /// @dev SlashingManager.executeCase's and lapse's conditions (SLH-06).
    function _canEnd(ISlashingManager.Case memory found) private view returns (bool) {
        if (found.status == ISlashingManager.CaseStatus.Upheld) return true;
        if (found.status == ISlashingManager.CaseStatus.Open) return block.timestamp > found.deadline;
        return found.status == ISlashingManager.CaseStatus.Appealed && block.timestamp > found.deadline;
    }
}
