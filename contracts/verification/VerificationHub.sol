// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Managed} from "../access/Managed.sol";
import {IVerificationHub} from "../interfaces/IVerificationHub.sol";
import {IVerificationStrategy} from "../interfaces/IVerificationStrategy.sol";
import {JobTerms} from "../libraries/JobTerms.sol";
import {Strategies} from "../libraries/Strategies.sol";
import {SubmittedJob, Verdict} from "../types/JobTypes.sol";

/// @title VerificationHub
/// @notice The table of verification strategies and the rule that combines them.
///
/// Purpose: a job's policy is a set of strategy numbers, chosen when it is posted; its result is final only when all of
/// them accept, and dead as soon as one rejects.
/// Roles & powers: the authority may add strategies under free numbers. It can neither replace nor remove one, so the
/// meaning of a posted policy never changes.
/// Trust: a strategy decides over the jobs that name it, no others. Strategies should not be upgradeable.
/// Liveness: a strategy that reverts or never answers holds its jobs pending; the market has a timeout for that.
contract VerificationHub is Managed, IVerificationHub {
    using JobTerms for uint256[6];
    using Strategies for IVerificationStrategy;

    uint256 public constant MAX_STRATEGIES = 16;
    /// @notice What each strategy may spend on its answer.
    uint256 public constant STRATEGY_GAS = Strategies.GAS;

    /// @custom:storage-location erc7201:assay.storage.VerificationHub
    struct Storage {
        mapping(uint256 number => IVerificationStrategy) strategies;
        uint16 registered;
    }

    // keccak256(abi.encode(uint256(keccak256("assay.storage.VerificationHub")) - 1)) & ~bytes32(uint256(0xff))
    bytes32 private constant STORAGE_SLOT = 0xec0e142691a39f66aa6f8836bdd33c5d3ed5272d721b92a72d4c943443818200;

    /// @notice Sets the authority. Called once, by the proxy's deployment.
    function initialize(address authority_) external initializer {
        __AccessManaged_init(authority_);
    }

    /* ── WRITES ── */

    /// @inheritdoc IVerificationHub
    function registerStrategy(uint256 number, IVerificationStrategy strategy) external restricted {
        require(number < MAX_STRATEGIES, Hub_StrategyOutOfRange(number, MAX_STRATEGIES));
        require(address(strategy).code.length != 0, Hub_NotAContract(address(strategy)));
        Storage storage $ = _storage();
        address current = address($.strategies[number]);
        require(current == address(0), Hub_StrategyTaken(number, current));
        $.strategies[number] = strategy;
        // number < 16
        $.registered |= uint16(1 << number);
        emit StrategyRegistered(number, address(strategy));
    }

    /* ── VIEWS ── */

    /// @inheritdoc IVerificationHub
    function registered() external view returns (uint16) {
        return _storage().registered;
    }

    /// @inheritdoc IVerificationHub
    function strategyOf(uint256 number) external view returns (IVerificationStrategy) {
        return _storage().strategies[number];
    }

    /// @inheritdoc IVerificationHub
    function requireJudgeable(uint256[6] calldata terms, bytes32[6] calldata spec) external view {
        Storage storage $ = _storage();
        uint16 known = $.registered;
        uint256 policy = terms.policy();
        require(policy & 1 == 1 && policy & ~uint256(known) == 0, Hub_UnknownPolicy(uint16(policy), known));
        for (uint256 number; policy != 0; (policy >>= 1, ++number)) {
            if (policy & 1 == 0) continue;
            require($.strategies[number].accepts(terms, spec), Hub_NotJudgeable(number));
        }
    }

    /// @inheritdoc IVerificationHub
    function verdictOf(SubmittedJob calldata job) external view returns (Verdict verdict, uint256 readyAt) {
        Storage storage $ = _storage();
        uint256 policy = job.terms.policy();
        verdict = Verdict.Accepted;
        bytes memory question = Strategies.question(job.id, job.terms, job.run, job.commitment);
        bool unknown;
        for (uint256 number; policy != 0; (policy >>= 1, ++number)) {
            if (policy & 1 == 0) continue;
            (Verdict one, uint256 ready) = $.strategies[number].ask(question);
            if (one == Verdict.Rejected) return (Verdict.Rejected, 0);
            if (one == Verdict.Accepted) continue;
            verdict = Verdict.Pending;
            if (ready == 0) unknown = true;
            else if (ready > readyAt) readyAt = ready;
        }
        if (unknown) readyAt = 0;
    }

    /// @notice Semantic version of this implementation.
    function version() external pure override returns (string memory) {
        return "1.0.0";
    }

    /* ── INTERNALS ── */

    function _storage() private pure returns (Storage storage $) {
        assembly ("memory-safe") {
            $.slot := STORAGE_SLOT
        }
    }
}
