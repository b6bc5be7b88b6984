// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Managed} from "../access/Managed.sol";
import {IReputationRegistry} from "../interfaces/IReputationRegistry.sol";
import {IStakingManager} from "../interfaces/IStakingManager.sol";
import {Reputation} from "../libraries/Reputation.sol";

/// @title ReputationRegistry
/// @notice Reads records of outcomes and says what they are worth.
///
/// Purpose: the record itself lives in the provider's account in the staking manager, where settlements write it for
/// nothing; this contract holds what governance may move: the tiers and the cap of the weight.
/// Roles & powers: the authority sets tiers and cap. Nobody, the authority included, can write a record or a score.
/// Trust: the staking manager (immutable address). Rounding: scores and weights round down.
/// Known hazards: a score is about the past; a new identity starts at 2,500 however bad the old one was.
contract ReputationRegistry is Managed, IReputationRegistry {
    using Reputation for Reputation.Record;

    uint256 public constant TIERS = 3;

    IStakingManager public immutable STAKING;

    /// @custom:storage-location erc7201:assay.storage.ReputationRegistry
    struct Storage {
        mapping(uint256 number => Tier) tiers;
        uint256 stakeCap;
    }

    // keccak256(abi.encode(uint256(keccak256("assay.storage.ReputationRegistry")) - 1)) & ~bytes32(uint256(0xff))
    bytes32 private constant STORAGE_SLOT = 0xa54d796c95709ee0228e71016bff3f826f144357985856b290694e040ac9ef00;

    constructor(IStakingManager staking) {
        require(address(staking) != address(0), Reputation_ZeroAddress());
        STAKING = staking;
    }

    /// @notice Sets the authority, the weight's cap and the tiers. Called once, by the proxy's deployment.
    function initialize(address authority_, uint256 stakeCap_, Tier[3] calldata tiers) external initializer {
        __AccessManaged_init(authority_);
        _setStakeCap(stakeCap_);
        // from the highest down, so that each finds the one above it set
        for (uint256 number = TIERS; number != 0; --number) {
            _setTier(number, tiers[number - 1]);
        }
    }

    /* ── ADMIN ── */

    /// @inheritdoc IReputationRegistry
    function setTier(uint256 number, Tier calldata wanted) external restricted {
        _setTier(number, wanted);
    }

    /// @inheritdoc IReputationRegistry
    function setStakeCap(uint256 cap) external restricted {
        _setStakeCap(cap);
    }

    /* ── VIEWS ── */

    /// @inheritdoc IReputationRegistry
    function recordOf(address provider) public view returns (uint256 good, uint256 bad) {
        Reputation.Record memory record;
        (record.good, record.bad, record.day) = STAKING.recordOf(provider);
        record.decayedDown(block.timestamp / 1 days);
        return (record.good, record.bad);
    }

    /// @inheritdoc IReputationRegistry
    function scoreOf(address provider) public view returns (uint256) {
        (uint256 good, uint256 bad) = recordOf(provider);
        return Reputation.Record(good, bad, 0).scoreDown();
    }

    /// @inheritdoc IReputationRegistry
    function weightOf(address provider) external view returns (uint256) {
        uint256 capacity = Math.min(STAKING.capacityOf(provider), _storage().stakeCap);
        return Math.sqrt(capacity) * (2_500 + (3 * scoreOf(provider)) / 4);
    }

    /// @inheritdoc IReputationRegistry
    function tierOf(address provider) external view returns (uint256 number) {
        uint256 capacity = STAKING.capacityOf(provider);
        uint256 score = scoreOf(provider);
        for (number = TIERS; number != 0; --number) {
            Tier memory wanted = _storage().tiers[number];
            if (capacity >= wanted.capacity && score >= wanted.score) break;
        }
    }

    /// @inheritdoc IReputationRegistry
    function tier(uint256 number) external view returns (Tier memory) {
        return _storage().tiers[number];
    }

    /// @inheritdoc IReputationRegistry
    function stakeCap() external view returns (uint256) {
        return _storage().stakeCap;
    }

    /// @notice Semantic version of this implementation.
    function version() external pure override returns (string memory) {
        return "1.0.0";
    }

    /* ── INTERNALS ── */

    function _setTier(uint256 number, Tier calldata wanted) private {
        require(number != 0 && number <= TIERS, Reputation_UnknownTier(number, TIERS));
        require(wanted.score <= Reputation.SCORE_MAX, Reputation_ScoreOutOfRange(wanted.score, Reputation.SCORE_MAX));
        Storage storage $ = _storage();
        Tier memory below = $.tiers[number - 1];
        Tier memory above = wanted;
        if (number != TIERS) above = $.tiers[number + 1];
        require(wanted.capacity >= below.capacity && wanted.score >= below.score, Reputation_TierOrder(number));
        require(wanted.capacity <= above.capacity && wanted.score <= above.score, Reputation_TierOrder(number));
        $.tiers[number] = wanted;
        emit TierSet(number, wanted.capacity, wanted.score);
    }

    function _setStakeCap(uint256 cap) private {
        require(cap != 0, Reputation_ZeroStakeCap());
        Storage storage $ = _storage();
        emit StakeCapSet($.stakeCap, cap);
        $.stakeCap = cap;
    }

    function _storage() private pure returns (Storage storage $) {
        assembly ("memory-safe") {
            $.slot := STORAGE_SLOT
        }
    }
}
