// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IVerificationHub} from "../interfaces/IVerificationHub.sol";
import {IVerificationStrategy} from "../interfaces/IVerificationStrategy.sol";
import {Verdict} from "../types/JobTypes.sol";

/// @title Strategies
/// @notice How a verification strategy is asked, by the hub and by the market: whatever it answers, nobody is held up. A low-level
///         call copies two words and no more, so that a malformed or endless answer is silence too and never blocks a timeout.
library Strategies {
    /// @notice What each strategy may spend on its answer.
    uint256 internal constant GAS = 500_000;

    /// @notice The call of `verdict` for a result, the same for every strategy of its policy.
    /// @dev Equal to abi.encodeCall of a SubmittedJob, which has no dynamic part, without a copy of it in memory.
    function question(
        bytes32 id,
        uint256[6] calldata terms,
        uint256 run,
        bytes32 commitment
    ) internal pure returns (bytes memory) {
        return abi.encodePacked(IVerificationStrategy.verdict.selector, id, terms, run, commitment);
    }

    /// @notice What a strategy says to a `question`; silence and nonsense are Pending, without a time.
    function ask(IVerificationStrategy strategy, bytes memory asked) internal view returns (Verdict, uint256) {
        _requireGas();
        bool answered;
        uint256 one;
        uint256 ready;
        assembly ("memory-safe") {
            answered := staticcall(GAS, strategy, add(asked, 32), mload(asked), 0, 64)
            answered := and(answered, gt(returndatasize(), 63))
            one := mload(0)
            ready := mload(32)
        }
        if (!answered || one > uint256(type(Verdict).max)) return (Verdict.Pending, 0);
        return (Verdict(one), ready);
    }

    /// @notice Whether a strategy rejects a result, and whom it names for it; silence and nonsense are no rejection, and an
    ///         account of more bits than an address has is nobody.
    function askRejection(
        IVerificationStrategy strategy,
        bytes32 commitment
    ) internal view returns (bool rejected, address finder) {
        _requireGas();
        bytes4 selector = IVerificationStrategy.rejectionOf.selector;
        assembly ("memory-safe") {
            mstore(0, selector)
            mstore(4, commitment)
            rejected := staticcall(GAS, strategy, 0, 36, 0, 64)
            rejected := and(rejected, and(gt(returndatasize(), 63), eq(mload(0), 1)))
            let account := mload(32)
            finder := mul(account, and(rejected, iszero(shr(160, account))))
        }
    }

    /// @dev The stipend is fixed and checked beforehand, so that a caller cannot make an answer look like silence by sending
    ///      little gas.
    function _requireGas() private view {
        uint256 available = gasleft();
        // a 64th stays behind
        unchecked {
            require(available - available / 64 > GAS + 20_000, IVerificationHub.Hub_NotEnoughGas(available, GAS));
        }
    }
}
