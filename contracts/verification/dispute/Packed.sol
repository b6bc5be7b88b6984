// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title Packed
/// @notice Big-endian integers out of packed calldata. The caller has checked the length: what lies behind the end of the
///         data would be read as it is.
library Packed {
    /// @notice The unsigned integer of `size` bytes (1..32) at `offset`.
    function unsigned(bytes calldata data, uint256 offset, uint256 size) internal pure returns (uint256 value) {
        assembly ("memory-safe") {
            value := shr(sub(256, shl(3, size)), calldataload(add(data.offset, offset)))
        }
    }

    /// @notice The two's complement integer of `size` bytes (1..32) at `offset`.
    function signed(bytes calldata data, uint256 offset, uint256 size) internal pure returns (int256 value) {
        assembly ("memory-safe") {
            value := sar(sub(256, shl(3, size)), calldataload(add(data.offset, offset)))
        }
    }

    /// @notice keccak256(tag, data[offset .. offset + size)).
    function tagged(
        bytes1 tag,
        bytes calldata data,
        uint256 offset,
        uint256 size
    ) internal pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, tag)
            calldatacopy(add(free, 1), add(data.offset, offset), size)
            hash := keccak256(free, add(size, 1))
        }
    }

    /// @notice The same bytes as words; whole words only.
    function words(bytes calldata data) internal pure returns (bytes32[] calldata list) {
        assembly ("memory-safe") {
            list.offset := data.offset
            list.length := shr(5, data.length)
        }
    }

    /// @notice The same words as bytes.
    function concat(bytes32[] calldata list) internal pure returns (bytes calldata data) {
        assembly ("memory-safe") {
            data.offset := list.offset
            data.length := shl(5, list.length)
        }
    }
}
