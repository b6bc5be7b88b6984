// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {TestToken} from "./TestToken.sol";

/// @notice Calls whoever is registered before and after each transfer, as ERC-777 hooks do.
contract CallbackToken is TestToken {
    address public hook;

    function setHook(address hook_) external {
        hook = hook_;
    }

    function _update(address from, address to, uint256 value) internal override(ERC20) {
        super._update(from, to, value);
        if (hook != address(0)) ICallbackHook(hook).onTransfer();
    }
}

interface ICallbackHook {
    function onTransfer() external;
}
