// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IVerificationStrategy} from "../interfaces/IVerificationStrategy.sol";
import {SubmittedJob, Verdict} from "../types/JobTypes.sol";

/// @notice A strategy that answers what it is told to, or misbehaves in a chosen way. Its state is one slot, like a referee's
///         docket, so that asking it costs what asking a referee does.
contract MockStrategy is IVerificationStrategy {
    enum Manner {
        Answer,
        Revert,
        BurnGas,
        ReturnNothing,
        ReturnUnknownVerdict,
        ReturnVeryMuch
    }

    error MockStrategy_Told();

    Manner public manner;
    Verdict public answer;
    bool public refuses;
    uint64 public readyAt;
    address public finder;

    /// @notice Which jobs it takes, and whom it names when it rejects one.
    function setTerms(bool refuses_, address finder_) external {
        refuses = refuses_;
        finder = finder_;
    }

    function accepts(uint256[6] calldata, bytes32[6] calldata) external view returns (bool) {
        return !refuses;
    }

    function set(Manner manner_, Verdict answer_, uint256 readyAt_) external {
        manner = manner_;
        answer = answer_;
        readyAt = uint64(readyAt_);
    }

    function rejectionOf(bytes32) external view returns (bool, address) {
        _misbehave();
        return (answer == Verdict.Rejected, finder);
    }

    function verdict(SubmittedJob calldata) external view returns (Verdict, uint256) {
        _misbehave();
        return (answer, readyAt);
    }

    function _misbehave() private view {
        Manner manner_ = manner;
        if (manner_ == Manner.Revert) revert MockStrategy_Told();
        if (manner_ == Manner.BurnGas) {
            while (true) {}
        }
        assembly ("memory-safe") {
            if eq(manner_, 3) {
                return(0, 0)
            }
            if eq(manner_, 4) {
                mstore(0, 7)
                mstore(32, 0)
                return(0, 64)
            }
            if eq(manner_, 5) {
                return(0, 100000)
            }
        }
    }
}
