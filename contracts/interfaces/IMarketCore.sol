// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {JobStatus} from "../types/JobTypes.sol";
import {IMarketTypes} from "./IMarketTypes.sol";

/// @title IMarketCore
/// @notice The ordinary life of a job: what JobMarketplace answers itself.
interface IMarketCore is IMarketTypes {
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
    function postJob(uint256[6] calldata terms, bytes32[6] calldata spec) external returns (bytes32 id);

    /// @notice Claims an open job for `provider` (the sender or one for whom it is operator), locks the bond, draws the
    ///         nonce, refunds maxPrice minus the price of this moment to the requester.
    function claim(uint256[6] calldata terms, address provider) external returns (bytes32 nonce);

    /// @notice Posts and claims in one step a job that its requester only signed (Signatures.ORDER_TYPE). The price of this
    ///         moment is taken from the requester's balance. Not for jobs with bids.
    function claimOrder(
        uint256[6] calldata terms,
        bytes32[6] calldata spec,
        address provider,
        bytes calldata signature
    ) external returns (bytes32 nonce);

    /// @notice Commits the result of the sender's own claim, until claimedAt + runTime.
    /// @param nonce the claim's nonce: a result made for another claim is refused (DSP-42)
    /// @param runRoot DSP-12
    /// @param finalState DSP-05 at the last step. Whoever knows the output's tensors can check it.
    /// @param outputDigest where the output can be fetched (sha2-256 digest of a CIDv1)
    /// @return commitment DSP-13
    function submit(
        uint256[6] calldata terms,
        uint256 run,
        bytes32 nonce,
        bytes32 runRoot,
        bytes32 finalState,
        bytes32 outputDigest
    ) external returns (bytes32 commitment);

    /// @notice `submit` by the provider itself, of a job that its operator claimed.
    /// @param claimer the sender of the claim
    function submitForClaimer(
        uint256[6] calldata terms,
        uint256 run,
        bytes32 nonce,
        address claimer,
        bytes32 runRoot,
        bytes32 finalState,
        bytes32 outputDigest
    ) external returns (bytes32 commitment);

    /// @notice Pays the provider once every strategy of the policy has accepted. Anyone may call; nobody is tipped for it,
    ///         because who settles a single job has an interest of its own (`finalizeBatch` tips, also for one).
    function finalize(uint256[6] calldata terms, uint256 run, bytes32 commitment) external;

    /// @notice Settles up to 256 jobs; members that cannot be settled are skipped with an event. Cheapest when jobs of one
    ///         provider and token stand together. The sender gets a part of their fees (`tipBps`).
    /// @return settled how many were paid
    function finalizeBatch(Settlement[] calldata items) external returns (uint256 settled);

    /// @notice Refunds an open job: the requester at any time, anyone after claimBy.
    function cancel(uint256[6] calldata terms) external;

    /// @notice Refunds a claimed job whose result did not come in time; part of the bond goes to the requester. Anyone.
    function expire(uint256[6] calldata terms, uint256 run, bytes32 nonce, address claimer) external;

    /// @notice Refunds a job whose result a strategy rejected; the bond is lost. Anyone may call.
    function reject(uint256[6] calldata terms, uint256 run, bytes32 commitment) external;

    /* ── VIEWS ── */

    function balanceOf(address token, address account) external view returns (uint256);
    function earnedOf(address token, address provider) external view returns (uint256 gross, uint256 fee);
    /// @notice The lane's raw word: `hash 248 | status 8`, or `generation << 8 | status` when terminal.
    function laneOf(address requester, uint256 lane) external view returns (uint256 word, JobStatus status);
    /// @notice A token's listing; feeBps is what terms must offer at least, now.
    function tokenConfig(address token) external view returns (bool allowed, uint16 feeBps, uint96 minBond);
    function config()
        external
        view
        returns (address treasury, uint32 minWindow, uint8 pauseBits, uint16 tipBps, uint16 burnBps);
    /// @notice The price a claim would earn at a given time.
    function priceAt(uint256[6] calldata terms, uint256 time) external pure returns (uint256);
    /// @notice Whether (and why not: a revert) the preimage is the job's current submitted state.
    function isSubmitted(uint256[6] calldata terms, uint256 run, bytes32 commitment) external view returns (bool);
}
