// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {SubmittedJob, Verdict} from "../types/JobTypes.sol";
import {IVerificationStrategy} from "./IVerificationStrategy.sol";

/// @title IVerificationHub
/// @notice The table of verification strategies and the rule that combines them.
interface IVerificationHub {
    /* ── ERRORS ── */

    /// @notice The strategy number is 16 or more.
    error Hub_StrategyOutOfRange(uint256 found, uint256 limit);
    /// @notice The number is taken: a strategy is never replaced under a running job. Register under a free number.
    error Hub_StrategyTaken(uint256 number, address current);
    /// @notice The address holds no contract.
    error Hub_NotAContract(address found);
    /// @notice A policy must name at least the optimistic window (bit 0) and only registered strategies.
    error Hub_UnknownPolicy(uint16 found, uint16 registered);
    /// @notice A strategy of the policy cannot judge this job: for example, the spec names another judge than its own.
    error Hub_NotJudgeable(uint256 strategy);
    /// @notice Too little gas was sent to hear every strategy: send more.
    error Hub_NotEnoughGas(uint256 found, uint256 perStrategy);

    /* ── EVENTS ── */

    event StrategyRegistered(uint256 indexed number, address indexed strategy);

    /* ── ACTIONS ── */

    /// @notice Registers a strategy under a free number. Only the authority's upgrade role.
    function registerStrategy(uint256 number, IVerificationStrategy strategy) external;

    /* ── VIEWS ── */

    /// @notice Bit i is set iff strategy i is registered.
    function registered() external view returns (uint16);

    /// @notice The strategy behind a number, zero if none.
    function strategyOf(uint256 number) external view returns (IVerificationStrategy);

    /// @notice Reverts unless every strategy of the policy is registered and can judge such a job, and bit 0 (the optimistic
    ///         window) is set.
    function requireJudgeable(uint256[6] calldata terms, bytes32[6] calldata spec) external view;

    /// @notice All strategies of the job's policy together: Rejected if any rejects, Accepted if all accept.
    /// @return verdict the combined verdict
    /// @return readyAt the latest readyAt of those still pending (0 if one of them is unknown or none is pending)
    function verdictOf(SubmittedJob calldata job) external view returns (Verdict verdict, uint256 readyAt);
}
