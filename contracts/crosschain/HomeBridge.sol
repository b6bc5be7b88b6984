// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BridgeERC20Upgradeable} from "@openzeppelin/contracts-upgradeable/crosschain/bridges/BridgeERC20Upgradeable.sol";
import {BridgeFungibleUpgradeable} from "@openzeppelin/contracts-upgradeable/crosschain/bridges/abstract/BridgeFungibleUpgradeable.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {LinkedBridge} from "./LinkedBridge.sol";

/// @title HomeBridge
/// @notice The home chain's end: ASY that leaves is locked here, and unlocked when it comes back.
///
/// Supply: `supplyOf(chain)` is all that a chain can have, minted or on its way in either direction. A satellite whose
/// bridge, gateway or chain has fallen can take this much and no more; other chains' ASY and that of this one are out of reach.
/// Votes: locked ASY votes for nobody.
contract HomeBridge is LinkedBridge, BridgeERC20Upgradeable {
    /// @custom:storage-location erc7201:assay.storage.HomeBridge
    struct Storage {
        mapping(uint256 chainId => uint256) supply;
    }

    // keccak256(abi.encode(uint256(keccak256("assay.storage.HomeBridge")) - 1)) & ~bytes32(uint256(0xff))
    bytes32 private constant STORAGE_SLOT = 0x781138de0243d2a84fc74fd91ee4b85b7a97052f199cd4eb518709b966a5f700;

    /// @notice Sets the authority and the token. Called once, by the proxy's deployment.
    function initialize(address authority_, IERC20 asy) external initializer {
        require(address(asy) != address(0), Bridge_ZeroAddress());
        __AccessManaged_init(authority_);
        __CrosschainLinked_init(new Link[](0));
        __BridgeFungible_init();
        __BridgeERC20_init(asy);
    }

    /// @notice ASY locked for a chain: what is there and what is on its way, either way. Smallest unit.
    function supplyOf(uint256 chainId) external view returns (uint256) {
        return _storage().supply[chainId];
    }

    function _enter(uint256 chainId, address from, uint256 amount) internal override {
        _storage().supply[chainId] += amount;
        super._enter(chainId, from, amount);
    }

    function _leave(uint256 chainId, address to, uint256 amount) internal override {
        _storage().supply[chainId] -= amount;
        super._leave(chainId, to, amount);
    }

    function _requireSupply(uint256 chainId, uint256 amount) internal view override {
        uint256 supply = _storage().supply[chainId];
        // INVARIANT XCH-20: a chain gives back at most what it was given
        require(amount <= supply, Bridge_SupplyExceeded(chainId, supply, amount));
    }

    function _checkLink(uint256 chainId) internal view override {
        require(chainId != block.chainid, Bridge_WrongHome(chainId, block.chainid));
    }

    function _crosschainTransfer(
        address from,
        bytes memory to,
        uint256 amount
    ) internal override(LinkedBridge, BridgeFungibleUpgradeable) returns (bytes32) {
        return super._crosschainTransfer(from, to, amount);
    }

    function _processMessage(
        address gateway,
        bytes32 receiveId,
        bytes calldata sender,
        bytes calldata payload
    ) internal override(LinkedBridge, BridgeFungibleUpgradeable) {
        super._processMessage(gateway, receiveId, sender, payload);
    }

    function _storage() private pure returns (Storage storage $) {
        assembly ("memory-safe") {
            $.slot := STORAGE_SLOT
        }
    }
}
