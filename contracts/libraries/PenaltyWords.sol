// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {ISlashingManager} from "../interfaces/ISlashingManager.sol";

/// @title PenaltyWords
/// @notice What a lost bond is split into, as it goes from the slashing manager to the staking manager: two shares and a rest.
///
///     share  from high to low bits: account 160 | amount 96
///     rest   zero 40 | reason 8 | failures 16 | to the audit fund 96 | burned 96
///
/// Amounts are in ASY's smallest unit; those of a bond or a stake have 96 bits.
library PenaltyWords {
    /// @param amount_ below 2^96
    function share(address account_, uint256 amount_) internal pure returns (uint256) {
        return (uint256(uint160(account_)) << 96) | amount_;
    }

    function account(uint256 share_) internal pure returns (address) {
        return address(uint160(share_ >> 96));
    }

    function amount(uint256 share_) internal pure returns (uint256) {
        return uint96(share_);
    }

    /// @param toAudit_ below 2^96
    /// @param burned_ below 2^96
    function rest(
        ISlashingManager.Reason reason_,
        uint256 failures_,
        uint256 toAudit_,
        uint256 burned_
    ) internal pure returns (uint256) {
        return (uint256(reason_) << 208) | (failures_ << 192) | (toAudit_ << 96) | burned_;
    }

    function reason(uint256 rest_) internal pure returns (ISlashingManager.Reason) {
        return ISlashingManager.Reason(uint8(rest_ >> 208));
    }

    function failures(uint256 rest_) internal pure returns (uint256) {
        return uint16(rest_ >> 192);
    }

    function toAudit(uint256 rest_) internal pure returns (uint256) {
        return uint96(rest_ >> 96);
    }

    function burned(uint256 rest_) internal pure returns (uint256) {
        return uint96(rest_);
    }
}
