// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {GovernorUpgradeable} from "@openzeppelin/contracts-upgradeable/governance/GovernorUpgradeable.sol";
import {TimelockControllerUpgradeable} from "@openzeppelin/contracts-upgradeable/governance/TimelockControllerUpgradeable.sol";
import {GovernorPreventLateQuorumUpgradeable} from "@openzeppelin/contracts-upgradeable/governance/extensions/GovernorPreventLateQuorumUpgradeable.sol";
import {GovernorProposalGuardianUpgradeable} from "@openzeppelin/contracts-upgradeable/governance/extensions/GovernorProposalGuardianUpgradeable.sol";
import {GovernorSettingsUpgradeable} from "@openzeppelin/contracts-upgradeable/governance/extensions/GovernorSettingsUpgradeable.sol";
import {GovernorTimelockControlUpgradeable} from "@openzeppelin/contracts-upgradeable/governance/extensions/GovernorTimelockControlUpgradeable.sol";
import {GovernorVotesUpgradeable} from "@openzeppelin/contracts-upgradeable/governance/extensions/GovernorVotesUpgradeable.sol";
import {GovernorVotesQuorumFractionUpgradeable} from "@openzeppelin/contracts-upgradeable/governance/extensions/GovernorVotesQuorumFractionUpgradeable.sol";
import {UUPSUpgradeable} from "@openzeppelin/contracts/proxy/utils/UUPSUpgradeable.sol";
import {IVotesExtended} from "../interfaces/IVotesExtended.sol";
import {OverridableCounting} from "./OverridableCounting.sol";

