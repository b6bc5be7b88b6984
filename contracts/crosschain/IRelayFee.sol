// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title IRelayFee
/// @notice The one ERC-7786 attribute our gateways know: the value sent along pays whoever carries the message.
interface IRelayFee {
    /// @param refundTo gets what the relay does not use
    function relayFee(address refundTo) external;
}
