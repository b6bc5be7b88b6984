// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IRefereedDispute} from "../../interfaces/IRefereedDispute.sol";
import {Packed} from "./Packed.sol";
import {Guards} from "./Guards.sol";

/// @title ProgramHeaders
/// @notice The phase headers of a program (DSP-08), packed one after the other without their tags:
///         firstStep:u64 | m:u16 | nS:u16 | opsRoot | stateOut:u16[nS]
library ProgramHeaders {
    using Packed for bytes;

    uint256 internal constant MAX_PHASES = 4; // DSP-06
    uint256 internal constant MAX_OPS = 128; // DSP-06
    uint256 internal constant UNCHANGED = 0xffff;

    /// @notice Checks all headers against the program's hash and finds the phase of step `t`: the last that has begun.
    /// @return header where that phase's header begins in `headers`
    function select(
        bytes calldata headers,
        bytes32 programHash,
        uint256 states,
        uint256 t
    ) internal pure returns (uint256 header) {
        uint256 size = 44 + 2 * states;
        bytes32 found = _hash(headers, size);
        require(found == programHash, IRefereedDispute.Dispute_WrongProgram(found, programHash));
        for (uint256 offset; offset < headers.length; offset += size) {
            uint256 first = headers.unsigned(offset, 8);
            // phases begin at 0 and rise, so the phase of a step is never a matter of opinion
            bool rises = offset == 0 ? first == 0 : first > headers.unsigned(offset - size, 8);
            Guards.program(rises && headers.unsigned(offset + 10, 2) == states);
            if (first <= t) header = offset;
        }
        uint256 ops = opCount(headers, header);
        Guards.program(ops != 0 && ops <= MAX_OPS);
    }

    /// @dev DSP-08: H(0x07, header hashes) of headers of `size` bytes each.
    function _hash(bytes calldata headers, uint256 size) private pure returns (bytes32) {
        uint256 count = headers.length / size;
        Guards.program(count != 0 && count <= MAX_PHASES && count * size == headers.length);
        bytes32[] memory hashes = new bytes32[](count);
        for (uint256 k; k < count; ++k) {
            hashes[k] = Packed.tagged(0x06, headers, k * size, size);
        }
        return keccak256(abi.encodePacked(bytes1(0x07), hashes));
    }

    function opCount(bytes calldata headers, uint256 header) internal pure returns (uint256) {
        return headers.unsigned(header + 8, 2);
    }

    function opsRoot(bytes calldata headers, uint256 header) internal pure returns (bytes32) {
        return bytes32(headers.unsigned(header + 12, 32));
    }

    /// @notice DSP-33: the roots of the state after a step, out of the roots before it (the first `states` of `roots`)
    ///         and the operators' results (the rest).
    function assemble(
        bytes calldata headers,
        uint256 header,
        bytes32[] calldata roots,
        uint256 states
    ) internal pure returns (bytes32[] memory post) {
        post = new bytes32[](states);
        for (uint256 k; k < states; ++k) {
            uint256 out = headers.unsigned(header + 44 + 2 * k, 2);
            Guards.program(out == UNCHANGED || states + out < roots.length);
            post[k] = out == UNCHANGED ? roots[k] : roots[states + out];
        }
    }
}
