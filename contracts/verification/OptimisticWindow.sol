// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IVerificationStrategy} from "../interfaces/IVerificationStrategy.sol";
import {JobTerms} from "../libraries/JobTerms.sol";
import {RunWord} from "../libraries/RunWord.sol";
import {SubmittedJob, Verdict} from "../types/JobTypes.sol";

/// @title OptimisticWindow
/// @notice Strategy 0: a result stands once its window has passed. It gives every other strategy the time to object.
/// @dev Stateless. The market evaluates this rule itself for jobs whose policy names nothing else; a test keeps the two
///      equal.
contract OptimisticWindow is IVerificationStrategy {
    using JobTerms for uint256[6];
    using RunWord for uint256;

    /// @inheritdoc IVerificationStrategy
    function verdict(SubmittedJob calldata job) external view returns (Verdict, uint256 readyAt) {
        readyAt = job.run.submittedAt() + job.terms.window();
        return (block.timestamp >= readyAt ? Verdict.Accepted : Verdict.Pending, readyAt);
    }

    /// @inheritdoc IVerificationStrategy
    function accepts(uint256[6] calldata, bytes32[6] calldata) external pure returns (bool) {
        return true;
    }

    /// @inheritdoc IVerificationStrategy
    function rejectionOf(bytes32) external pure returns (bool, address) {
        return (false, address(0));
    }
}
