// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @notice A contract account that has signed exactly one digest, and can be told to call.
contract Wallet1271 {
    bytes32 private _signed;

    function sign(bytes32 digest) external {
        _signed = digest;
    }

    function call(address target, bytes calldata data) external {
        // solhint-disable-next-line avoid-low-level-calls
        (bool done, bytes memory answer) = target.call(data);
        if (!done) {
            assembly {
                revert(add(answer, 32), mload(answer))
            }
        }
    }

    function isValidSignature(bytes32 digest, bytes calldata) external view returns (bytes4) {
        return digest == _signed ? this.isValidSignature.selector : bytes4(0xffffffff);
    }
}
