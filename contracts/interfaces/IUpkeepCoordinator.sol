// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {AutomationCompatibleInterface} from "@chainlink/contracts/src/v0.8/automation/interfaces/AutomationCompatibleInterface.sol";
import {Game} from "../verification/dispute/DisputeTypes.sol";
import {IMarketTypes} from "./IMarketTypes.sol";

/// @title IUpkeepCoordinator
/// @notice The protocol's duties as upkeeps of Chainlink Automation. See docs/keepers.md.
/// @dev checkData and performData are calldata of one of the duties below. checkUpkeep answers with the same duty and those
///      of its items that are due; performUpkeep carries it out. Anyone may call a duty itself: nothing here has a privilege.
interface IUpkeepCoordinator is AutomationCompatibleInterface {
    /* ── TYPES ── */

    /// @notice A claimed job, as `JobMarketplace.expire` wants it.
    struct Claim {
        uint256[6] terms;
        uint256 run;
        bytes32 nonce;
        address claimer;
    }

    /* ── ERRORS ── */

    error Upkeep_ZeroAddress();
    /// @notice The data is not calldata of one of the duties.
    error Upkeep_UnknownDuty(bytes4 selector);
    /// @notice The data begins like a duty's calldata and cannot be decoded, or its items need more gas than was given.
    error Upkeep_Malformed(bytes4 selector);
    error Upkeep_TooMany(uint256 found, uint256 limit);
    /// @notice None of the items was due: somebody else was faster, or it is too early.
    error Upkeep_NothingDue(bytes4 selector);
    error Upkeep_NoTips(address token);

    /* ── EVENTS ── */

    event DutyDone(bytes4 indexed duty, uint256 items);
    event TipsForwarded(address indexed token, uint256 amount);

    /* ── DUTIES ── */

    /// @notice Pays the providers of results that stand.
    function settle(IMarketTypes.Settlement[] calldata items) external;

    /// @notice Refunds the requesters of jobs whose providers are late.
    function expire(Claim[] calldata items) external;

    /// @notice Ends games whose waiting side has run out of time.
    function timeout(Game[] calldata items) external;

    /// @notice Ends slashing cases by number: executes those that nobody appealed or whose appeal failed, and ends those on
    ///         which nobody acted in time.
    function endCases(uint256 first, uint256 count) external;

    /// @notice Collects the earnings of providers in one token.
    function collect(address token, address[] calldata providers) external;

    /// @notice Queues a proposal that passed, or executes one that waited.
    function govern(
        address[] calldata targets,
        uint256[] calldata values,
        bytes[] calldata calldatas,
        bytes32 descriptionHash
    ) external;

    /* ── MONEY ── */

    /// @notice Pays out to the market's treasury what settling has brought. Anyone.
    function forwardTips(address token) external returns (uint256 amount);
}
