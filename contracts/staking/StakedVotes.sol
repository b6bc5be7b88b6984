// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {VotesExtendedUpgradeable} from "@openzeppelin/contracts-upgradeable/governance/utils/VotesExtendedUpgradeable.sol";
import {IVotes} from "@openzeppelin/contracts/governance/utils/IVotes.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title StakedVotes
/// @notice Votes of staked, delegated and thawing ASY: IVotes on a timestamp clock (IERC6372), like ASY's own. Past owners
///         and representatives are remembered too, for the governor's overrides.
/// @dev Staking takes tokens out of ASY's votes and puts as many in here, from the first block on: who never chose a
///      representative here is given the one it has in ASY, or itself. Until tokens are paid out they vote. A slash does not
///      touch the votes (it would cost two checkpoints); whoever touches the account next, or anyone through
///      `syncVotes`, takes the lost ones off. So votes are never too few, and too many by at most what was slashed since.
abstract contract StakedVotes is VotesExtendedUpgradeable {
    /// @custom:storage-location erc7201:assay.storage.StakedVotes
    struct VotesBook {
        mapping(address account => uint256) units;
    }

    // keccak256(abi.encode(uint256(keccak256("assay.storage.StakedVotes")) - 1)) & ~bytes32(uint256(0xff))
    bytes32 private constant STORAGE_SLOT = 0xa633e384cc671ec8ff923cbabb0ea5268cdb55934195800f6637c49a42a04e00;

    /* ── VIEWS ── */

    /// @notice ERC-6372: voting power is looked up by Unix time.
    function clock() public view override returns (uint48) {
        return SafeCast.toUint48(block.timestamp);
    }

    /// @notice ERC-6372 description of the clock.
    // solhint-disable-next-line func-name-mixedcase
    function CLOCK_MODE() public pure override returns (string memory) {
        return "mode=timestamp";
    }

    /// @notice Tokens of `account` that vote here, whoever it has chosen to cast the votes.
    function votingUnitsOf(address account) external view returns (uint256) {
        return _book().units[account];
    }

    /* ── INTERNALS ── */

    function _token() internal view virtual returns (IVotes);

    function _getVotingUnits(address account) internal view override returns (uint256) {
        return _book().units[account];
    }

    function _mintVotes(address account, uint256 amount) internal {
        if (delegates(account) == address(0)) {
            address chosen = _token().delegates(account);
            _delegate(account, chosen == address(0) ? account : chosen);
        }
        _book().units[account] += amount;
        _transferVotingUnits(address(0), account, amount);
    }

    function _burnVotes(address account, uint256 amount) internal {
        if (amount == 0) return;
        _book().units[account] -= amount;
        _transferVotingUnits(account, address(0), amount);
    }

    function _book() private pure returns (VotesBook storage $) {
        assembly ("memory-safe") {
            $.slot := STORAGE_SLOT
        }
    }
}