/// @title AssayGovernor
/// @notice Where holders of liquid and staked ASY decide about the protocol.
///
/// Purpose: whoever has enough votes proposes; after the voting delay everybody votes with what it had at the snapshot;
/// a proposal that passes waits in the timelock, whose delay is longer than the unstaking thaw, and is executed by anyone.
/// Roles & powers: only the timelock, so only a proposal, changes these settings, and only inside the bounds below. The
/// proposal guardian may cancel any proposal except one that does nothing but replace the guardian.
/// Size: proposals live in events, not in storage, and votes take no parameters, or this would not fit (ADR 210).
/// Trust: ASY and the staking manager for past votes. Liveness: proposing, voting, queueing and executing need nobody's leave.
/// Rounding: the quorum rounds down. Known hazards: the quorum is a share of the whole supply, staked tokens included, so
/// tokens that never vote raise the bar; ASY sent to this contract can be moved by a proposal only (`relay`).
contract AssayGovernor is
    GovernorSettingsUpgradeable,
    GovernorVotesQuorumFractionUpgradeable,
    GovernorPreventLateQuorumUpgradeable,
    GovernorProposalGuardianUpgradeable,
    GovernorTimelockControlUpgradeable,
    OverridableCounting,
    UUPSUpgradeable
{
    /// @notice What the governor starts with; seconds, smallest unit of ASY, percent of the supply.
    struct Settings {
        uint48 votingDelay;
        uint32 votingPeriod;
        uint256 proposalThreshold;
        uint256 quorumPercent;
        uint48 lateQuorumExtension;
        address proposalGuardian;
    }

    uint256 public constant MIN_VOTING_DELAY = 1 minutes;
    uint256 public constant MAX_VOTING_DELAY = 30 days;
    uint256 public constant MIN_VOTING_PERIOD = 1 hours;
    uint256 public constant MAX_VOTING_PERIOD = 30 days;
    uint256 public constant MAX_PROPOSAL_THRESHOLD = 10_000_000 ether;
    uint256 public constant MIN_QUORUM_PERCENT = 1;
    uint256 public constant MAX_QUORUM_PERCENT = 30;
    uint256 public constant MAX_LATE_QUORUM_EXTENSION = 7 days;

    /// @notice Where staked ASY votes.
    IVotesExtended public immutable STAKED;

    error Governor_ZeroAddress();
    error Governor_GuardianReplacement();
    error Governor_OutOfRange(bytes32 setting, uint256 found, uint256 min, uint256 max);

    constructor(IVotesExtended staked) {
        require(address(staked) != address(0), Governor_ZeroAddress());
        STAKED = staked;
        _disableInitializers();
    }

    /// @notice Sets names, sources and settings. Called once, by the proxy's deployment.
    function initialize(
        IVotesExtended asy,
        TimelockControllerUpgradeable timelock_,
        Settings calldata settings
    ) external initializer {
        require(address(asy) != address(0) && address(timelock_) != address(0), Governor_ZeroAddress());
        __Governor_init("Assay Governor");
        __GovernorSettings_init(settings.votingDelay, settings.votingPeriod, settings.proposalThreshold);
        __GovernorVotes_init(asy);
        __GovernorVotesQuorumFraction_init(settings.quorumPercent);
        __GovernorPreventLateQuorum_init(settings.lateQuorumExtension);
        __GovernorTimelockControl_init(timelock_);
        _setProposalGuardian(settings.proposalGuardian);
    }

    /* ── WRITES ── */

    /// @inheritdoc GovernorUpgradeable
    /// @dev A guardian that could cancel its own replacement would be there for ever.
    function cancel(
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) public override returns (uint256) {
        // INVARIANT GOV-12
        require(
            msg.sender != proposalGuardian() ||
                targets.length != 1 ||
                targets[0] != address(this) ||
                bytes4(calldatas[0]) != this.setProposalGuardian.selector,
            Governor_GuardianReplacement()
        );
        return super.cancel(targets, values, calldatas, descriptionHash);
    }

    /// @notice Not offered: the counting takes no parameters.
    function castVoteWithReasonAndParams(
        uint256,
        uint8,
        string calldata,
        bytes memory
    ) public pure override returns (uint256) {
        revert GovernorInvalidVoteParams();
    }

    /// @notice Not offered: the counting takes no parameters.
    function castVoteWithReasonAndParamsBySig(
        uint256,
        uint8,
        address,
        string calldata,
        bytes memory,
        bytes memory
    ) public pure override returns (uint256) {
        revert GovernorInvalidVoteParams();
    }

    /// @notice Refused: the treasury and the timelock hold assets, the governor none.
    function onERC721Received(address, address, uint256, bytes memory) public pure override returns (bytes4) {
        revert GovernorDisabledDeposit();
    }

    /// @notice Refused: the treasury and the timelock hold assets, the governor none.
    function onERC1155Received(address, address, uint256, uint256, bytes memory) public pure override returns (bytes4) {
        revert GovernorDisabledDeposit();
    }

    /// @notice Refused: the treasury and the timelock hold assets, the governor none.
    function onERC1155BatchReceived(
        address,
        address,
        uint256[] memory,
        uint256[] memory,
        bytes memory
    ) public pure override returns (bytes4) {
        revert GovernorDisabledDeposit();
    }

    /* ── VIEWS ── */

    /// @notice Semantic version of this implementation.
    function version() public pure override returns (string memory) {
        return "1.0.0";
    }

    /// @notice Votes at a time; parameters are ignored.
    function getVotesWithParams(
        address account,
        uint256 timepoint,
        bytes memory
    ) public view override returns (uint256) {
        return getVotes(account, timepoint);
    }

    /// @inheritdoc GovernorUpgradeable
    function state(
        uint256 proposalId
    ) public view override(GovernorUpgradeable, GovernorTimelockControlUpgradeable) returns (ProposalState) {
        return super.state(proposalId);
    }

    /// @inheritdoc GovernorUpgradeable
    function proposalDeadline(
        uint256 proposalId
    ) public view override(GovernorUpgradeable, GovernorPreventLateQuorumUpgradeable) returns (uint256) {
        return super.proposalDeadline(proposalId);
    }

    /// @inheritdoc GovernorUpgradeable
    function proposalNeedsQueuing(
        uint256 proposalId
    ) public view override(GovernorUpgradeable, GovernorTimelockControlUpgradeable) returns (bool) {
        return super.proposalNeedsQueuing(proposalId);
    }

    /// @inheritdoc GovernorSettingsUpgradeable
    function proposalThreshold()
        public
        view
        override(GovernorUpgradeable, GovernorSettingsUpgradeable)
        returns (uint256)
    {
        return super.proposalThreshold();
    }

    /* ── INTERNALS: SETTINGS ── */

    function _setVotingDelay(uint48 value) internal override {
        _requireRange("votingDelay", value, MIN_VOTING_DELAY, MAX_VOTING_DELAY);
        super._setVotingDelay(value);
    }

    function _setVotingPeriod(uint32 value) internal override {
        _requireRange("votingPeriod", value, MIN_VOTING_PERIOD, MAX_VOTING_PERIOD);
        super._setVotingPeriod(value);
    }

    function _setProposalThreshold(uint256 value) internal override {
        _requireRange("proposalThreshold", value, 0, MAX_PROPOSAL_THRESHOLD);
        super._setProposalThreshold(value);
    }

    function _updateQuorumNumerator(uint256 value) internal override {
        _requireRange("quorumPercent", value, MIN_QUORUM_PERCENT, MAX_QUORUM_PERCENT);
        super._updateQuorumNumerator(value);
    }

    function _setLateQuorumVoteExtension(uint48 value) internal override {
        _requireRange("lateQuorumExtension", value, 0, MAX_LATE_QUORUM_EXTENSION);
        super._setLateQuorumVoteExtension(value);
    }

    function _requireRange(bytes32 setting, uint256 found, uint256 min, uint256 max) private pure {
        require(found >= min && found <= max, Governor_OutOfRange(setting, found, min, max));
    }

    /* ── INTERNALS: THE RULES TOGETHER ── */

    function _sources() internal view override returns (IVotesExtended liquid, IVotesExtended staked) {
        return (IVotesExtended(address(token())), STAKED);
    }

    function _getVotes(
        address account,
        uint256 timepoint,
        bytes memory params
    ) internal view override(GovernorUpgradeable, GovernorVotesUpgradeable, OverridableCounting) returns (uint256) {
        return OverridableCounting._getVotes(account, timepoint, params);
    }

    function _validateCancel(
        uint256 proposalId,
        address caller
    ) internal view override(GovernorUpgradeable, GovernorProposalGuardianUpgradeable) returns (bool) {
        return super._validateCancel(proposalId, caller);
    }

    function _tallyUpdated(
        uint256 proposalId
    ) internal override(GovernorUpgradeable, GovernorPreventLateQuorumUpgradeable) {
        super._tallyUpdated(proposalId);
    }

    function _queueOperations(
        uint256 proposalId,
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(GovernorUpgradeable, GovernorTimelockControlUpgradeable) returns (uint48) {
        return super._queueOperations(proposalId, targets, values, calldatas, descriptionHash);
    }

    function _executeOperations(
        uint256 proposalId,
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(GovernorUpgradeable, GovernorTimelockControlUpgradeable) {
        super._executeOperations(proposalId, targets, values, calldatas, descriptionHash);
    }

    function _cancel(
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(GovernorUpgradeable, GovernorTimelockControlUpgradeable) returns (uint256) {
        return super._cancel(targets, values, calldatas, descriptionHash);
    }

    function _executor()
        internal
        view
        override(GovernorUpgradeable, GovernorTimelockControlUpgradeable)
        returns (address)
    {
        return super._executor();
    }

    function _authorizeUpgrade(address) internal override onlyGovernance {}
}
