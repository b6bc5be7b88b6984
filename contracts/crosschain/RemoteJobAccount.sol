// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Address} from "@openzeppelin/contracts/utils/Address.sol";

/// @title RemoteJobAccount
/// @notice The requester of one remote job: its escrow, its change and its share of penalties are nobody else's.
///
/// Purpose: a job's money is told apart by the account it is in, so no sum has to be divided. Cloned by the hub (ERC-1167)
/// for every job. Roles & powers: the hub alone, which calls the market, the staking manager and ASY through it.
/// Upgrades: none; the hub is upgradeable, and all rules are there.
contract RemoteJobAccount {
    /// @notice The only caller.
    address public immutable HUB;

    error RemoteJobAccount_NotHub(address found, address wanted);

    constructor(address hub) {
        HUB = hub;
    }

    /// @notice Makes a call in the job's name. A revert is passed on.
    function execute(address target, bytes calldata data) external returns (bytes memory) {
        require(msg.sender == HUB, RemoteJobAccount_NotHub(msg.sender, HUB));
        return Address.functionCall(target, data);
    }
}
