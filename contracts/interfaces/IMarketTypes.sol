// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IDelegationPools} from "./IDelegationPools.sol";
import {IPriceFeeds} from "./IPriceFeeds.sol";
import {IProviderRegistry} from "./IProviderRegistry.sol";
import {ISlashingManager} from "./ISlashingManager.sol";
import {IStakingManager} from "./IStakingManager.sol";
import {IVerificationHub} from "./IVerificationHub.sol";
import {JobStatus, PriceRule} from "../types/JobTypes.sol";

/// @title IMarketTypes
/// @notice Types, errors and events of the job market.
interface IMarketTypes {
    /* ── TYPES ── */

    /// @notice The contracts that the market works with. Never changed: each of them is a proxy.
    struct Peers {
        address asy;
        IStakingManager staking;
        IVerificationHub hub;
        ISlashingManager slashing;
        IDelegationPools pools;
        IProviderRegistry registry;
        IPriceFeeds feeds;
    }

    /// @notice One item of a batch of postings.
    struct Posting {
        uint256[6] terms;
        bytes32[6] spec;
    }

    /// @notice What a provider, or one of its operators, signs for a job whose price is found by bids.
    /// @param bidder who signs, and may submit later: the provider or its operator
    /// @param price  in the job's token
    /// @param expiry Unix time of the last moment at which it may be used
    struct Bid {
        address provider;
        address bidder;
        uint96 price;
        uint40 expiry;
    }

    /// @notice The best bid so far: the preimage of the job's word, told by BidPlaced. All zero where there is none.
    /// @param quote the price as RunWord keeps it
    /// @param score what it is worth by the job's weights (BidScore)
    struct Standing {
        address provider;
        address bidder;
        uint256 quote;
        uint256 score;
    }

    /// @notice One item of a batch of settlements.
    struct Settlement {
        uint256[6] terms;
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
    /// @notice Below the token's fee of this moment, which moves with what is settled.
    error Market_FeeTooLow(uint256 found, uint256 wanted);
    error Market_FeeRange(uint256 min, uint256 max);
    error Market_ShareTooHigh(uint256 tipBps, uint256 burnBps, uint256 limit);
    /// @notice Unknown price rule, a field that its rule does not use, or a spare bit. `word` is word 5 of the terms.
    error Market_MalformedRule(uint256 word);
    /// @notice The job's price is found in another way.
    error Market_WrongRule(PriceRule found);
    /// @notice Not signed by this account, or for other terms, another chain, market or epoch.
    error Market_BadSignature(address signer);
    /// @notice The provider's record does not have what the job asks for (bits, and classes of memory).
    error Market_NotCapable(address provider, uint256 found, uint256 wanted, uint256 memoryFound, uint256 memoryWanted);
    /// @notice A job is rescued once, by another provider, and only if its terms name none.
    error Market_NotRescuable(bytes32 id);
    /// @notice A bid that stands with at least this score.
    error Market_BidTooLow(uint256 score, uint256 standing);
    error Market_NoBid(bytes32 id);
    error Market_NoSuchLane(uint256 lane, uint256 generation);
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
    event JobPosted(bytes32 indexed id, address indexed requester, uint256[6] terms, bytes32[6] spec);
    /// @param run the word that the job's next call must bring (RunWord)
    event JobClaimed(
        bytes32 indexed id,
        address indexed provider,
        address indexed claimer,
        uint256 run,
        uint256 price,
        bytes32 nonce
    );
    /// @notice A member of a batch of claims that was not open any more.
    event ClaimSkipped(bytes32 indexed id, address indexed provider);
    /// @notice Another provider takes over a late one's job; its claim follows.
    /// @param penalty what the late one lost
    event JobRescued(bytes32 indexed id, address indexed late, address indexed rescuer, uint256 penalty);
    /// @notice The best bid so far. quote and score are what the next call must bring.
    event BidPlaced(
        bytes32 indexed id,
        address indexed provider,
        address indexed bidder,
        uint256 price,
        uint256 quote,
        uint256 score
    );
    /// @notice Orders for lower generations of the lane cannot be used any more.
    event LaneRetired(address indexed requester, uint256 indexed lane, uint256 generation);
    /// @notice What the account signed before cannot be used any more.
    event SignaturesRevoked(address indexed signer, uint256 epoch);
    /// @notice Paid out of the fees of a provider's jobs to who settled them.
    event SettlementTipped(address indexed keeper, address indexed token, address indexed provider, uint256 tip);
    /// @param outputDigest sha2-256 digest of the output's CID: where it can be fetched. A hint; finalState decides.
    event ResultSubmitted(
        bytes32 indexed id,
        address indexed provider,
        bytes32 runRoot,
        bytes32 finalState,
        bytes32 outputDigest
    );
    event JobFinalized(bytes32 indexed id, address indexed provider, uint256 price, uint256 fee);
    event JobCancelled(bytes32 indexed id, address indexed requester, uint256 refund);
    event JobExpired(bytes32 indexed id, address indexed provider, uint256 refund, uint256 penalty);
    event JobRejected(bytes32 indexed id, address indexed provider, uint256 refund, uint256 forfeited);
    event JobUnresolved(bytes32 indexed id, address indexed provider, uint256 refund);
    /// @notice A batch member that could not be settled and was left as it was.
    event SettlementSkipped(bytes32 indexed id, bytes4 reason);
    /// @param shared what the provider's delegators get of it (IDelegationPools)
    /// @param burned what of the fee is destroyed; the rest of it is the treasury's
    event EarningsCollected(
        address indexed token,
        address indexed provider,
        uint256 net,
        uint256 fee,
        uint256 shared,
        uint256 burned
    );
    /// @notice A period has ended: `settled` was collected in it.
    event BaseFeeMoved(address indexed token, uint256 previous, uint256 current, uint256 settled);
    event FeeRangeSet(address indexed token, uint256 feeBps, uint256 minFeeBps, uint256 maxFeeBps, uint256 target);
    event FeeSharesSet(uint256 tipBps, uint256 burnBps);
    event TokenConfigured(address indexed token, bool allowed, uint16 feeBps, uint96 minBond);
    event TreasurySet(address indexed previous, address indexed current);
    event MinWindowSet(uint256 previous, uint256 current);
    event PauseSet(uint8 previous, uint8 current);
}
