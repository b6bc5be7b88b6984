// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IMarketTypes} from "./IMarketTypes.sol";

/// @title IMarketExtension
/// @notice What JobMarketplace passes on to its extension: orders, bids, batches, rescue and administration.
interface IMarketExtension is IMarketTypes {
    /* ── JOBS ── */

    /// @notice Posts up to 256 jobs of the sender's, all or none.
    function postBatch(Posting[] calldata items) external;

    /// @notice Claims those of up to 256 jobs that are still open; the others are skipped with an event.
    /// @return claimed how many
    function claimBatch(uint256[6][] calldata jobs, address provider) external returns (uint256 claimed);

    /// @notice Takes over a job whose provider is late, once. The late one loses as by `expire`, a part of it goes to
    ///         `provider`; the price stays, the run time begins anew.
    function rescue(
        uint256[6] calldata terms,
        uint256 run,
        bytes32 nonce,
        address claimer,
        address provider
    ) external returns (bytes32 newNonce);

    /// @notice Brings a signed bid (Signatures.BID_TYPE) until rampStart: if it is better than the one that stands, it takes
    ///         its place, its bond is locked and the other's is freed. Anyone may bring it.
    function placeBid(
        uint256[6] calldata terms,
        Standing calldata standing,
        Bid calldata bid,
        bytes calldata signature
    ) external;

    /// @notice Claims the job for the bid that stands: the requester at any time, anyone after rampStart.
    function award(uint256[6] calldata terms, Standing calldata standing) external returns (bytes32 nonce);

    /// @notice The requester claims the job for any bid it likes. The one that stands is freed.
    function awardBid(
        uint256[6] calldata terms,
        Standing calldata standing,
        Bid calldata bid,
        bytes calldata signature
    ) external returns (bytes32 nonce);

    /// @notice `cancel` of a job on which a bid stands, whose bond is freed.
    function cancelBidding(uint256[6] calldata terms, Standing calldata standing) external;

    /// @notice Refunds a job on which a strategy still has not answered VERDICT_TIMEOUT after its window; the bond is
    ///         returned. Anyone may call.
    function resolveStalled(uint256[6] calldata terms, uint256 run, bytes32 commitment) external;

    /// @notice Ends a free lane's generations up to this one, and with them the orders signed for them.
    function retireLane(uint256 lane, uint256 generation) external;

    /// @notice Ends all that the sender has signed so far, orders and bids.
    function revokeSignatures() external returns (uint256 epoch);

    /* ── GOVERNANCE ── */

    /// @notice Lists a token with a fee that stays as it is until `setFeeRange`.
    function configureToken(address token, bool allowed, uint16 feeBps, uint96 minBond) external;
    /// @notice Lets a token's fee move within a range (BaseFee).
    /// @param target what a period should settle, in the token's smallest unit; zero keeps the fee as it is
    function setFeeRange(address token, uint16 minFeeBps, uint16 maxFeeBps, uint128 target) external;
    /// @param tipBps  of the fee, to who settles a job
    /// @param burnBps of what is left of a fee in ASY, destroyed; the rest is the treasury's
    function setFeeShares(uint16 tipBps, uint16 burnBps) external;
    function setTreasury(address treasury) external;
    function setMinWindow(uint32 seconds_) external;
    /// @notice Bit 0 stops posting, bit 1 claiming. Nothing that pays out can be stopped.
    function setPause(uint8 bits) external;

    /* ── VIEWS ── */

    /// @notice What a token's fee moves by; `settled` is what was collected in the period that was written last.
    function feeRange(
        address token
    ) external view returns (uint16 minFeeBps, uint16 maxFeeBps, uint256 target, uint256 settled, uint256 period);
    /// @notice What signatures of this account must name as their epoch.
    function epochOf(address signer) external view returns (uint256);
}
