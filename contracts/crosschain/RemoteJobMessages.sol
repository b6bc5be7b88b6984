// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {JobStatus} from "../types/JobTypes.sol";

/// @title RemoteJobMessages
/// @notice What portal and hub tell each other: the data of a bridge transfer is abi.encode(VERSION, kind, body).
library RemoteJobMessages {
    uint256 internal constant VERSION = 1;
    uint256 internal constant KIND_POST = 1;
    uint256 internal constant KIND_CANCEL = 2;
    uint256 internal constant KIND_RESULT = 3;
    uint256 internal constant KIND_OUTCOME = 4;

    /// @notice Comes with the job's money.
    /// @param previous the user's message before this one, which must be decided first; zero for none
    struct Post {
        address user;
        uint64 index;
        address homeAccount;
        uint64 previous;
        uint256[6] terms;
        bytes32[6] spec;
    }

    struct Cancel {
        address user;
        uint64 index;
        address homeAccount;
        uint64 previous;
        uint256[6] terms;
    }

    struct Result {
        address user;
        uint64 index;
        bytes32 commitment;
        bytes32 finalState;
        bytes32 outputDigest;
    }

    /// @notice Comes with the change.
    struct Outcome {
        address user;
        uint64 index;
        JobStatus status;
    }
}
