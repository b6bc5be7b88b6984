// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {JobStatus} from "../types/JobTypes.sol";

/// @title IJobMarketplace
/// @notice Escrow and life cycle of compute jobs. See docs/spec/market.md for the numbered rules (JOB-xx).
/// @dev `terms` are the five words of JobTerms, `spec` the six words of JobSpec, `run` the word of RunWord. The contract
///      stores one word per requester and lane; callers bring the preimages, which the events carry.
interface IJobMarketplace {
    /* ── TYPES ── */

    /// @notice One item of a batch of settlements.
    struct Settlement {
        uint256[5] terms;
        uint256 run;
        bytes32 commitment;
    }

    /* ── ERRORS ── */

    error Market_ZeroAmount();
    error Market_ZeroAddress();
    /// @notice In-market balance too low: deposit first.
    error Market_InsufficientBalance(address token, uint256 found, uint256 wanted);
    /// @notice The token is not on the allow-list.
    error Market_TokenNotAllowed(address token);
    /// @notice The token took a fee or rebased on transfer: `found` arrived of `wanted`.
    error Market_FeeOnTransfer(address token, uint256 found, uint256 wanted);
    error Market_NotRequester(address found, address wanted);
    error Market_NotProvider(address found, address wanted);
    error Market_UnsupportedVersion(uint256 found, uint256 wanted);
    error Market_SpecMismatch(bytes32 found, bytes32 wanted);
    /// @notice A field of the spec is outside DSP-06 or a spare bit is set.
    error Market_MalformedSpec(uint256 shape);
    error Market_PriceOutOfRange(uint256 min, uint256 max);
    error Market_FeeMismatch(uint256 found, uint256 wanted);
    error Market_BondTooLow(uint256 found, uint256 wanted);
    /// @notice Scores are from 0 to 10,000.
    error Market_ReputationOutOfRange(uint256 found, uint256 max);
    /// @notice `what` is the field's name; times and durations are in seconds.
    error Market_TimeOutOfRange(bytes32 what, uint256 found, uint256 min, uint256 max);
    /// @notice The lane is busy, or the generation is not above the last one used.
    error Market_LaneBusy(uint256 lane, JobStatus status, uint256 word);
    /// @notice The job is not (or no longer) in the state that was brought along. `status` is the lane's.
    error Market_StaleJob(bytes32 id, JobStatus status);
    error Market_TooLate(uint256 deadline, uint256 now_);
    error Market_TooEarly(uint256 from, uint256 now_);
    error Market_WrongStateCount(uint256 found, uint256 wanted);
    /// @notice DSP-13: the run root is zero if and only if the run has one segment.
    error Market_RunRootMismatch(bytes32 found, bool singleSegment);
    /// @notice A strategy of the job's policy still waits or has rejected.
    error Market_NotAccepted(bytes32 id, uint8 verdict);
    error Market_NotRejected(bytes32 id, uint8 verdict);
    /// @notice The strategies have answered: finalize or reject instead.
    error Market_NotStalled(bytes32 id, uint8 verdict);
    error Market_Paused(uint8 found, uint8 bit);
    error Market_UnknownPauseBits(uint8 found, uint8 known);
    error Market_BatchTooLarge(uint256 found, uint256 limit);
    error Market_NothingEarned(address token, address provider);
    error Market_FeeTooHigh(uint256 found, uint256 limit);
    /// @notice An allow-listed token must be a contract.
    error Market_NotAContract(address token);

    /* ── EVENTS ── */

    event Deposited(address indexed token, address indexed account, address indexed from, uint256 amount);
    event Withdrawn(address indexed token, address indexed account, address indexed to, uint256 amount);
    event JobPosted(bytes32 indexed id, address indexed requester, uint256[5] terms, bytes32[6] spec);
    event JobClaimed(
        bytes32 indexed id,
        address indexed provider,
        address indexed claimer,
        uint256 price,
        bytes32 nonce
    );
    /// @param outputDigest sha2-256 digest of the output's CID: where it can be fetched. A hint; finalRoots decide.
    event ResultSubmitted(
        bytes32 indexed id,
        address indexed provider,
        bytes32 runRoot,
        bytes32 outputDigest,
        bytes32[] finalRoots
    );
    event JobFinalized(bytes32 indexed id, address indexed provider, uint256 price, uint256 fee);
    event JobCancelled(bytes32 indexed id, address indexed requester, uint256 refund);
    event JobExpired(bytes32 indexed id, address indexed provider, uint256 refund, uint256 penalty);
    event JobRejected(bytes32 indexed id, address indexed provider, uint256 refund, uint256 forfeited);
    event JobUnresolved(bytes32 indexed id, address indexed provider, uint256 refund);
    /// @notice A batch member that could not be settled and was left as it was.
    event SettlementSkipped(bytes32 indexed id, bytes4 reason);
    /// @param shared what the provider's delegators get of it (IDelegationPools)
    event EarningsCollected(address indexed token, address indexed provider, uint256 net, uint256 fee, uint256 shared);
    event TokenConfigured(address indexed token, bool allowed, uint16 feeBps, uint96 minBond);
    event TreasurySet(address indexed previous, address indexed current);
    event MinWindowSet(uint256 previous, uint256 current);
    event PauseSet(uint8 previous, uint8 current);

