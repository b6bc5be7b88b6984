// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {TimelockControllerUpgradeable} from "@openzeppelin/contracts-upgradeable/governance/TimelockControllerUpgradeable.sol";
import {UUPSUpgradeable} from "@openzeppelin/contracts/proxy/utils/UUPSUpgradeable.sol";
import {IStakingManager} from "../interfaces/IStakingManager.sol";

/// @title ProtocolTimelock
/// @notice Administrator of the protocol: what governance has decided waits here until everybody who disagrees could leave.
///
/// Purpose: the only holder of the authority's ADMIN role after the hand-over. Each operation waits at least `getMinDelay`,
/// which is longer than the time stake takes to thaw.
/// Roles & powers: the governor proposes and cancels, anybody executes what is due; this contract administers itself.
/// Trust: the staking manager's `thawPeriod`. Liveness: execution needs nobody's leave.
/// Known hazards: the rule is checked after every operation, whatever it did (a thaw made longer, a delay made shorter, a
/// staking manager replaced), so an operation that would break it reverts as a whole. Stake under a lock cannot leave
/// before its job or case has ended.
contract ProtocolTimelock is TimelockControllerUpgradeable, UUPSUpgradeable {
    /// @notice No longer delay can be set: a slip must not put the protocol out of reach.
    uint256 public constant MAX_DELAY = 90 days;

    /// @notice Whose thaw period the delay must exceed.
    IStakingManager public immutable STAKING;

    error Timelock_ZeroAddress();
    error Timelock_DelayNotAboveThaw(uint256 delay, uint256 thawPeriod);
    error Timelock_DelayTooLong(uint256 delay, uint256 max);
    error Timelock_NotSelf(address found, address wanted);

    constructor(IStakingManager staking) {
        require(address(staking) != address(0), Timelock_ZeroAddress());
        STAKING = staking;
        _disableInitializers();
    }

    /// @inheritdoc TimelockControllerUpgradeable
    /// @dev Refuses a delay that does not exceed the thaw period.
    function initialize(
        uint256 minDelay,
        address[] memory proposers,
        address[] memory executors,
        address admin
    ) public override initializer {
        __TimelockController_init(minDelay, proposers, executors, admin);
        _requireExit();
    }

    /* ── WRITES ── */

    /// @inheritdoc TimelockControllerUpgradeable
    function execute(
        address target,
        uint256 value,
        bytes calldata payload,
        bytes32 predecessor,
        bytes32 salt
    ) public payable override {
        super.execute(target, value, payload, predecessor, salt);
        _requireExit();
    }

    /// @inheritdoc TimelockControllerUpgradeable
    function executeBatch(
        address[] calldata targets,
        uint256[] calldata values,
        bytes[] calldata payloads,
        bytes32 predecessor,
        bytes32 salt
    ) public payable override {
        super.executeBatch(targets, values, payloads, predecessor, salt);
        _requireExit();
    }

    /* ── VIEWS ── */

    /// @notice Semantic version of this implementation.
    function version() external pure returns (string memory) {
        return "1.0.0";
    }

    /* ── INTERNALS ── */

    // INVARIANT GOV-01: the delay is longer than the thaw, after whatever happened.
    function _requireExit() private view {
        uint256 delay = getMinDelay();
        uint256 thaw = STAKING.thawPeriod();
        require(delay > thaw, Timelock_DelayNotAboveThaw(delay, thaw));
        require(delay <= MAX_DELAY, Timelock_DelayTooLong(delay, MAX_DELAY));
    }

    function _authorizeUpgrade(address) internal view override {
        require(msg.sender == address(this), Timelock_NotSelf(msg.sender, address(this)));
    }
}
