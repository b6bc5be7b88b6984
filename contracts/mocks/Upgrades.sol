// SPDX-License-Identifier: MIT
// solhint-disable one-contract-per-file
pragma solidity 0.8.37;

import {ProtocolAuthority} from "../access/ProtocolAuthority.sol";
import {IAssayToken} from "../interfaces/IAssayToken.sol";
import {IDelegationPools} from "../interfaces/IDelegationPools.sol";
import {IJobMarketplace} from "../interfaces/IJobMarketplace.sol";
import {IStakingManager} from "../interfaces/IStakingManager.sol";
import {JobMarketplace} from "../market/JobMarketplace.sol";
import {PriceFeeds} from "../market/PriceFeeds.sol";
import {ProviderRegistry} from "../registry/ProviderRegistry.sol";
import {ReputationRegistry} from "../reputation/ReputationRegistry.sol";
import {SlashingManager} from "../slashing/SlashingManager.sol";
import {DelegationPools} from "../staking/DelegationPools.sol";
import {StakingManager} from "../staking/StakingManager.sol";
import {AssayToken} from "../token/AssayToken.sol";
import {VerificationHub} from "../verification/VerificationHub.sol";

/// @notice What an upgrade of each contract may look like: a namespace more, a reinitialiser, a function.
abstract contract Addition {
    /// @custom:storage-location erc7201:assay.storage.Addition
    struct AdditionStorage {
        uint256 added;
    }

    // keccak256(abi.encode(uint256(keccak256("assay.storage.Addition")) - 1)) & ~bytes32(uint256(0xff))
    bytes32 private constant ADDITION_SLOT = 0x596cacbb1c072ed2c0bfd600b2149707df7b7324c88a40a4ec9a97800f62c300;

    function added() external view returns (uint256) {
        return _addition().added;
    }

    function nextVersion() external pure returns (string memory) {
        return "2.0.0";
    }

    function _addition() internal pure returns (AdditionStorage storage $) {
        assembly ("memory-safe") {
            $.slot := ADDITION_SLOT
        }
    }
}

contract ProtocolAuthorityV2 is ProtocolAuthority, Addition {
    function initializeV2(uint256 value) external reinitializer(2) {
        _addition().added = value;
    }
}

contract AssayTokenV2 is AssayToken, Addition {
    function initializeV2(uint256 value) external reinitializer(2) {
        _addition().added = value;
    }
}

contract VerificationHubV2 is VerificationHub, Addition {
    function initializeV2(uint256 value) external reinitializer(2) {
        _addition().added = value;
    }
}

contract StakingManagerV2 is StakingManager, Addition {
    constructor(
        IAssayToken asy,
        address market,
        address slashing,
        IDelegationPools pools
    ) StakingManager(asy, market, slashing, pools) {}

    function initializeV2(uint256 value) external reinitializer(2) {
        _addition().added = value;
    }
}

contract DelegationPoolsV2 is DelegationPools, Addition {
    constructor(
        IAssayToken asy,
        IStakingManager staking,
        IJobMarketplace market
    ) DelegationPools(asy, staking, market) {}

    function initializeV2(uint256 value) external reinitializer(2) {
        _addition().added = value;
    }
}

contract ReputationRegistryV2 is ReputationRegistry, Addition {
    constructor(IStakingManager staking) ReputationRegistry(staking) {}

    function initializeV2(uint256 value) external reinitializer(2) {
        _addition().added = value;
    }
}

contract SlashingManagerV2 is SlashingManager, Addition {
    constructor(IStakingManager staking, address market) SlashingManager(staking, market) {}

    function initializeV2(uint256 value) external reinitializer(2) {
        _addition().added = value;
    }
}

contract ProviderRegistryV2 is ProviderRegistry, Addition {
    constructor(IStakingManager staking) ProviderRegistry(staking) {}

    function initializeV2(uint256 value) external reinitializer(2) {
        _addition().added = value;
    }
}

contract PriceFeedsV2 is PriceFeeds, Addition {
    function initializeV2(uint256 value) external reinitializer(2) {
        _addition().added = value;
    }
}

contract JobMarketplaceV2 is JobMarketplace, Addition {
    constructor(Peers memory peers, address extension) JobMarketplace(peers, extension) {}

    function initializeV2(uint256 value) external reinitializer(2) {
        _addition().added = value;
    }
}

/// @notice A contract that is no implementation.
contract NotUpgradeable {}
