// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AutomationCompatibleInterface} from "@chainlink/contracts/src/v0.8/automation/interfaces/AutomationCompatibleInterface.sol";
import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {IJobMarketplace} from "../interfaces/IJobMarketplace.sol";
import {IMarketTypes} from "../interfaces/IMarketTypes.sol";
import {IRefereedDispute} from "../interfaces/IRefereedDispute.sol";
import {ISlashingManager} from "../interfaces/ISlashingManager.sol";
import {IUpkeepCoordinator} from "../interfaces/IUpkeepCoordinator.sol";
import {Game} from "../verification/dispute/DisputeTypes.sol";
import {DueDuties} from "./DueDuties.sol";

/// @title UpkeepCoordinator
/// @notice Lets Chainlink Automation, or anyone, do what falls due in the protocol.
///
/// Purpose: nothing in the protocol waits for one particular server. An upkeep is registered with the calldata of one duty
/// and its candidates; nodes ask checkUpkeep which of them are due and send exactly those.
/// Roles & powers: none. There is no owner, no pause, no upgrade, and no contract grants this one anything: whatever it
/// does anybody may do, so hostile performData can only do what is due or revert.
/// Trust: the market, referee, slashing manager and governor, all immutable here; each checks every call again itself.
/// Money: tips of settled batches gather in the market and leave to the market's treasury only, the one
/// that it has at that moment.
/// Liveness: an item that cannot be done does not hold up the others; a call that does nothing reverts, so that a
/// simulation shows it. Batches are bounded, so that one fits into a registry's gas limit.
/// Known hazards: a proposal's calls run with the gas that is left; one that needs more reverts and stays queued.
contract UpkeepCoordinator is IUpkeepCoordinator, DueDuties {
    /// @notice Items of one call, except settlements, which the market bounds itself.
    uint256 public constant MAX_ITEMS = 64;

    /// @param dispute  zero where there is no referee
    /// @param governor where the governor stands or will stand; zero where nobody will govern
    constructor(
        IJobMarketplace market,
        IRefereedDispute dispute,
        ISlashingManager slashing,
        IGovernor governor
    ) DueDuties(market, dispute, slashing, governor) {
        require(address(market) != address(0) && address(slashing) != address(0), Upkeep_ZeroAddress());
    }

    /* ── AUTOMATION ── */

    /// @inheritdoc AutomationCompatibleInterface
    /// @dev Reads only, so that the registry's call from the zero address and a node's static call see the same.
    function checkUpkeep(bytes calldata checkData) external view returns (bool upkeepNeeded, bytes memory performData) {
        bytes4 duty = _dutyOf(checkData);
        bytes calldata body = checkData[4:];
        if (duty == this.settle.selector) {
            IMarketTypes.Settlement[] memory due = _dueSettlements(abi.decode(body, (IMarketTypes.Settlement[])));
            return (due.length != 0, abi.encodeCall(this.settle, (due)));
        }
        if (duty == this.expire.selector) {
            Claim[] memory due = _dueClaims(abi.decode(body, (Claim[])));
            return (due.length != 0, abi.encodeCall(this.expire, (due)));
        }
        if (duty == this.timeout.selector) {
            Game[] memory due = _dueGames(abi.decode(body, (Game[])));
            return (due.length != 0, abi.encodeCall(this.timeout, (due)));
        }
        if (duty == this.endCases.selector) {
            (uint256 first, uint256 count) = abi.decode(body, (uint256, uint256));
            (first, count) = _dueCases(first, count);
            return (count != 0, abi.encodeCall(this.endCases, (first, count < MAX_ITEMS ? count : MAX_ITEMS)));
        }
        if (duty == this.collect.selector) {
            (address token, address[] memory providers) = abi.decode(body, (address, address[]));
            address[] memory due = _dueEarnings(token, providers);
            return (due.length != 0, abi.encodeCall(this.collect, (token, due)));
        }
        return (_isProposalDue(body), checkData);
    }

    /// @inheritdoc AutomationCompatibleInterface
    function performUpkeep(bytes calldata performData) external {
        bytes4 duty = _dutyOf(performData);
        // solhint-disable-next-line avoid-low-level-calls
        (bool passed, bytes memory reason) = address(this).call(performData);
        if (passed) return;
        // a decoder tells nothing
        if (reason.length == 0) revert Upkeep_Malformed(duty);
        assembly ("memory-safe") {
            revert(add(reason, 0x20), mload(reason))
        }
    }

    /* ── DUTIES ── */

    /// @inheritdoc IUpkeepCoordinator
    function settle(IMarketTypes.Settlement[] calldata items) external {
        _done(this.settle.selector, MARKET.finalizeBatch(items));
    }

    /// @inheritdoc IUpkeepCoordinator
    function expire(Claim[] calldata items) external {
        _requireFew(items.length);
        uint256 done;
        for (uint256 i; i < items.length; ++i) {
            Claim calldata item = items[i];
            // solhint-disable-next-line no-empty-blocks
            try MARKET.expire(item.terms, item.run, item.nonce, item.claimer) {
                ++done;
            } catch {}
        }
        _done(this.expire.selector, done);
    }

    /// @inheritdoc IUpkeepCoordinator
    function timeout(Game[] calldata items) external {
        _requireFew(items.length);
        uint256 done;
        for (uint256 i; i < items.length; ++i) {
            // solhint-disable-next-line no-empty-blocks
            try DISPUTE.timeout(items[i]) {
                ++done;
            } catch {}
        }
        _done(this.timeout.selector, done);
    }

    /// @inheritdoc IUpkeepCoordinator
    function endCases(uint256 first, uint256 count) external {
        _requireFew(count);
        uint256 done;
        for (uint256 id = first; id < first + count; ++id) {
            try SLASHING.executeCase(id) {
                ++done;
            } catch {
                // solhint-disable-next-line no-empty-blocks
                try SLASHING.lapse(id) {
                    ++done;
                } catch {}
            }
        }
        _done(this.endCases.selector, done);
    }

    /// @inheritdoc IUpkeepCoordinator
    function collect(address token, address[] calldata providers) external {
        _requireFew(providers.length);
        uint256 done;
        for (uint256 i; i < providers.length; ++i) {
            // solhint-disable-next-line no-empty-blocks
            try MARKET.collect(token, providers[i]) {
                ++done;
            } catch {}
        }
        _done(this.collect.selector, done);
    }

    /// @inheritdoc IUpkeepCoordinator
    function govern(
        address[] calldata targets,
        uint256[] calldata values,
        bytes[] calldata calldatas,
        bytes32 descriptionHash
    ) external {
        require(_isGoverned(), Upkeep_NothingDue(this.govern.selector));
        uint256 id = GOVERNOR.getProposalId(targets, values, calldatas, descriptionHash);
        if (GOVERNOR.state(id) == IGovernor.ProposalState.Succeeded) {
            GOVERNOR.queue(targets, values, calldatas, descriptionHash);
        } else {
            GOVERNOR.execute(targets, values, calldatas, descriptionHash);
        }
        _done(this.govern.selector, 1);
    }

    /* ── MONEY ── */

    /// @inheritdoc IUpkeepCoordinator
    function forwardTips(address token) external returns (uint256 amount) {
        amount = MARKET.balanceOf(token, address(this));
        require(amount != 0, Upkeep_NoTips(token));
        emit TipsForwarded(token, amount);
        (address treasury, , , , ) = MARKET.config();
        MARKET.withdraw(token, treasury, amount);
    }

    /* ── INTERNALS ── */

    /// @dev Nothing but a duty may be reached through data that others bring.
    function _dutyOf(bytes calldata data) private pure returns (bytes4 duty) {
        if (data.length >= 4) duty = bytes4(data);
        bool known =
            duty == this.settle.selector ||
                duty == this.expire.selector ||
                duty == this.timeout.selector ||
                duty == this.endCases.selector ||
                duty == this.collect.selector ||
                duty == this.govern.selector;
        require(known, Upkeep_UnknownDuty(duty));
    }

    function _requireFew(uint256 found) private pure {
        require(found <= MAX_ITEMS, Upkeep_TooMany(found, MAX_ITEMS));
    }

    function _done(bytes4 duty, uint256 items) private {
        require(items != 0, Upkeep_NothingDue(duty));
        emit DutyDone(duty, items);
    }
}
