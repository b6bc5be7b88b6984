// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title BooksProof
/// @notice The market's books of one token, with nothing but their sums: whatever calls come in whatever order, the market
///         holds what it owes (INV-01), and no step of a payment goes below zero or over the top.
/// @dev By induction: the books are sound when they are empty, and each function, called on any sound books, leaves them
///      sound. Each books what its namesake in the market books; amounts are whatever a caller could choose.
contract BooksProof {
    uint256 private constant SUPPLY = type(uint96).max;

    uint256 private held;
    uint256 private balances;
    uint256 private escrow;
    uint256 private gross;
    uint256 private fees;

    constructor() {
        assert(_sound());
    }

    modifier keepsSound() {
        require(_sound());
        _;
        assert(_sound());
    }

    function deposit(uint96 amount) external keepsSound {
        require(held + amount <= SUPPLY);
        held += amount;
        balances += amount;
    }

    function withdraw(uint96 amount) external keepsSound {
        require(balances >= amount);
        balances -= amount;
        held -= amount;
    }

    function post(uint96 maxPrice) external keepsSound {
        require(balances >= maxPrice);
        balances -= maxPrice;
        escrow += maxPrice;
    }

    /// @notice A claim, an award or a rescue: what the price is below the escrow goes back.
    function claim(uint96 maxPrice, uint96 price) external keepsSound {
        require(escrow >= maxPrice && price <= maxPrice);
        escrow -= maxPrice - price;
        balances += maxPrice - price;
    }

    function claimOrder(uint96 price) external keepsSound {
        require(balances >= price);
        balances -= price;
        escrow += price;
    }

    /// @notice cancel, expire, reject and resolveStalled.
    function refund(uint96 price) external keepsSound {
        require(escrow >= price);
        escrow -= price;
        balances += price;
    }

    function finalize(uint96 price, uint96 fee, uint96 tip) external keepsSound {
        require(escrow >= price && fee <= price && tip <= fee);
        escrow -= price;
        gross += price - tip;
        fees += fee - tip;
        balances += tip;
    }

    function collect(uint96 earned, uint96 fee, uint96 shared, uint96 burned) external keepsSound {
        require(gross >= earned && fees >= fee && gross - earned >= fees - fee);
        require(fee <= earned && shared <= earned - fee && burned <= fee);
        uint256 net = uint256(earned) - fee - shared;
        gross -= earned;
        fees -= fee;
        balances += net + shared + (fee - burned);
        held -= burned;
    }

    function _sound() private view returns (bool) {
        if (balances > SUPPLY || escrow > SUPPLY || gross > SUPPLY || held > SUPPLY) return false;
        return held == balances + escrow + gross && fees <= gross;
    }
}
