// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {VestingWallet} from "@openzeppelin/contracts/finance/VestingWallet.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Managed} from "../access/Managed.sol";
import {IJobMarketplace} from "../interfaces/IJobMarketplace.sol";

/// @title Treasury
/// @notice Holds the protocol's fees and pays by governance's decision only.
///
/// Purpose: fees gather here from the market; governance pays them out at once or as a grant that vests.
/// Roles & powers: the authority's administrator pays; anybody may fetch what the market owes. No other way out exists.
/// Token needs: any token the market lists; an account's received amount is what the balance and the payments say, so
/// tokens that arrive without a call are counted too.
/// Rounding: none. Known hazards: a grant cannot be taken back; a grant's wallet pays whoever owns it.
contract Treasury is Managed {
    using SafeERC20 for IERC20;

    /// @dev What has left, by token; the zero address stands for the chain's own coin.
    struct Spent {
        uint128 paid;
        uint128 granted;
    }

    /// @custom:storage-location erc7201:assay.storage.Treasury
    struct Storage {
        mapping(address token => Spent) spent;
        mapping(uint256 id => address) grants;
        uint256 grantCount;
    }

    // keccak256(abi.encode(uint256(keccak256("assay.storage.Treasury")) - 1)) & ~bytes32(uint256(0xff))
    bytes32 private constant STORAGE_SLOT = 0xb8c9e4ad26d7761be43cfd3e1b9a153fda7d6273918dd2c9e8c39f2f8054d000;

    /// @notice Where fees come from.
    IJobMarketplace public immutable MARKET;

    event FeesFetched(address indexed token, uint256 amount);
    event Paid(address indexed token, address indexed to, uint256 amount);
    event Granted(
        uint256 indexed id,
        address indexed token,
        address indexed beneficiary,
        address wallet,
        uint256 amount,
        uint64 start,
        uint64 duration
    );

    error Treasury_ZeroAddress();
    error Treasury_ZeroAmount();
    error Treasury_ZeroDuration();
    error Treasury_Insufficient(address token, uint256 held, uint256 wanted);
    error Treasury_PaymentFailed(address to, uint256 amount);

    constructor(IJobMarketplace market) {
        require(address(market) != address(0), Treasury_ZeroAddress());
        MARKET = market;
    }

    /// @notice Sets the authority. Called once, by the proxy's deployment.
    function initialize(address authority_) external initializer {
        __AccessManaged_init(authority_);
    }

    /// @notice The chain's own coin is welcome.
    receive() external payable {}

    /* ── WRITES ── */

    /// @notice Fetches what the market holds for the treasury. Anyone may call.
    /// @return amount smallest unit of the token
    function fetchFees(address token) external returns (uint256 amount) {
        amount = MARKET.balanceOf(token, address(this));
        require(amount != 0, Treasury_ZeroAmount());
        MARKET.withdraw(token, address(this), amount);
        emit FeesFetched(token, amount);
    }

    /* ── ADMIN ── */

    /// @notice Pays at once; token zero is the chain's own coin.
    function pay(address token, address to, uint256 amount) external restricted {
        require(to != address(0), Treasury_ZeroAddress());
        _requireHeld(token, amount);
        _storage().spent[token].paid += uint128(amount);
        emit Paid(token, to, amount);
        if (token == address(0)) {
            (bool sent, ) = to.call{value: amount}("");
            require(sent, Treasury_PaymentFailed(to, amount));
        } else {
            IERC20(token).safeTransfer(to, amount);
        }
    }

    /// @notice Puts tokens into a new vesting wallet: linear from `start` on, for `duration` seconds.
    /// @return wallet the OpenZeppelin VestingWallet that the beneficiary owns
    function grant(
        address token,
        address beneficiary,
        uint256 amount,
        uint64 start,
        uint64 duration
    ) external restricted returns (address wallet) {
        require(token != address(0) && beneficiary != address(0), Treasury_ZeroAddress());
        require(duration != 0, Treasury_ZeroDuration());
        _requireHeld(token, amount);
        Storage storage $ = _storage();
        uint256 id = $.grantCount++;
        wallet = address(new VestingWallet(beneficiary, start, duration));
        $.grants[id] = wallet;
        $.spent[token].granted += uint128(amount);
        emit Granted(id, token, beneficiary, wallet, amount, start, duration);
        IERC20(token).safeTransfer(wallet, amount);
    }

    /* ── VIEWS ── */

    /// @notice Semantic version of this implementation.
    function version() external pure override returns (string memory) {
        return "1.0.0";
    }

    /// @notice The whole account of one token, smallest unit; `received = held + paid + granted`.
    /// @param token zero for the chain's own coin
    /// @return held what is here now, without `pending`
    /// @return pending what the market holds for the treasury
    /// @return paid what was paid at once, ever
    /// @return granted what went into vesting wallets, ever
    function accountOf(
        address token
    ) external view returns (uint256 held, uint256 pending, uint256 paid, uint256 granted) {
        Spent storage spent = _storage().spent[token];
        pending = token == address(0) ? 0 : MARKET.balanceOf(token, address(this));
        return (_held(token), pending, spent.paid, spent.granted);
    }

    /// @notice The vesting wallet of a grant; zero where there is none.
    function grantOf(uint256 id) external view returns (address wallet) {
        return _storage().grants[id];
    }

    /// @notice How many grants there are; ids count from zero.
    function grantCount() external view returns (uint256) {
        return _storage().grantCount;
    }

    /* ── INTERNALS ── */

    function _requireHeld(address token, uint256 amount) private view {
        require(amount != 0, Treasury_ZeroAmount());
        uint256 held = _held(token);
        // INVARIANT GOV-30: nothing is booked as paid that was not here; the bound keeps the books' 128 bits exact
        require(amount <= held && amount <= type(uint128).max, Treasury_Insufficient(token, held, amount));
    }

    function _held(address token) private view returns (uint256) {
        return token == address(0) ? address(this).balance : IERC20(token).balanceOf(address(this));
    }

    function _storage() private pure returns (Storage storage $) {
        assembly ("memory-safe") {
            $.slot := STORAGE_SLOT
        }
    }
}
