// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IERC5805} from "@openzeppelin/contracts/interfaces/IERC5805.sol";

/// @title IVotesExtended
/// @notice A source of votes that also remembers whose tokens they were and who cast them.
interface IVotesExtended is IERC5805 {
    /// @notice Tokens of `account` that voted here at `timepoint` (Unix seconds, in the past), whoever cast their votes.
    function getPastBalanceOf(address account, uint256 timepoint) external view returns (uint256);

    /// @notice Who cast the votes of `account`'s tokens at `timepoint`; zero where nobody did.
    function getPastDelegate(address account, uint256 timepoint) external view returns (address);
}
