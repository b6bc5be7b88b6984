// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManagedUpgradeable} from "@openzeppelin/contracts-upgradeable/access/manager/AccessManagedUpgradeable.sol";
import {IDelegationPools} from "../interfaces/IDelegationPools.sol";
import {IMarketTypes} from "../interfaces/IMarketTypes.sol";
import {IPriceFeeds} from "../interfaces/IPriceFeeds.sol";
import {IProviderRegistry} from "../interfaces/IProviderRegistry.sol";
import {ISlashingManager} from "../interfaces/ISlashingManager.sol";
import {IStakingManager} from "../interfaces/IStakingManager.sol";
import {IVerificationHub} from "../interfaces/IVerificationHub.sol";
import {IVerificationStrategy} from "../interfaces/IVerificationStrategy.sol";
import {BaseFee} from "../libraries/BaseFee.sol";
import {JobTerms} from "../libraries/JobTerms.sol";
import {LaneWord} from "../libraries/LaneWord.sol";
import {JobStatus} from "../types/JobTypes.sol";

/// @title MarketStorage
/// @notice What JobMarketplace and its extension share: peers, storage, and the few ways in which lanes and balances change.
/// @dev Both are built with the same peers. The extension runs on the marketplace's storage only.
abstract contract MarketStorage is AccessManagedUpgradeable, IMarketTypes {
    using JobTerms for uint256[6];
    using LaneWord for uint256;

    uint256 public constant MAX_BATCH = 256;
    uint256 internal constant BPS = 10_000;

    uint8 public constant PAUSE_POST = 1;
    uint8 public constant PAUSE_CLAIM = 2;
    /// @dev The policy that names the optimistic window only. The market judges it itself, which saves the hub's call.
    uint16 internal constant WINDOW_ONLY = 1;

    address public immutable ASY;
    IStakingManager public immutable STAKING;
    IVerificationHub public immutable HUB;
    ISlashingManager public immutable SLASHING;
    IDelegationPools public immutable POOLS;
    IProviderRegistry public immutable REGISTRY;
    IPriceFeeds public immutable FEEDS;

    /// @dev One slot. The fee is that of `period`, see BaseFee.
    struct TokenConfig {
        bool allowed;
        uint16 feeBps;
        uint96 minBond;
        uint32 period;
        uint16 minFeeBps;
        uint16 maxFeeBps;
    }

    /// @dev What moves a token's fee: settled in its period, and what should be.
    struct Volume {
        uint128 settled;
        uint128 target;
    }

    struct Config {
        address treasury;
        uint32 minWindow;
        uint8 pauseBits;
        uint16 tipBps;
        uint16 burnBps;
    }

    /// @dev `kept` never falls again, so that collecting does not give the slot back: the next job would pay for a new one.
    struct Earnings {
        uint128 gross;
        uint120 fee;
        bool kept;
    }

    /// @custom:storage-location erc7201:assay.storage.JobMarketplace
    /// @dev `strategies` remembers what the hub's numbers stand for, which never changes there (VER-03).
    struct Storage {
        mapping(address requester => mapping(uint256 lane => uint256)) lanes;
        mapping(address token => mapping(address account => uint256)) balances;
        mapping(address token => mapping(address provider => Earnings)) earnings;
        mapping(address token => TokenConfig) tokens;
        Config config;
        mapping(address token => Volume) volumes;
        mapping(address signer => uint256) epochs;
        mapping(uint256 number => IVerificationStrategy) strategies;
    }

    // keccak256(abi.encode(uint256(keccak256("assay.storage.JobMarketplace")) - 1)) & ~bytes32(uint256(0xff))
    bytes32 private constant STORAGE_SLOT = 0xee67c203b13bcb030fabe11b5f45659086ffbb5e7d57b949800bb15ebfe5b500;

    constructor(Peers memory peers) {
        require(
            peers.asy != address(0) &&
                address(peers.staking) != address(0) &&
                address(peers.hub) != address(0) &&
                address(peers.slashing) != address(0) &&
                address(peers.pools) != address(0) &&
                address(peers.registry) != address(0) &&
                address(peers.feeds) != address(0),
            Market_ZeroAddress()
        );
        ASY = peers.asy;
        STAKING = peers.staking;
        HUB = peers.hub;
        SLASHING = peers.slashing;
        POOLS = peers.pools;
        REGISTRY = peers.registry;
        FEEDS = peers.feeds;
    }

    /* ── INTERNALS: LANES ── */

    function _requireLane(Storage storage $, uint256[6] calldata terms, bytes32 id, uint256 expected) internal view {
        uint256 word = $.lanes[terms.requester()][terms.lane()];
        require(word == expected, Market_StaleJob(id, word.status()));
    }

    function _setLane(Storage storage $, uint256[6] calldata terms, uint256 word) internal {
        $.lanes[terms.requester()][terms.lane()] = word;
    }

    function _end(Storage storage $, uint256[6] calldata terms, JobStatus status) internal {
        _setLane($, terms, LaneWord.terminal(terms.generation(), status));
    }

    /* ── INTERNALS: BALANCES ── */

    function _debit(address token, address account, uint256 amount) internal {
        mapping(address => uint256) storage balances = _storage().balances[token];
        uint256 found = balances[account];
        require(found >= amount, Market_InsufficientBalance(token, found, amount));
        // found >= amount
        unchecked {
            balances[account] = found - amount;
        }
    }

    function _credit(Storage storage $, uint256[6] calldata terms, uint256 amount) internal {
        $.balances[terms.token()][terms.requester()] += amount;
    }

    /* ── INTERNALS: THE REST ── */

    /// @dev The slashing manager says what a reason costs; the rest of the bond is released there.
    function _slash(
        ISlashingManager.Reason reason,
        uint256[6] calldata terms,
        address provider,
        address finder
    ) internal returns (uint256 lost) {
        return SLASHING.slash(reason, provider, terms.bond(), terms.requester(), finder);
    }

    function _requireRunning(Storage storage $, uint8 bits) internal view {
        uint8 paused = $.config.pauseBits;
        require(paused & bits == 0, Market_Paused(paused, bits));
    }

    function _requireAllowed(address token) internal view {
        require(_storage().tokens[token].allowed, Market_TokenNotAllowed(token));
    }

    /// @dev The fee that holds now. Reads no second slot while the period is the one that was written last.
    function _feeNow(Storage storage $, address token, TokenConfig memory found) internal view returns (uint256) {
        uint256 today = block.timestamp / BaseFee.PERIOD;
        if (found.period == today || found.minFeeBps == found.maxFeeBps) return found.feeBps;
        Volume memory volume = $.volumes[token];
        return
            BaseFee.afterPeriods(
                found.feeBps,
                found.minFeeBps,
                found.maxFeeBps,
                volume.settled,
                volume.target,
                today - found.period
            );
    }

    function _storage() internal pure returns (Storage storage $) {
        assembly ("memory-safe") {
            $.slot := STORAGE_SLOT
        }
    }
}
