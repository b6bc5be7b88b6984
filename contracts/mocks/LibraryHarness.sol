// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Commitments} from "../libraries/Commitments.sol";
import {JobSpec} from "../libraries/JobSpec.sol";
import {JobTerms} from "../libraries/JobTerms.sol";
import {LaneWord} from "../libraries/LaneWord.sol";
import {Reputation} from "../libraries/Reputation.sol";
import {RunWord} from "../libraries/RunWord.sol";
import {JobStatus} from "../types/JobTypes.sol";

/// @notice Makes the libraries' internal functions callable, so that they can be compared with their TypeScript twins.
contract LibraryHarness {
    using JobTerms for uint256[6];
    using JobSpec for bytes32[6];
    using RunWord for uint256;
    using LaneWord for uint256;

    struct Terms {
        address requester;
        uint256 maxPrice;
        address token;
        uint256 minPrice;
        uint256 bond;
        uint256 rampStart;
        uint256 rampLength;
        uint256 claimBy;
        uint256 runTime;
        uint256 feeBps;
        uint256 minReputation;
        address provider;
        uint256 generation;
        uint256 lane;
        uint256 window;
        uint256 policy;
        uint256 version;
        bytes32 specHash;
        uint256 minStake;
        uint64 capabilities;
        uint8 memoryClass;
        uint8 rule;
        uint256 priceWeight;
        uint256 stakeWeight;
        uint256 reputationWeight;
    }

    function terms(uint256[6] calldata t) external pure returns (Terms memory all, bytes32 id) {
        id = t.id();
        all.requester = t.requester();
        all.maxPrice = t.maxPrice();
        all.token = t.token();
        all.minPrice = t.minPrice();
        all.bond = t.bond();
        all.rampStart = t.rampStart();
        all.rampLength = t.rampLength();
        all.claimBy = t.claimBy();
        all.runTime = t.runTime();
        all.feeBps = t.feeBps();
        all.minReputation = t.minReputation();
        all.provider = t.provider();
        all.generation = t.generation();
        all.lane = t.lane();
        all.window = t.window();
        all.policy = t.policy();
        all.version = t.version();
        all.specHash = t.specHash();
        all.minStake = t.minStake();
        all.capabilities = t.capabilities();
        all.memoryClass = t.memoryClass();
        all.rule = t.rule();
        all.priceWeight = t.priceWeight();
        all.stakeWeight = t.stakeWeight();
        all.reputationWeight = t.reputationWeight();
    }

    function priceAtDown(uint256[6] calldata t, uint256 time) external pure returns (uint256) {
        return t.priceAtDown(time);
    }

    function spec(
        bytes32[6] calldata s
    )
        external
        pure
        returns (
            bytes32 hash,
            uint64 steps,
            uint256 segmentLength,
            uint256 outIdx,
            uint256 stateCount,
            uint256 rulesVersion,
            bool single,
            bool wellFormed
        )
    {
        hash = s.hash();
        steps = s.steps();
        segmentLength = s.segmentLength();
        outIdx = s.outIdx();
        stateCount = s.stateCount();
        rulesVersion = s.rulesVersion();
        single = s.isSingleSegment();
        wellFormed = s.isWellFormed();
    }

    struct Run {
        address provider;
        uint256 claimedAt;
        uint256 submittedAt;
        bool rescued;
        uint256 quote;
    }

    function run(
        address provider,
        uint256 claimedAt,
        uint256 span,
        bool rescued,
        uint256 quote
    ) external pure returns (uint256 word, Run memory found) {
        word = RunWord.pack(provider, claimedAt, span, rescued, quote);
        found = Run(word.provider(), word.claimedAt(), word.submittedAt(), word.rescued(), word.quote());
    }

    function quoted(uint256 maxPrice, uint256 price) external pure returns (uint256 quote, uint256 paid) {
        quote = RunWord.quoteUp(maxPrice, price);
        paid = RunWord.quotedDown(maxPrice, quote);
    }

    function lane(
        bytes32 id,
        uint256 run_,
        bytes32 nonce_,
        address claimer,
        bytes32 commitment
    ) external pure returns (uint256 open, uint256 claimed, uint256 submitted) {
        return (
            LaneWord.open(id),
            LaneWord.claimed(id, run_, nonce_, claimer),
            LaneWord.submitted(id, run_, commitment)
        );
    }

    function terminal(uint256 generation, JobStatus status) external pure returns (uint256 word, JobStatus status_) {
        word = LaneWord.terminal(generation, status);
        status_ = word.status();
    }

    function accepts(uint256 word, uint256 generation) external pure returns (bool) {
        return word.accepts(generation);
    }

    function reputation(
        uint256 good,
        uint256 bad,
        uint256 day,
        uint256 today
    )
        external
        pure
        returns (
            Reputation.Record memory decayed,
            Reputation.Record memory better,
            Reputation.Record memory worse,
            uint256 score
        )
    {
        decayed = Reputation.Record(good, bad, day);
        Reputation.decayedDown(decayed, today);
        better = Reputation.Record(good, bad, day);
        Reputation.succeed(better, today);
        worse = Reputation.Record(good, bad, day);
        Reputation.fail(worse, today, 3);
        score = Reputation.scoreDown(decayed);
    }

    function state(uint64 step, bytes32[] calldata roots) external pure returns (bytes32) {
        return Commitments.state(step, roots);
    }

    function nonce(bytes32 job, address provider) external view returns (bytes32, bytes32, uint256) {
        return (Commitments.nonce(job, provider), blockhash(block.number - 1), block.prevrandao);
    }

    function result(bytes32 job, bytes32 nonce_, bytes32 runRoot, bytes32 finalState) external pure returns (bytes32) {
        return Commitments.result(job, nonce_, runRoot, finalState);
    }
}
