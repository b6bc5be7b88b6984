// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {SubmittedJob, Verdict} from "../types/JobTypes.sol";

/// @title IVerificationStrategy
/// @notice One way to decide whether a submitted result stands. A job's policy is a set of them; all must accept.
/// @dev A strategy keeps its own state (games, votes, audits), keyed by job id and commitment. `Accepted` and `Rejected`
///      must be absorbing. A strategy that reverts counts as pending.
interface IVerificationStrategy {
    /// @notice This strategy's verdict on a submitted result.
    /// @param job the result; the caller has checked it against the job's lane
    /// @return verdict what the strategy says now
    /// @return readyAt Unix time from which, if nothing else happens, the verdict will be Accepted (0: unknown)
    function verdict(SubmittedJob calldata job) external view returns (Verdict verdict, uint256 readyAt);

    /// @notice Whether a job with these terms and this spec can be judged here. Asked once, when it is posted.
    function accepts(uint256[6] calldata terms, bytes32[6] calldata spec) external view returns (bool);

    /// @notice What a rejection is asked for: the verdict's half that needs no more than the commitment. Both MUST agree.
    /// @param commitment the result's
    /// @return rejected whether the verdict is Rejected
    /// @return finder   who found that the result is wrong, and earns the finder's share of its bond; zero if nobody does
    function rejectionOf(bytes32 commitment) external view returns (bool rejected, address finder);
}
