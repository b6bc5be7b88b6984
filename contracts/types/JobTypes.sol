// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @notice Where a job stands. The value is the low byte of the job's lane word, so it can be read without a preimage.
/// @dev Values >= Finalized are terminal: the lane may be used again with a higher generation. Never renumber.
enum JobStatus {
    None, // the lane was never used
    Open, // escrowed, waiting for a claim
    Claimed, // a provider's bond is locked, the nonce is drawn
    Submitted, // a result is committed, its verification runs
    Finalized, // paid
    Expired, // claimed but not delivered in time: refunded, part of the bond lost
    Cancelled, // never claimed: refunded
    Rejected, // a strategy said no: refunded, bond lost
    Unresolved // a strategy never answered: refunded, bond returned
}

/// @notice How a job's price is found. The value is a byte of the terms. Never renumber.
enum PriceRule {
    Time, // fixed, or rising from minPrice to maxPrice
    Bids, // providers sign bids, the best one is awarded
    Dollars // minPrice in 1e-18 US dollars, converted at the claim
}

/// @notice What a verification strategy says of a submitted result.
enum Verdict {
    Pending,
    Accepted,
    Rejected
}

/// @notice A submitted result, as its verification strategies see it.
/// @param id        keccak256 of the terms
/// @param terms     the job's six packed words (see JobTerms)
/// @param run       the packed run word (see RunWord)
/// @param commitment DSP-13: H(0x0b, id, nonce, runRoot, finalState)
struct SubmittedJob {
    bytes32 id;
    uint256[6] terms;
    uint256 run;
    bytes32 commitment;
}
