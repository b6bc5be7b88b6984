// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IDelegationPools} from "./IDelegationPools.sol";
import {IReputationRegistry} from "./IReputationRegistry.sol";
import {IStakingManager} from "./IStakingManager.sol";
import {JobStatus, Verdict} from "../types/JobTypes.sol";

/// @title IProtocolLens
/// @notice What a front end shows, in one call each. The chain keeps no list of jobs, providers or delegations: pages of them are
///         of what the caller has from events or an index.
interface IProtocolLens {
    /* ── TYPES ── */

    /// @notice One lane of a requester. `generation` is that of the job that ended there last, zero while one is live.
    struct Lane {
        uint256 lane;
        JobStatus status;
        uint256 generation;
        uint256 word;
    }

    /// @notice What is known of a job from its events; what it has not come to yet is zero.
    /// @param run        its run word, with the span once a result is submitted
    /// @param nonce      its claim's
    /// @param claimer    who sent the claim
    /// @param commitment its result's
    struct JobKey {
        uint256[6] terms;
        uint256 run;
        bytes32 nonce;
        address claimer;
        bytes32 commitment;
    }

    /// @notice A job as it stands.
    /// @param status   its lane's: the job's own if it is `current`
    /// @param current  whether the lane holds this job in the state that the key describes, or a job of its generation ended there last. An open
    ///                 job with a standing bid is not: the bid is part of its word
    /// @param price    agreed, or what a claim would earn now
    /// @param deadline until when it may be claimed, or its result may come; zero for other states
    /// @param verdict  of a submitted result, with the time from which it will be accepted if nothing else happens
    struct JobView {
        bytes32 id;
        JobStatus status;
        bool current;
        uint256 price;
        uint256 deadline;
        Verdict verdict;
        uint256 readyAt;
    }

    /// @notice A provider's stake, pool, record and capabilities. Amounts in ASY, shares and scores in 1/10,000.
    struct ProviderView {
        address provider;
        uint256 stake;
        uint256 locked;
        uint256 capacity;
        uint256 exposureBps;
        IDelegationPools.PoolInfo pool;
        uint256 score;
        uint256 weight;
        uint256 tier;
        uint64 capabilities;
        uint8 memoryClass;
    }

    /// @notice One token of an account: in its wallet, in the market, and earned there and not collected.
    struct TokenPosition {
        address token;
        uint256 wallet;
        uint256 balance;
        uint256 gross;
        uint256 fee;
    }

    /// @notice One delegation of an account. `fees` are in the order of `feeTokens` of `parameters`.
    struct DelegationView {
        address provider;
        IDelegationPools.DelegationInfo delegation;
        IDelegationPools.Exit[] exits;
        uint256[] fees;
    }

    /// @notice Who casts an account's votes and how many it casts, of liquid and of staked tokens. `units` are its own staked ones.
    struct VotesView {
        address liquidDelegate;
        uint256 liquidVotes;
        address stakedDelegate;
        uint256 stakedVotes;
        uint256 units;
    }

    struct Position {
        uint256 stake;
        uint256 locked;
        uint256 credit;
        uint256 epoch;
        IStakingManager.Thaw[] thaws;
        TokenPosition[] tokens;
        DelegationView[] delegations;
        VotesView votes;
    }

    /// @notice What jobs of a token must offer. `feeBps` is today's.
    struct TokenTerms {
        address token;
        bool allowed;
        uint16 feeBps;
        uint96 minBond;
        uint16 minFeeBps;
        uint16 maxFeeBps;
        uint256 target;
    }

    struct Parameters {
        address treasury;
        uint32 minWindow;
        uint8 pauseBits;
        uint16 tipBps;
        uint16 burnBps;
        uint256 thawPeriod;
        address auditFund;
        uint256 caseDelay;
        uint256 stakeCap;
        IReputationRegistry.Tier[3] tiers;
        address[] strategies;
        address[] feeTokens;
        TokenTerms[] tokens;
    }

    /// @notice What the protocol's contracts hold of a token, and the market's treasury.
    struct Held {
        address token;
        uint256 market;
        uint256 staking;
        uint256 pools;
        uint256 treasury;
    }

    /// @notice `stakingOwed` and `poolsOwed` are what the two owe in ASY, never above what they hold. What the market owes is a sum
    ///         over accounts and live jobs, which no contract keeps.
    struct Accounting {
        uint256 supply;
        uint256 stakingOwed;
        uint256 burnDue;
        uint256 auditDue;
        uint256 poolsOwed;
        Held[] held;
    }

    /* ── ERRORS ── */

    error Lens_ZeroAddress();
    /// @notice A list is longer than one call answers: ask in parts.
    error Lens_PageTooLarge(uint256 found, uint256 max);

    /* ── VIEWS ── */

    /// @notice The lanes of a requester from `first` on, at most `limit` and at most MAX_PAGE.
    /// @return page empty beyond lane 65,535 and for a limit of zero
    /// @return next where the next page begins, zero where there is none
    function lanes(
        address requester,
        uint256 first,
        uint256 limit
    ) external view returns (Lane[] memory page, uint256 next);

    /// @notice Jobs as they stand, in the order of the keys; at most MAX_PAGE.
    function jobs(JobKey[] calldata keys) external view returns (JobView[] memory);

    /// @notice Providers as they stand, in the order asked; at most MAX_PAGE. Who never staked is all zero but for its score.
    function providers(address[] calldata accounts) external view returns (ProviderView[] memory);

    /// @notice Everything that an account has, of at most MAX_PAGE tokens and MAX_PAGE delegations that the caller names.
    function position(
        address account,
        address[] calldata tokens,
        address[] calldata delegatedTo
    ) external view returns (Position memory);

    /// @notice What governance has set, with the terms of at most MAX_PAGE tokens.
    function parameters(address[] calldata tokens) external view returns (Parameters memory);

    /// @notice What there is and what is owed, of at most MAX_PAGE tokens.
    function accounting(address[] calldata tokens) external view returns (Accounting memory);
}