    /* ── BALANCES ── */

    /// @notice Moves `amount` of `token` from the sender into `account`'s in-market balance.
    function deposit(address token, address account, uint256 amount) external;

    /// @notice Deposit to the sender's own balance with an EIP-2612 permit.
    function depositWithPermit(address token, uint256 amount, uint256 deadline, uint8 v, bytes32 r, bytes32 s) external;

    /// @notice Pays out of the sender's in-market balance. Never paused.
    function withdraw(address token, address to, uint256 amount) external;

    /// @notice Splits what a provider has earned into its balance, its delegators' and the treasury's. Anyone may call.
    function collect(address token, address provider) external returns (uint256 net, uint256 fee);

    /* ── JOBS ── */

    /// @notice Escrows maxPrice of the sender's balance and opens the job.
    function postJob(uint256[5] calldata terms, bytes32[6] calldata spec) external returns (bytes32 id);

    /// @notice Claims an open job for `provider` (the sender or one for whom it is operator), locks the bond, draws the
    ///         nonce, refunds maxPrice minus the price of this moment to the requester.
    function claim(uint256[5] calldata terms, address provider) external returns (bytes32 nonce);

    /// @notice Commits the result. Only the claimer or the provider itself, until claimedAt + runTime.
    /// @param nonce the claim's nonce: a result made for another claim is refused (DSP-42)
    /// @param claimer the sender of the claim
    /// @param runRoot DSP-12
    /// @param finalRoots the roots of the final state's tensors, from which the final state is computed (DSP-13)
    /// @param outputDigest where the output can be fetched (sha2-256 digest of a CIDv1)
    function submit(
        uint256[5] calldata terms,
        bytes32[6] calldata spec,
        uint256 run,
        bytes32 nonce,
        address claimer,
        bytes32 runRoot,
        bytes32[] calldata finalRoots,
        bytes32 outputDigest
    ) external returns (bytes32 commitment);

    /// @notice Pays the provider once every strategy of the policy has accepted. Anyone may call.
    function finalize(uint256[5] calldata terms, uint256 run, bytes32 commitment) external;

    /// @notice Settles up to 256 jobs; members that cannot be settled are skipped with an event. Cheapest when jobs of one
    ///         provider and token stand together.
    /// @return settled how many were paid
    function finalizeBatch(Settlement[] calldata items) external returns (uint256 settled);

    /// @notice Refunds an open job: the requester at any time, anyone after claimBy.
    function cancel(uint256[5] calldata terms) external;

    /// @notice Refunds a claimed job whose result did not come in time; part of the bond goes to the requester. Anyone.
    function expire(uint256[5] calldata terms, uint256 run, bytes32 nonce, address claimer) external;

    /// @notice Refunds a job whose result a strategy rejected; the bond is lost. Anyone may call.
    function reject(uint256[5] calldata terms, uint256 run, bytes32 commitment) external;

    /// @notice Refunds a job on which a strategy still has not answered VERDICT_TIMEOUT after its window; the bond is
    ///         returned. Anyone may call.
    function resolveStalled(uint256[5] calldata terms, uint256 run, bytes32 commitment) external;

    /* ── GOVERNANCE ── */

    function configureToken(address token, bool allowed, uint16 feeBps, uint96 minBond) external;
    function setTreasury(address treasury) external;
    function setMinWindow(uint32 seconds_) external;
    /// @notice Bit 0 stops posting, bit 1 claiming. Nothing that pays out can be stopped.
    function setPause(uint8 bits) external;

    /* ── VIEWS ── */

    function balanceOf(address token, address account) external view returns (uint256);
    function earnedOf(address token, address provider) external view returns (uint256 gross, uint256 fee);
    /// @notice The lane's raw word: `hash 248 | status 8`, or `generation << 8 | status` when terminal.
    function laneOf(address requester, uint256 lane) external view returns (uint256 word, JobStatus status);
    function tokenConfig(address token) external view returns (bool allowed, uint16 feeBps, uint96 minBond);
    function config() external view returns (address treasury, uint32 minWindow, uint8 pauseBits);
    /// @notice The price a claim would earn at a given time.
    function priceAt(uint256[5] calldata terms, uint256 time) external pure returns (uint256);
    /// @notice Whether (and why not: a revert) the preimage is the job's current submitted state.
    function isSubmitted(uint256[5] calldata terms, uint256 run, bytes32 commitment) external view returns (bool);
}
