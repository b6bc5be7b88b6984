// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {JobStatus} from "../types/JobTypes.sol";

/// @title LaneWord
/// @notice The one word that a job keeps in storage: `hash 248 | status 8` while it lives, `generation << 8 | status`
///         once it is terminal. 248 bits leave 2^124 work for a collision. The status byte is part of the word that is
///         compared, so a preimage of one state can never be taken for another state's.
library LaneWord {
    function open(bytes32 id) internal pure returns (uint256) {
        return _fold(id, JobStatus.Open);
    }

    /// @notice An open job with a bid that stands.
    function bidding(bytes32 id, bytes32 standing) internal pure returns (uint256) {
        return _fold(keccak256(abi.encode(id, standing)), JobStatus.Open);
    }

    function claimed(bytes32 id, uint256 run, bytes32 nonce, address claimer) internal pure returns (uint256) {
        bytes32 hash;
        // keccak256(abi.encode(id, run, nonce, claimer)) in free memory, without allocating it
        assembly ("memory-safe") {
            let p := mload(0x40)
            mstore(p, id)
            mstore(add(p, 0x20), run)
            mstore(add(p, 0x40), nonce)
            mstore(add(p, 0x60), shr(96, shl(96, claimer)))
            hash := keccak256(p, 0x80)
        }
        return _fold(hash, JobStatus.Claimed);
    }

    function submitted(bytes32 id, uint256 run, bytes32 commitment) internal pure returns (uint256) {
        bytes32 hash;
        // keccak256(abi.encode(id, run, commitment)), likewise
        assembly ("memory-safe") {
            let p := mload(0x40)
            mstore(p, id)
            mstore(add(p, 0x20), run)
            mstore(add(p, 0x40), commitment)
            hash := keccak256(p, 0x60)
        }
        return _fold(hash, JobStatus.Submitted);
    }

    function terminal(uint256 generation_, JobStatus status_) internal pure returns (uint256) {
        return (generation_ << 8) | uint256(status_);
    }

    function status(uint256 word) internal pure returns (JobStatus) {
        return JobStatus(uint8(word));
    }

    /// @notice Whether a job of `generation_` may be posted over `word`: the lane is free and was never used that high.
    function accepts(uint256 word, uint256 generation_) internal pure returns (bool) {
        if (word == 0) return generation_ != 0;
        return uint8(word) >= uint8(JobStatus.Finalized) && generation_ > word >> 8;
    }

    function _fold(bytes32 hash, JobStatus status_) private pure returns (uint256) {
        return (uint256(hash) & ~uint256(0xff)) | uint256(status_);
    }
}
