// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";

/// @title TypedData
/// @notice EIP-712 digests of the calling contract, and how a signature of one is checked.
/// @dev Name and version come as hashed constants: nothing is read from storage.
library TypedData {
    bytes32 private constant DOMAIN_TYPE = keccak256(
        "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
    );

    /// @notice The digest of a struct's hash in the domain of this contract on this chain.
    /// @param name keccak256 of the domain's name, `version` of its version
    function digest(bytes32 name, bytes32 version, bytes32 hash) internal view returns (bytes32 found) {
        bytes32 domain = keccak256(abi.encode(DOMAIN_TYPE, name, version, block.chainid, address(this)));
        assembly ("memory-safe") {
            let p := mload(0x40)
            mstore(p, hex"1901")
            mstore(add(p, 2), domain)
            mstore(add(p, 34), hash)
            found := keccak256(p, 66)
        }
    }

    /// @notice Whether `signer` signed: an ECDSA signature of 65 bytes with a low s, else what the contract at `signer` says
    ///         (ERC-1271). Accounts are tried as keys first, also those that delegate to code (EIP-7702).
    function isSigned(address signer, bytes32 hash, bytes calldata signature) internal view returns (bool) {
        (address found, ECDSA.RecoverError problem, ) = ECDSA.tryRecoverCalldata(hash, signature);
        if (problem == ECDSA.RecoverError.NoError && found == signer) return true;
        return SignatureChecker.isValidERC1271SignatureNowCalldata(signer, hash, signature);
    }
}
