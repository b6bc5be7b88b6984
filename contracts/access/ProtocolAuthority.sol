// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManagerUpgradeable} from "@openzeppelin/contracts-upgradeable/access/manager/AccessManagerUpgradeable.sol";
import {UUPSUpgradeable} from "@openzeppelin/contracts/proxy/utils/UUPSUpgradeable.sol";

/// @title ProtocolAuthority
/// @notice One table of who may call which administrative function, with which delay.
///
/// Purpose: the managers ask this contract, and nothing else, who may change parameters, pause or upgrade.
/// Roles & powers: ADMIN (0) holds everything not given away; governance takes it over. GUARDIAN (1) may set pause bits:
/// it can stop new jobs and claims, never a payment, refund or withdrawal.
/// Trust: whoever is ADMIN can replace every implementation, after the delays configured here.
/// Hazard: functions without an entry in the table belong to ADMIN, so a forgotten entry is closed, not open.
contract ProtocolAuthority is AccessManagerUpgradeable, UUPSUpgradeable {
    /// @notice May set pause bits.
    uint64 public constant GUARDIAN_ROLE = 1;

    constructor() {
        _disableInitializers();
    }

    /// @notice Semantic version of this implementation.
    function version() external pure returns (string memory) {
        return "1.0.0";
    }

    /// @dev Delays of ADMIN (set when it is granted) apply through `execute`, which is how an ADMIN with a delay calls.
    function _authorizeUpgrade(address) internal override onlyAuthorized {}
}
