// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBridgeRecipient} from "../crosschain/ILinkedBridge.sol";

/// @notice A receiver that takes what it gets, refuses it, burns all its gas or answers nonsense, by the first byte.
contract BridgeReceiver is IBridgeRecipient {
    error Receiver_Unwilling();

    bytes public last;
    uint256 public calls;

    function onBridgeTransfer(uint256, address, uint64, uint256, bytes calldata data) external returns (bytes4 answer) {
        require(data[0] != 0x01, Receiver_Unwilling());
        if (data[0] == 0x02) while (true) ++calls;
        if (data[0] == 0x03) return bytes4(0);
        last = data;
        ++calls;
        return IBridgeRecipient.onBridgeTransfer.selector;
    }

    /// @dev No ERC-7786 recipient answers like this.
    function receiveMessage(bytes32, bytes calldata, bytes calldata) external payable returns (bytes4) {
        return bytes4(0);
    }
}
