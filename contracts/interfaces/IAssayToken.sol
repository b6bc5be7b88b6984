// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";

/// @title IAssayToken
/// @notice What the managers need of ASY.
interface IAssayToken is IERC20, IERC20Permit {
    /// @notice Burns the sender's own tokens.
    function burn(uint256 amount) external;
}
