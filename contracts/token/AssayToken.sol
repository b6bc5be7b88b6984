// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20Upgradeable} from "@openzeppelin/contracts-upgradeable/token/ERC20/ERC20Upgradeable.sol";
import {ERC20BurnableUpgradeable} from "@openzeppelin/contracts-upgradeable/token/ERC20/extensions/ERC20BurnableUpgradeable.sol";
import {ERC20CappedUpgradeable} from "@openzeppelin/contracts-upgradeable/token/ERC20/extensions/ERC20CappedUpgradeable.sol";
import {ERC20PermitUpgradeable} from "@openzeppelin/contracts-upgradeable/token/ERC20/extensions/ERC20PermitUpgradeable.sol";
import {ERC20VotesUpgradeable} from "@openzeppelin/contracts-upgradeable/token/ERC20/extensions/ERC20VotesUpgradeable.sol";
import {VotesUpgradeable} from "@openzeppelin/contracts-upgradeable/governance/utils/VotesUpgradeable.sol";
import {VotesExtendedUpgradeable} from "@openzeppelin/contracts-upgradeable/governance/utils/VotesExtendedUpgradeable.sol";
import {NoncesUpgradeable} from "@openzeppelin/contracts-upgradeable/utils/NoncesUpgradeable.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Managed} from "../access/Managed.sol";

/// @title AssayToken
/// @notice ASY: what providers stake and token holders vote with.
///
/// Purpose: ERC-20 with permit (EIP-2612), votes on a timestamp clock (ERC-6372), burning by holders and a hard cap.
/// Roles & powers: the authority may mint below the cap. Nobody can freeze, seize or burn another holder's tokens.
/// Trust: the authority's minting right; the cap is fixed at initialisation.
/// Votes: past balances and representatives are remembered as well, so that owners can override whoever votes for them.
/// Rounding: none. Known hazards: burning lowers the supply, so burned tokens may be minted again up to the cap.
contract AssayToken is
    ERC20Upgradeable,
    ERC20BurnableUpgradeable,
    ERC20CappedUpgradeable,
    ERC20PermitUpgradeable,
    ERC20VotesUpgradeable,
    VotesExtendedUpgradeable,
    Managed
{
    /// @notice One share of the initial supply.
    struct Allocation {
        address to;
        uint256 amount;
    }

    /// @notice Sets names, cap and the authority, mints the initial supply. Called once, by the proxy's deployment.
    /// @dev The first mints happen here so that a deployment that is resumed can never mint them twice.
    function initialize(
        address authority_,
        string calldata name_,
        string calldata symbol_,
        uint256 cap_,
        Allocation[] calldata allocations
    ) external initializer {
        __AccessManaged_init(authority_);
        __ERC20_init(name_, symbol_);
        __ERC20Burnable_init();
        __ERC20Capped_init(cap_);
        __ERC20Permit_init(name_);
        __ERC20Votes_init();
        for (uint256 i; i < allocations.length; ++i) {
            _mint(allocations[i].to, allocations[i].amount);
        }
    }

    /* ── WRITES ── */

    /// @notice Mints up to the cap. Only the authority's role for this function.
    function mint(address to, uint256 amount) external restricted {
        _mint(to, amount);
    }

    /* ── VIEWS ── */

    /// @notice Semantic version of this implementation.
    function version() external pure override returns (string memory) {
        return "1.0.0";
    }

    /// @notice ERC-6372: voting power is looked up by Unix time.
    function clock() public view override returns (uint48) {
        return SafeCast.toUint48(block.timestamp);
    }

    /// @notice ERC-6372 description of the clock.
    // solhint-disable-next-line func-name-mixedcase
    function CLOCK_MODE() public pure override returns (string memory) {
        return "mode=timestamp";
    }

    /// @inheritdoc ERC20PermitUpgradeable
    function nonces(address owner) public view override(ERC20PermitUpgradeable, NoncesUpgradeable) returns (uint256) {
        return super.nonces(owner);
    }

    function _update(
        address from,
        address to,
        uint256 value
    ) internal override(ERC20Upgradeable, ERC20CappedUpgradeable, ERC20VotesUpgradeable) {
        super._update(from, to, value);
    }

    function _delegate(
        address account,
        address delegatee
    ) internal override(VotesUpgradeable, VotesExtendedUpgradeable) {
        super._delegate(account, delegatee);
    }

    function _transferVotingUnits(
        address from,
        address to,
        uint256 amount
    ) internal override(VotesUpgradeable, VotesExtendedUpgradeable) {
        super._transferVotingUnits(from, to, amount);
    }
}
