// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IRefereedDispute} from "../../interfaces/IRefereedDispute.sol";

/// @title ProgramHeaders
/// @notice The phase headers of a program (DSP-08), packed one after the other without their tags:
///         firstStep:u64 | m:u16 | nS:u16 | opsRoot | stateOut:u16[nS]
library ProgramHeaders {
    uint256 internal constant MAX_PHASES = 4; // DSP-06
    uint256 internal constant MAX_OPS = 128; // DSP-06
    uint16 internal constant UNCHANGED = 0xffff;

    /// @notice Checks all headers against the program's hash and finds the phase of step `t`: the last that has begun.
    function select(
        bytes calldata headers,
        bytes32 programHash,
        uint256 states,
        uint256 t
    ) internal pure returns (bytes calldata header) {
        uint256 size = 44 + 2 * states;
        uint256 count = headers.length / size;
        require(
            count != 0 && count <= MAX_PHASES && count * size == headers.length,
            IRefereedDispute.Dispute_MalformedProgram()
        );
        bytes memory hashes = new bytes(1 + 32 * count);
        hashes[0] = 0x07;
        uint256 chosen;
        uint256 previous;
        for (uint256 k; k < count; ++k) {
            bytes calldata one = headers[k * size:(k + 1) * size];
            uint256 first = firstStep(one);
            // phases begin at 0 and rise, so the phase of a step is never a matter of opinion
            require(k == 0 ? first == 0 : first > previous, IRefereedDispute.Dispute_MalformedProgram());
            require(uint16(bytes2(one[10:12])) == states, IRefereedDispute.Dispute_MalformedProgram());
            if (first <= t) chosen = k;
            previous = first;
            bytes32 hash = keccak256(abi.encodePacked(bytes1(0x06), one));
            assembly ("memory-safe") {
                mstore(add(add(hashes, 0x21), shl(5, k)), hash)
            }
        }
        bytes32 found = keccak256(hashes);
        require(found == programHash, IRefereedDispute.Dispute_WrongProgram(found, programHash));
        header = headers[chosen * size:(chosen + 1) * size];
        require(opCount(header) != 0 && opCount(header) <= MAX_OPS, IRefereedDispute.Dispute_MalformedProgram());
    }

    function firstStep(bytes calldata header) internal pure returns (uint256) {
        return uint64(bytes8(header[0:8]));
    }

    function opCount(bytes calldata header) internal pure returns (uint256) {
        return uint16(bytes2(header[8:10]));
    }

    function opsRoot(bytes calldata header) internal pure returns (bytes32) {
        return bytes32(header[12:44]);
    }

    /// @notice DSP-33: the roots of the state after a step, out of the roots before it (the first `states` of `roots`)
    ///         and the operators' results (the rest).
    function assemble(
        bytes calldata header,
        bytes32[] calldata roots,
        uint256 states
    ) internal pure returns (bytes32[] memory post) {
        post = new bytes32[](states);
        for (uint256 k; k < states; ++k) {
            uint256 out = uint16(bytes2(header[44 + 2 * k:46 + 2 * k]));
            if (out != UNCHANGED) require(out < opCount(header), IRefereedDispute.Dispute_MalformedProgram());
            post[k] = out == UNCHANGED ? roots[k] : roots[states + out];
        }
    }
}
