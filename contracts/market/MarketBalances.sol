// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IAssayToken} from "../interfaces/IAssayToken.sol";
import {IMarketCore} from "../interfaces/IMarketCore.sol";
import {BaseFee} from "../libraries/BaseFee.sol";
import {MarketStorage} from "./MarketStorage.sol";

/// @title MarketBalances
/// @notice Money in and out of the market, and the split of what providers have earned.
abstract contract MarketBalances is MarketStorage, ReentrancyGuardTransient, IMarketCore {
    using SafeERC20 for IERC20;

    /* ── WRITES ── */

    /// @inheritdoc IMarketCore
    function deposit(address token, address account, uint256 amount) external nonReentrant {
        _deposit(token, account, amount);
    }

    /// @inheritdoc IMarketCore
    function depositWithPermit(
        address token,
        uint256 amount,
        uint256 deadline,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external nonReentrant {
        // Checked before the token is called at all: nobody vouches for the others.
        _requireAllowed(token);
        // A permit that somebody else brought first leaves the allowance in place; transferFrom decides.
        try IERC20Permit(token).permit(msg.sender, address(this), amount, deadline, v, r, s) {} catch {}
        _deposit(token, msg.sender, amount);
    }

    /// @inheritdoc IMarketCore
    function withdraw(address token, address to, uint256 amount) external nonReentrant {
        require(to != address(0), Market_ZeroAddress());
        require(amount != 0, Market_ZeroAmount());
        _debit(token, msg.sender, amount);
        emit Withdrawn(token, msg.sender, to, amount);
        IERC20(token).safeTransfer(to, amount);
    }

    /// @inheritdoc IMarketCore
    function collect(address token, address provider) external returns (uint256 net, uint256 fee) {
        Storage storage $ = _storage();
        Earnings memory earned = $.earnings[token][provider];
        require(earned.gross != 0, Market_NothingEarned(token, provider));
        fee = earned.fee;
        $.earnings[token][provider] = Earnings(0, 0, true);
        _count($, token, earned.gross);
        uint256 shared = POOLS.shareFees(provider, token, earned.gross - fee);
        net = earned.gross - fee - shared;
        uint256 burned = token == ASY ? (fee * $.config.burnBps) / BPS : 0;
        $.balances[token][provider] += net;
        if (shared != 0) $.balances[token][address(POOLS)] += shared;
        if (fee != burned) $.balances[token][$.config.treasury] += fee - burned;
        emit EarningsCollected(token, provider, net, fee, shared, burned);
        if (burned != 0) IAssayToken(ASY).burn(burned);
    }

    /* ── INTERNALS ── */

    /// @dev Moves the fee into the present period and counts what was settled there.
    function _count(Storage storage $, address token, uint256 gross) private {
        TokenConfig memory found = $.tokens[token];
        if (found.minFeeBps == found.maxFeeBps) return;
        Volume memory volume = $.volumes[token];
        uint256 today = block.timestamp / BaseFee.PERIOD;
        if (found.period != today) {
            uint256 feeBps = _feeNow($, token, found);
            emit BaseFeeMoved(token, found.feeBps, feeBps, volume.settled);
            $.tokens[token].feeBps = uint16(feeBps);
            $.tokens[token].period = uint32(today);
            volume.settled = 0;
        }
        // gross has 128 bits; a period that is full stays full
        uint256 settled = volume.settled + gross;
        $.volumes[token].settled = settled > type(uint128).max ? type(uint128).max : uint128(settled);
    }

    function _deposit(address token, address account, uint256 amount) private {
        require(account != address(0), Market_ZeroAddress());
        require(amount != 0, Market_ZeroAmount());
        _requireAllowed(token);
        uint256 before = IERC20(token).balanceOf(address(this));
        IERC20(token).safeTransferFrom(msg.sender, address(this), amount);
        uint256 arrived = IERC20(token).balanceOf(address(this)) - before;
        require(arrived == amount, Market_FeeOnTransfer(token, arrived, amount));
        _storage().balances[token][account] += amount;
        emit Deposited(token, account, msg.sender, amount);
    }
}
