// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {Managed} from "../access/Managed.sol";

/// @title ParameterCouncil
/// @notice Lets a council move single parameters, inside ranges that governance has set, without waiting for a vote.
///
/// Purpose: parameters that must follow the market faster than a proposal can. Governance opens a parameter by giving its
/// setter a range; until then, and from the moment the range is closed, the council cannot touch it.
/// Roles & powers: the authority's administrator sets ranges; the council role moves. This contract holds the authority's
/// role for the opened setters and can call nothing else.
/// Trust: governance opens only setters with one number; the setter's own bounds hold as well.
/// Rounding: none. Known hazards: a range may be crossed from end to end, once per `MIN_INTERVAL`; choose ranges of which
/// both ends are harmless.
contract ParameterCouncil is Managed {
    /// @dev One slot and a time; `max` zero means closed.
    struct Range {
        uint128 min;
        uint128 max;
        uint64 movedAt;
    }

    /// @custom:storage-location erc7201:assay.storage.ParameterCouncil
    struct Storage {
        mapping(address target => mapping(bytes4 setter => Range)) ranges;
    }

    // keccak256(abi.encode(uint256(keccak256("assay.storage.ParameterCouncil")) - 1)) & ~bytes32(uint256(0xff))
    bytes32 private constant STORAGE_SLOT = 0x019d49fec4ede5a34c40f88cd60ad8ef996dd9de4bf2a2bd43bbcd8665afd800;

    /// @notice Seconds between two moves of one parameter.
    uint256 public constant MIN_INTERVAL = 1 hours;

    event RangeSet(address indexed target, bytes4 indexed setter, uint128 min, uint128 max);
    event Moved(address indexed target, bytes4 indexed setter, uint128 value);

    error Council_ZeroTarget();
    error Council_EmptyRange(uint128 min, uint128 max);
    error Council_Closed(address target, bytes4 setter);
    error Council_OutOfRange(uint128 value, uint128 min, uint128 max);
    error Council_TooSoon(uint256 readyAt);

    /// @notice Sets the authority. Called once, by the proxy's deployment.
    function initialize(address authority_) external initializer {
        __AccessManaged_init(authority_);
    }

    /* ── WRITES ── */

    /// @notice Calls `setter(value)` on `target`. Only the council's role.
    function move(address target, bytes4 setter, uint128 value) external restricted {
        Range storage range = _storage().ranges[target][setter];
        (uint128 min, uint128 max) = (range.min, range.max);
        require(max != 0, Council_Closed(target, setter));
        // INVARIANT GOV-20: the council stays inside the range.
        require(value >= min && value <= max, Council_OutOfRange(value, min, max));
        uint256 readyAt = range.movedAt == 0 ? 0 : range.movedAt + MIN_INTERVAL;
        require(block.timestamp >= readyAt, Council_TooSoon(readyAt));
        range.movedAt = uint64(block.timestamp);
        emit Moved(target, setter, value);
        Address.functionCall(target, abi.encodeWithSelector(setter, value));
    }

    /* ── ADMIN ── */

    /// @notice Opens a setter of one number for the council, or closes it (both ends zero).
    function setRange(address target, bytes4 setter, uint128 min, uint128 max) external restricted {
        require(target != address(0), Council_ZeroTarget());
        require(min <= max, Council_EmptyRange(min, max));
        Range storage range = _storage().ranges[target][setter];
        (range.min, range.max) = (min, max);
        emit RangeSet(target, setter, min, max);
    }

    /* ── VIEWS ── */

    /// @notice Semantic version of this implementation.
    function version() external pure override returns (string memory) {
        return "1.0.0";
    }

    /// @notice The range of a setter; `max` zero where it is closed. `movedAt` is the Unix time of the last move.
    function rangeOf(address target, bytes4 setter) external view returns (uint128 min, uint128 max, uint64 movedAt) {
        Range storage range = _storage().ranges[target][setter];
        return (range.min, range.max, range.movedAt);
    }

    /* ── INTERNALS ── */

    function _storage() private pure returns (Storage storage $) {
        assembly ("memory-safe") {
            $.slot := STORAGE_SLOT
        }
    }
}
