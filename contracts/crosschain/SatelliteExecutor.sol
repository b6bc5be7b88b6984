// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {CrosschainRemoteExecutor} from "@openzeppelin/contracts/crosschain/CrosschainRemoteExecutor.sol";

/// @title SatelliteExecutor
/// @notice Governance's hand on a satellite: the administrator of the authority there, led by the timelock at home.
///
/// Purpose: a proposal at home has the timelock send a message through the gateway; its calls are made from here.
/// Roles & powers: the controller alone. Upgrades: none; a message of the controller may change gateway and controller.
/// Trust: the gateway, which can forge a message: what it could reach on a satellite is bounded at home by XCH-20.
contract SatelliteExecutor is CrosschainRemoteExecutor {
    /// @param controller ERC-7930 address of the timelock at home
    constructor(address gateway, bytes memory controller) CrosschainRemoteExecutor(gateway, controller) {}
}
