// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IRefereedDispute} from "../../interfaces/IRefereedDispute.sol";

/// @title Guards
/// @notice The checks that every level of the walk repeats, once each.
library Guards {
    /// @notice A list, proof or tile has the length that its position dictates.
    function length(uint256 found, uint256 wanted) internal pure {
        require(found == wanted, IRefereedDispute.Dispute_WrongLength(found, wanted));
    }

    function index(uint256 found, uint256 limit) internal pure {
        require(found < limit, IRefereedDispute.Dispute_IndexOutOfRange(found, limit));
    }

    /// @notice What was brought hashes to what was committed.
    function root(bytes32 found, bytes32 wanted) internal pure {
        require(found == wanted, IRefereedDispute.Dispute_WrongRoot(found, wanted));
    }

    /// @notice What was revealed ends at the disputed value.
    function end(bytes32 found, bytes32 wanted) internal pure {
        require(found == wanted, IRefereedDispute.Dispute_WrongEnd(found, wanted));
    }

    /// @notice What was brought starts from the agreed value.
    function start(bytes32 found, bytes32 wanted) internal pure {
        require(found == wanted, IRefereedDispute.Dispute_WrongStart(found, wanted));
    }

    function record(bytes32 found, bytes32 wanted) internal pure {
        require(found == wanted, IRefereedDispute.Dispute_WrongRecord(found, wanted));
    }

    function program(bool wellFormed) internal pure {
        require(wellFormed, IRefereedDispute.Dispute_MalformedProgram());
    }
}
