// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Managed} from "../access/Managed.sol";
import {IMarketCore} from "../interfaces/IMarketCore.sol";
import {JobTerms} from "../libraries/JobTerms.sol";
import {LaneWord} from "../libraries/LaneWord.sol";
import {Signatures} from "../libraries/Signatures.sol";
import {TypedData} from "../libraries/TypedData.sol";
import {JobStatus} from "../types/JobTypes.sol";
import {MarketBalances} from "./MarketBalances.sol";
import {MarketSettlement} from "./MarketSettlement.sol";
import {MarketStorage} from "./MarketStorage.sol";

/// @title JobMarketplace
/// @notice Escrow and life cycle of compute jobs: post, claim, submit, settle.
///
/// Purpose: a requester's price is escrowed when a job is posted, or taken when a provider brings the requester's signed
/// order, and leaves in exactly one of two ways: to the provider whose result every strategy of the job's policy accepted,
/// or back to the requester.
/// Parts: MarketStorage (peers, lanes, balances), MarketJobs (terms and claims), MarketBalances (money in and out),
/// MarketSettlement (results and endings), and MarketExtension, which has the rest and its own code.
/// Storage: a job is one word, kept in a lane that its requester uses again for later jobs, so a job creates no storage
/// slot. The word commits to everything that is known of the job; callers bring the preimages, events carry them.
/// Roles & powers: the requester posts, signs, awards and cancels; a staked provider or its operator claims, bids and
/// submits; everything that is due may be moved on by anyone: cancel (after claimBy), award (after the bidding), expire,
/// rescue, finalize, reject, resolveStalled, collect. The authority sets token fees and minimums for jobs posted later,
/// tips, the burned share and the treasury; its guardian may stop posting and claiming, nothing else. A posted job keeps the
/// terms it was posted with.
/// Trust: the peers (immutable addresses, so upgrades of theirs go through the authority) and the strategies that the job's
/// policy names.
/// Token needs: ERC-20 without fees on transfer, refused by measuring; a token that changes balances by itself must not be
/// allow-listed.
/// Liveness: every state that holds money has a deadline after which anyone may end it.
/// Rounding: prices on the ramp, fees, tips and burns round down, prices in dollars and of bids up; the requester gets the
/// rest of a price, the provider that of a fee, the treasury that of a tip or burn.
/// Known hazards: the nonce is unpredictable before the claim but a claimer may retry once a block; times are block times.
contract JobMarketplace is Managed, MarketBalances, MarketSettlement {
    using JobTerms for uint256[6];
    using LaneWord for uint256;

    /// @notice The rest of this contract. Replaced with it, by an upgrade.
    address public immutable EXTENSION;

    /// @param extension a MarketExtension with the same peers
    constructor(Peers memory peers, address extension) MarketStorage(peers) {
        require(extension.code.length != 0, Market_NotAContract(extension));
        EXTENSION = extension;
    }

    /// @notice Sets the authority, the treasury, the shortest window and the shares of the fee. Called once, by the proxy's
    ///         deployment.
    function initialize(
        address authority_,
        address treasury,
        uint32 minWindow,
        uint16 tipBps,
        uint16 burnBps
    ) external initializer {
        __AccessManaged_init(authority_);
        _setTreasury(treasury);
        _setMinWindow(minWindow);
        _setFeeShares(tipBps, burnBps);
    }

    /* ── WRITES ── */

    /// @inheritdoc IMarketCore
    function postJob(uint256[6] calldata terms, bytes32[6] calldata spec) external returns (bytes32 id) {
        return _post(terms, spec);
    }

    /// @inheritdoc IMarketCore
    function claim(uint256[6] calldata terms, address provider) external returns (bytes32 nonce) {
        Storage storage $ = _storage();
        _requireRunning($, PAUSE_CLAIM);
        bytes32 id = terms.id();
        _requireLane($, terms, id, LaneWord.open(id));
        nonce = _claimOpen($, terms, id, provider);
        _admitOne(terms, provider, msg.sender);
    }

    /// @inheritdoc IMarketCore
    function claimOrder(
        uint256[6] calldata terms,
        bytes32[6] calldata spec,
        address provider,
        bytes calldata signature
    ) external returns (bytes32 nonce) {
        _checkTerms(_storage(), terms, spec, PAUSE_POST | PAUSE_CLAIM);
        _requireSigned(terms, signature);
        bytes32 id = terms.id();
        emit JobPosted(id, terms.requester(), terms, spec);
        uint256 price;
        (nonce, price) = _start(terms, id, provider, msg.sender, _quoteOf(terms));
        _debit(terms.token(), terms.requester(), price);
        _admitOne(terms, provider, msg.sender);
    }

    /// @inheritdoc IMarketCore
    function cancel(uint256[6] calldata terms) external {
        Storage storage $ = _storage();
        bytes32 id = terms.id();
        _requireLane($, terms, id, LaneWord.open(id));
        _cancel($, terms, id);
    }

    /// @notice Everything else is the extension's, on this contract's storage. Ether is not accepted.
    fallback() external {
        _passOn(EXTENSION);
    }

    /* ── VIEWS ── */

    /// @inheritdoc IMarketCore
    function balanceOf(address token, address account) external view returns (uint256) {
        return _storage().balances[token][account];
    }

    /// @inheritdoc IMarketCore
    function earnedOf(address token, address provider) external view returns (uint256 gross, uint256 fee) {
        Earnings storage earned = _storage().earnings[token][provider];
        return (earned.gross, earned.fee);
    }

    /// @inheritdoc IMarketCore
    function laneOf(address requester, uint256 lane) external view returns (uint256 word, JobStatus status) {
        word = _storage().lanes[requester][lane];
        status = word.status();
    }

    /// @inheritdoc IMarketCore
    function tokenConfig(address token) external view returns (bool allowed, uint16 feeBps, uint96 minBond) {
        Storage storage $ = _storage();
        TokenConfig memory found = $.tokens[token];
        return (found.allowed, uint16(_feeNow($, token, found)), found.minBond);
    }

    /// @inheritdoc IMarketCore
    function config()
        external
        view
        returns (address treasury, uint32 minWindow, uint8 pauseBits, uint16 tipBps, uint16 burnBps)
    {
        Config memory config_ = _storage().config;
        return (config_.treasury, config_.minWindow, config_.pauseBits, config_.tipBps, config_.burnBps);
    }

    /// @inheritdoc IMarketCore
    function priceAt(uint256[6] calldata terms, uint256 time) external pure returns (uint256) {
        return terms.priceAtDown(time);
    }

    /// @notice Semantic version of this implementation.
    function version() external pure override returns (string memory) {
        return "1.0.0";
    }

    /* ── INTERNALS ── */

    function _requireSigned(uint256[6] calldata terms, bytes calldata signature) private view {
        address requester = terms.requester();
        bytes32 digest = Signatures.orderHash(terms, _storage().epochs[requester]);
        require(TypedData.isSigned(requester, digest, signature), Market_BadSignature(requester));
    }

    /// @dev Ends the call with what the extension's code says to it.
    /// @custom:oz-upgrades-unsafe-allow-reachable delegatecall
    function _passOn(address extension) private {
        assembly ("memory-safe") {
            let p := mload(0x40)
            calldatacopy(p, 0, calldatasize())
            let done := delegatecall(gas(), extension, p, calldatasize(), 0, 0)
            returndatacopy(p, 0, returndatasize())
            if iszero(done) {
                revert(p, returndatasize())
            }
            return(p, returndatasize())
        }
    }
}
