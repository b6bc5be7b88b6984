// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManagedUpgradeable} from "@openzeppelin/contracts-upgradeable/access/manager/AccessManagedUpgradeable.sol";
import {UUPSUpgradeable} from "@openzeppelin/contracts/proxy/utils/UUPSUpgradeable.sol";

/// @title Managed
/// @notice What every upgradeable manager shares: administration through the protocol's authority, UUPS upgrades that
///         only the authority may order, and a version.
/// @dev Hot calls between managers never go through the authority: they compare the sender with an immutable address.
abstract contract Managed is AccessManagedUpgradeable, UUPSUpgradeable {
    constructor() {
        _disableInitializers();
    }

    /// @notice Semantic version of this implementation.
    function version() external pure virtual returns (string memory);

    /// @inheritdoc UUPSUpgradeable
    function _authorizeUpgrade(address) internal override restricted {}
}
