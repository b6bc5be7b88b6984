// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title MoneyProof
/// @notice The formulas by which MarketSettlement and MarketBalances split a price: each part is no more than what it is a
///         part of, so BooksProof's assumptions hold.
contract MoneyProof {
    uint256 private constant BPS = 10_000;
    uint256 private constant MAX_FEE_BPS = 2_000;

    function settle(uint96 price, uint16 feeBps, uint16 tipBps) external pure {
        require(feeBps <= MAX_FEE_BPS && tipBps <= BPS);
        uint256 fee = (uint256(price) * feeBps) / BPS;
        uint256 tip = (fee * tipBps) / BPS;
        assert(fee <= price);
        assert(fee * 5 <= price);
        assert(tip <= fee);
        assert((price - tip) - (fee - tip) == price - fee);
    }

    function collect(uint128 gross, uint120 fee, uint128 shared, uint16 burnBps) external pure {
        require(fee <= gross && burnBps <= BPS && shared <= gross - fee);
        uint256 burned = (uint256(fee) * burnBps) / BPS;
        uint256 net = uint256(gross) - fee - shared;
        assert(burned <= fee);
        assert(net + shared + (fee - burned) + burned == gross);
    }
}
