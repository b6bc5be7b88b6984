// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {TestToken} from "./TestToken.sol";

/// @notice Refuses to pay accounts on its list.
contract BlockingToken is TestToken {
    error BlockingToken_Blocked(address account);

    mapping(address account => bool) public blocked;

    function setBlocked(address account, bool value) external {
        blocked[account] = value;
    }

    function _update(address from, address to, uint256 value) internal override(ERC20) {
        require(!blocked[to], BlockingToken_Blocked(to));
        super._update(from, to, value);
    }
}
