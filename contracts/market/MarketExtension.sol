// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMarketExtension} from "../interfaces/IMarketExtension.sol";
import {BaseFee} from "../libraries/BaseFee.sol";
import {Signatures} from "../libraries/Signatures.sol";
import {MarketBids} from "./MarketBids.sol";
import {MarketOrders} from "./MarketOrders.sol";
import {MarketStorage} from "./MarketStorage.sol";

/// @title MarketExtension
/// @notice The part of JobMarketplace that does not fit into one contract's code: orders, bids, batches, rescue and
///         administration.
///
/// Purpose: JobMarketplace passes on every call that it does not know itself (delegatecall), so both are one contract to the
/// outside: one address, one storage, one ABI (IJobMarketplace). What is called most stays in JobMarketplace.
/// Storage: MarketStorage's, on the proxy. Called directly this contract has no authority, no listed token and no money.
/// Trust: an upgrade replaces both together; JobMarketplace names its extension as an immutable.
contract MarketExtension is MarketOrders, MarketBids {
    constructor(Peers memory peers) MarketStorage(peers) {
        _disableInitializers();
    }

    /* ── ADMIN ── */

    /// @inheritdoc IMarketExtension
    function configureToken(address token, bool allowed, uint16 feeBps, uint96 minBond) external restricted {
        require(token.code.length != 0, Market_NotAContract(token));
        require(feeBps <= MAX_FEE_BPS, Market_FeeTooHigh(feeBps, MAX_FEE_BPS));
        _storage().tokens[token] = TokenConfig(allowed, feeBps, minBond, _period(), feeBps, feeBps);
        emit TokenConfigured(token, allowed, feeBps, minBond);
    }

    /// @inheritdoc IMarketExtension
    function setFeeRange(address token, uint16 minFeeBps, uint16 maxFeeBps, uint128 target) external restricted {
        require(maxFeeBps <= MAX_FEE_BPS, Market_FeeTooHigh(maxFeeBps, MAX_FEE_BPS));
        require(minFeeBps <= maxFeeBps, Market_FeeRange(minFeeBps, maxFeeBps));
        Storage storage $ = _storage();
        TokenConfig memory found = $.tokens[token];
        uint256 fee = _feeNow($, token, found);
        if (fee < minFeeBps) fee = minFeeBps;
        if (fee > maxFeeBps) fee = maxFeeBps;
        // fee <= MAX_FEE_BPS
        $.tokens[token] = TokenConfig(found.allowed, uint16(fee), found.minBond, _period(), minFeeBps, maxFeeBps);
        $.volumes[token] = Volume(0, target);
        emit FeeRangeSet(token, fee, minFeeBps, maxFeeBps, target);
    }

    /// @inheritdoc IMarketExtension
    function setFeeShares(uint16 tipBps, uint16 burnBps) external restricted {
        _setFeeShares(tipBps, burnBps);
    }

    /// @inheritdoc IMarketExtension
    function setTreasury(address treasury) external restricted {
        _setTreasury(treasury);
    }

    /// @inheritdoc IMarketExtension
    function setMinWindow(uint32 seconds_) external restricted {
        _setMinWindow(seconds_);
    }

    /// @inheritdoc IMarketExtension
    function setPause(uint8 bits) external restricted {
        Config storage config_ = _storage().config;
        require(bits <= PAUSE_POST | PAUSE_CLAIM, Market_UnknownPauseBits(bits, PAUSE_POST | PAUSE_CLAIM));
        emit PauseSet(config_.pauseBits, bits);
        config_.pauseBits = bits;
    }

    /* ── VIEWS ── */

    /// @inheritdoc IMarketExtension
    function epochOf(address signer) external view returns (uint256) {
        return _storage().epochs[signer];
    }

    /// @inheritdoc IMarketExtension
    function feeRange(
        address token
    ) external view returns (uint16 minFeeBps, uint16 maxFeeBps, uint256 target, uint256 settled, uint256 period) {
        Storage storage $ = _storage();
        TokenConfig memory found = $.tokens[token];
        Volume memory volume = $.volumes[token];
        return (found.minFeeBps, found.maxFeeBps, volume.target, volume.settled, found.period);
    }

    /// @notice The EIP-712 domain of orders and bids (EIP-5267).
    function eip712Domain()
        external
        view
        returns (
            bytes1 fields,
            string memory name,
            string memory version_,
            uint256 chainId,
            address verifyingContract,
            bytes32 salt,
            uint256[] memory extensions
        )
    {
        return (
            hex"0f",
            Signatures.NAME,
            Signatures.VERSION,
            block.chainid,
            address(this),
            bytes32(0),
            new uint256[](0)
        );
    }

    /* ── INTERNALS ── */

    function _period() private view returns (uint32) {
        return uint32(block.timestamp / BaseFee.PERIOD);
    }
}
