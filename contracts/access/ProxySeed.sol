// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {UUPSUpgradeable} from "@openzeppelin/contracts/proxy/utils/UUPSUpgradeable.sol";

/// @title ProxySeed
/// @notice The implementation a proxy of ours is born with. It does nothing but let one account replace it.
///
/// Purpose: our contracts know each other as immutables, so every proxy's address must exist before any implementation
/// does. A proxy is therefore created over this seed, and later upgraded to its implementation and initialised in one
/// transaction, so that it is at no moment usable and uninitialised.
///
/// Trust: only `deployer` may take that step. It is an immutable of the seed, so it is part of the seed's and of the
/// proxy's CREATE2 address: anyone may create the same proxy ahead of us, and it will still obey nobody else.
contract ProxySeed is UUPSUpgradeable {
    /// @notice The only account that may upgrade a proxy that stands on this seed.
    // solhint-disable-next-line immutable-vars-naming
    address public immutable deployer;

    error ProxySeed_ZeroDeployer();
    error ProxySeed_NotDeployer(address found, address wanted);

    constructor(address deployer_) {
        require(deployer_ != address(0), ProxySeed_ZeroDeployer());
        deployer = deployer_;
    }

    function _authorizeUpgrade(address) internal view override {
        require(msg.sender == deployer, ProxySeed_NotDeployer(msg.sender, deployer));
    }
}
