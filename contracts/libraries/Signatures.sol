// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {JobTerms} from "./JobTerms.sol";
import {TypedData} from "./TypedData.sol";

/// @title Signatures
/// @notice What requesters and providers sign for the market (EIP-712).
library Signatures {
    using JobTerms for uint256[6];

    string internal constant NAME = "Assay job market";
    /// @dev The version of JobTerms, so that an order cannot be read as terms of another layout.
    string internal constant VERSION = "2";

    bytes32 private constant NAME_HASH = keccak256(bytes(NAME));
    bytes32 private constant VERSION_HASH = keccak256(bytes(VERSION));

    bytes32 internal constant ORDER_TYPE = keccak256(
        "JobOrder(address requester,uint96 maxPrice,address token,uint96 minPrice,uint96 bond,uint40 rampStart,"
        "uint24 rampLength,uint40 claimBy,uint24 runTime,uint16 feeBps,uint16 minReputation,address provider,"
        "uint32 generation,uint16 lane,uint24 window,uint16 policy,bytes32 specHash,uint96 minStake,"
        "uint64 capabilities,uint8 memoryClass,uint8 rule,uint256 epoch)"
    );
    bytes32 internal constant BID_TYPE = keccak256(
        "Bid(bytes32 job,address provider,address bidder,uint96 price,uint40 expiry,uint256 epoch)"
    );

    /// @notice The digest a requester signs for terms whose price rule is not bids.
    /// @dev version, weights and spare bits are not in it: the market accepts one value of each.
    function orderHash(uint256[6] calldata t, uint256 epoch) internal view returns (bytes32) {
        uint256[23] memory fields;
        fields[0] = uint256(ORDER_TYPE);
        fields[1] = uint160(t.requester());
        fields[2] = t.maxPrice();
        fields[3] = uint160(t.token());
        fields[4] = t.minPrice();
        fields[5] = t.bond();
        fields[6] = t.rampStart();
        fields[7] = t.rampLength();
        fields[8] = t.claimBy();
        fields[9] = t.runTime();
        fields[10] = t.feeBps();
        fields[11] = t.minReputation();
        fields[12] = uint160(t.provider());
        fields[13] = t.generation();
        fields[14] = t.lane();
        fields[15] = t.window();
        fields[16] = t.policy();
        fields[17] = uint256(t.specHash());
        fields[18] = t.minStake();
        fields[19] = t.capabilities();
        fields[20] = t.memoryClass();
        fields[21] = t.rule();
        fields[22] = epoch;
        bytes32 hash;
        assembly ("memory-safe") {
            hash := keccak256(fields, 736)
        }
        return TypedData.digest(NAME_HASH, VERSION_HASH, hash);
    }

    /// @notice The digest a bidder signs.
    function bidHash(
        bytes32 job,
        address provider,
        address bidder,
        uint256 price,
        uint256 expiry,
        uint256 epoch
    ) internal view returns (bytes32) {
        bytes32 hash = keccak256(abi.encode(BID_TYPE, job, provider, bidder, price, expiry, epoch));
        return TypedData.digest(NAME_HASH, VERSION_HASH, hash);
    }
}
