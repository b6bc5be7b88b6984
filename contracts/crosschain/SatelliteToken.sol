// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20Upgradeable} from "@openzeppelin/contracts-upgradeable/token/ERC20/ERC20Upgradeable.sol";
import {ERC20PermitUpgradeable} from "@openzeppelin/contracts-upgradeable/token/ERC20/extensions/ERC20PermitUpgradeable.sol";
import {ERC20BridgeableUpgradeable} from "@openzeppelin/contracts-upgradeable/token/ERC20/extensions/draft-ERC20BridgeableUpgradeable.sol";
import {Managed} from "../access/Managed.sol";

/// @title SatelliteToken
/// @notice ASY on a chain that is not its home: ERC-20 with permit, minted and burned across chains (ERC-7802).
///
/// Purpose: every unit here stands for one that the home bridge holds for this chain.
/// Roles & powers: one bridge, an immutable, mints and burns; it burns its own callers' tokens only. The authority may
/// upgrade, and nothing else: there is no other way to mint.
/// Votes: none. Votes are counted at home, where the locked units belong to the bridge, which never votes.
/// Rounding: none.
contract SatelliteToken is ERC20Upgradeable, ERC20PermitUpgradeable, ERC20BridgeableUpgradeable, Managed {
    /// @notice The only account that mints and burns.
    address public immutable BRIDGE;

    error SatelliteToken_ZeroAddress();
    error SatelliteToken_NotBridge(address found, address wanted);

    constructor(address bridge) {
        require(bridge != address(0), SatelliteToken_ZeroAddress());
        BRIDGE = bridge;
    }

    /// @notice Sets names and the authority. Called once, by the proxy's deployment.
    function initialize(address authority_, string calldata name_, string calldata symbol_) external initializer {
        __AccessManaged_init(authority_);
        __ERC20_init(name_, symbol_);
        __ERC20Permit_init(name_);
    }

    /// @notice Semantic version of this implementation.
    function version() external pure override returns (string memory) {
        return "1.0.0";
    }

    function _checkTokenBridge(address caller) internal view override {
        require(caller == BRIDGE, SatelliteToken_NotBridge(caller, BRIDGE));
    }
}
