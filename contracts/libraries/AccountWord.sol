// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Reputation} from "./Reputation.sol";

/// @title AccountWord
/// @notice What the staking manager knows of a provider, in one word, so that each step of a job reads it once and writes it once.
///
///     from high to low bits: exposure 16 | day 16 | bad 16 | good 16 | locked 96 | stake 96
///
/// Stake and bonds are in ASY's smallest unit. good, bad and day are the record of Reputation; exposure is one more than the
/// basis points, zero while nobody has set it. Who writes a part has checked that it fits.
library AccountWord {
    uint256 private constant AMOUNT = type(uint96).max;
    uint256 private constant RECORD = uint256(type(uint48).max) << 192;

    function stake(uint256 word) internal pure returns (uint256) {
        return word & AMOUNT;
    }

    function locked(uint256 word) internal pure returns (uint256) {
        return (word >> 96) & AMOUNT;
    }

    function exposure(uint256 word) internal pure returns (uint256) {
        return word >> 240;
    }

    function day(uint256 word) internal pure returns (uint256) {
        return uint16(word >> 224);
    }

    function record(uint256 word) internal pure returns (Reputation.Record memory found) {
        found.good = uint16(word >> 192);
        found.bad = uint16(word >> 208);
        found.day = day(word);
    }

    function withStake(uint256 word, uint256 stake_) internal pure returns (uint256) {
        return (word & ~AMOUNT) | stake_;
    }

    function withLocked(uint256 word, uint256 locked_) internal pure returns (uint256) {
        return (word & ~(AMOUNT << 96)) | (locked_ << 96);
    }

    function withExposure(uint256 word, uint256 exposure_) internal pure returns (uint256) {
        return (word & (type(uint256).max >> 16)) | (exposure_ << 240);
    }

    /// @dev Reputation keeps counts below 2^16; days fit until the year 2149.
    function withRecord(uint256 word, Reputation.Record memory record_) internal pure returns (uint256) {
        return (word & ~RECORD) | (record_.day << 224) | (record_.bad << 208) | (record_.good << 192);
    }
}
