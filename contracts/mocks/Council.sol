// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Address} from "@openzeppelin/contracts/utils/Address.sol";

/// @notice Stands for a contract of several signers: does what one account tells it.
contract Council {
    address public immutable OWNER = msg.sender;

    error Council_NotOwner(address found);

    function run(address target, bytes calldata data) external returns (bytes memory) {
        require(msg.sender == OWNER, Council_NotOwner(msg.sender));
        return Address.functionCall(target, data);
    }
}
