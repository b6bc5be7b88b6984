// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IVerificationHub} from "../interfaces/IVerificationHub.sol";
import {IVerificationStrategy} from "../interfaces/IVerificationStrategy.sol";
import {Verdict} from "../types/JobTypes.sol";

/// @title Strategies
/// @notice How a verification strategy is asked, by the hub and by the market: whatever it answers, nobody is held up.
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
        (bool answered, uint256 one, uint256 ready) = _query(strategy, asked, 64);
        if (!answered || one > uint256(type(Verdict).max)) return (Verdict.Pending, 0);
        return (Verdict(one), ready);
    }

    /// @notice Whom a strategy that rejects a result names for it; zero where it names nobody.
    function finderOf(IVerificationStrategy strategy, bytes32 commitment) internal view returns (address) {
        bytes memory asked = abi.encodeCall(IVerificationStrategy.beneficiary, (commitment));
        (bool answered, uint256 account, ) = _query(strategy, asked, 32);
        return answered && account <= type(uint160).max ? address(uint160(account)) : address(0);
    }

    /// @dev A fixed gas stipend, checked beforehand, so that a caller cannot make an answer look like silence by sending
    ///      little gas; a low-level call that copies two words and no more, so that a malformed or endless answer is
    ///      silence too and never blocks a timeout.
    function _query(
        IVerificationStrategy strategy,
        bytes memory asked,
        uint256 length
    ) private view returns (bool answered, uint256 first, uint256 second) {
        uint256 available = gasleft();
        require(available - available / 64 > GAS + 20_000, IVerificationHub.Hub_NotEnoughGas(available, GAS));
        assembly ("memory-safe") {
            answered := staticcall(GAS, strategy, add(asked, 32), mload(asked), 0, 64)
            answered := and(answered, iszero(lt(returndatasize(), length)))
            first := mload(0)
            second := mload(32)
        }
    }
}
