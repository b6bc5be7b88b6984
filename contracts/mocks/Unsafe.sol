// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {UUPSUpgradeable} from "@openzeppelin/contracts/proxy/utils/UUPSUpgradeable.sol";

/// @notice What must never stand behind the treasury's proxy: it runs foreign code, and reads its books wrong.
contract UnsafeTreasury is UUPSUpgradeable {
    struct Spent {
        uint256 paid;
        uint128 granted;
    }

    /// @custom:storage-location erc7201:assay.storage.Treasury
    struct Storage {
        mapping(address token => Spent) spent;
        mapping(uint256 id => address) grants;
        uint256 grantCount;
    }

    // keccak256(abi.encode(uint256(keccak256("assay.storage.Treasury")) - 1)) & ~bytes32(uint256(0xff))
    bytes32 private constant STORAGE_SLOT = 0xb8c9e4ad26d7761be43cfd3e1b9a153fda7d6273918dd2c9e8c39f2f8054d000;

    function run(address code, bytes calldata data) external returns (bool done) {
        // solhint-disable-next-line avoid-low-level-calls
        (done, ) = code.delegatecall(data);
    }

    function grantCount() external view returns (uint256) {
        return _storage().grantCount;
    }

    function _authorizeUpgrade(address) internal override {}

    function _storage() private pure returns (Storage storage $) {
        assembly ("memory-safe") {
            $.slot := STORAGE_SLOT
        }
    }
}
