// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BridgeERC7802Upgradeable} from "@openzeppelin/contracts-upgradeable/crosschain/bridges/BridgeERC7802Upgradeable.sol";
import {BridgeFungibleUpgradeable} from "@openzeppelin/contracts-upgradeable/crosschain/bridges/abstract/BridgeFungibleUpgradeable.sol";
import {IERC7802} from "@openzeppelin/contracts/interfaces/draft-IERC7802.sol";
import {LinkedBridge} from "./LinkedBridge.sol";

/// @title SatelliteBridge
/// @notice A satellite's end: ASY that arrives is minted, and burned when it leaves (ERC-7802).
///
/// Links: the home chain only, so that the home bridge's account of this chain's supply is complete.
contract SatelliteBridge is LinkedBridge, BridgeERC7802Upgradeable {
    /// @notice The only chain this bridge can be linked to.
    uint256 public immutable HOME_CHAIN;

    constructor(uint256 homeChain) {
        require(homeChain != 0 && homeChain != block.chainid, Bridge_WrongHome(homeChain, block.chainid));
        HOME_CHAIN = homeChain;
    }

    /// @notice Sets the authority and the token. Called once, by the proxy's deployment.
    function initialize(address authority_, IERC7802 token_) external initializer {
        require(address(token_) != address(0), Bridge_ZeroAddress());
        __AccessManaged_init(authority_);
        __CrosschainLinked_init(new Link[](0));
        __BridgeFungible_init();
        __BridgeERC7802_init(token_);
    }

    /// @dev The home bridge counts: what it sent was there.
    function _requireSupply(uint256, uint256) internal view override {}

    function _checkLink(uint256 chainId) internal view override {
        require(chainId == HOME_CHAIN, Bridge_WrongHome(chainId, HOME_CHAIN));
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
}
