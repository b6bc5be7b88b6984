// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {RunWord} from "../../../contracts/libraries/RunWord.sol";

/// @title QuoteProof
/// @notice Prices as quotes: the unchecked arithmetic of RunWord stays in range, and a quote pays at least what was quoted and
///         at most the highest price.
contract QuoteProof {
    function quote(uint96 maxPrice, uint96 price) external pure {
        require(price != 0 && price <= maxPrice);
        uint256 found = RunWord.quoteUp(maxPrice, price);
        assert(found != 0);
        assert(found <= RunWord.QUOTE_UNIT);
    }

    /// @dev The definition of rounding up stands for the quote here, which keeps the solver to one division.
    function paid(uint96 maxPrice, uint96 price, uint32 found) external pure {
        require(price != 0 && price <= maxPrice && found <= RunWord.QUOTE_UNIT);
        require(uint256(found) * maxPrice >= uint256(price) * RunWord.QUOTE_UNIT);
        uint256 pays = RunWord.quotedDown(maxPrice, found);
        assert(pays >= price);
        assert(pays <= maxPrice);
    }

    function uncheckedProducts(uint96 maxPrice, uint96 price, uint32 found) external pure {
        assert(uint256(price) * RunWord.QUOTE_UNIT + maxPrice < type(uint256).max);
        assert(uint256(maxPrice) * found < type(uint256).max);
    }
}
