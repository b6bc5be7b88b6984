// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Game, GameStatus} from "./DisputeTypes.sol";

/// @title GameWords
/// @notice A game is one word: `hash 248 | status 8`, like a job's lane. A reveal is one word: `hash 216 | time 40`.
/// @dev The reveal's hash is what the challenger's next move must answer. 216 bits suffice there: a reveal is found under
///      the full hash of what it answers, so whoever made two lists with one hash could mislead only itself.
library GameWords {
    /// @notice gid of DSP-44: H(0x0e, commitment, challenger). No counters, so a signed move cannot hit another game.
    function id(bytes32 commitment, address challenger_) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(bytes1(0x0e), commitment, challenger_));
    }

    function challenger(Game calldata g) internal pure returns (address) {
        return address(uint160(g.party >> 96));
    }

    function bond(Game calldata g) internal pure returns (uint256) {
        return uint96(g.party);
    }

    function party(address challenger_, uint256 bond_) internal pure returns (uint256) {
        return (uint256(uint160(challenger_)) << 96) | bond_;
    }

    /// @notice The word of a game that stands at `g`.
    function word(Game memory g, GameStatus status_) internal pure returns (uint256) {
        bytes32 hash;
        // six words without padding, in memory as in calldata
        assembly ("memory-safe") {
            hash := keccak256(g, 192)
        }
        return (uint256(hash) & ~uint256(0xff)) | uint256(status_);
    }

    function status(uint256 word_) internal pure returns (GameStatus) {
        return GameStatus(uint8(word_));
    }

    /// @notice DSP-20: H(0x0c, commitment, place, expect, pre): a position together with everything that was committed on
    ///         the way to it. All games that dispute the same thing meet under the same key.
    function key(bytes32 commitment, uint256 place, bytes32 expect, bytes32 pre) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(bytes1(0x0c), commitment, place, expect, pre));
    }

    /// @notice The key under which what a game asks for is revealed.
    function key(Game calldata g) internal pure returns (bytes32) {
        return key(g.commitment, g.place, g.expect, g.pre);
    }

    /// @notice The word of a reveal made now.
    function reveal(bytes32 hash) internal view returns (uint256) {
        return (uint256(hash) & ~uint256(type(uint40).max)) | block.timestamp;
    }

    function revealedAt(uint256 word_) internal pure returns (uint256) {
        return uint40(word_);
    }

    /// @notice Whether a reveal's word holds `hash`.
    function holds(uint256 word_, bytes32 hash) internal pure returns (bool) {
        return (word_ ^ uint256(hash)) >> 40 == 0;
    }
}
