// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IJobMarketplace} from "../interfaces/IJobMarketplace.sol";
import {IStakingManager} from "../interfaces/IStakingManager.sol";

/// @notice Reads all books of all accounts in one call, so that an invariant can be checked after every transaction.
contract Books {
    struct Money {
        uint256 held;
        uint256[] balances;
        uint256[] gross;
        uint256[] fees;
    }

    struct Stakes {
        uint256 held;
        uint256 owed;
        uint256[] stakes;
        uint256[] locked;
        uint256[] thawing;
        uint256[] credits;
    }

    function money(
        IJobMarketplace market,
        address token,
        address[] calldata accounts
    ) external view returns (Money memory all) {
        uint256 count = accounts.length;
        all = Money(
            IERC20(token).balanceOf(address(market)),
            new uint256[](count),
            new uint256[](count),
            new uint256[](count)
        );
        for (uint256 i; i < count; ++i) {
            all.balances[i] = market.balanceOf(token, accounts[i]);
            (all.gross[i], all.fees[i]) = market.earnedOf(token, accounts[i]);
        }
    }

    function stakes(
        IStakingManager staking,
        IERC20 asy,
        address[] calldata accounts
    ) external view returns (Stakes memory all) {
        uint256 count = accounts.length;
        all = Stakes(
            asy.balanceOf(address(staking)),
            staking.totalOwed(),
            new uint256[](count),
            new uint256[](count),
            new uint256[](count),
            new uint256[](count)
        );
        for (uint256 i; i < count; ++i) {
            (all.stakes[i], all.locked[i], ) = staking.stakeOf(accounts[i]);
            all.credits[i] = staking.creditOf(accounts[i]);
            IStakingManager.Thaw[] memory thaws = staking.thawsOf(accounts[i]);
            for (uint256 j; j < thaws.length; ++j) {
                all.thawing[i] += thaws[j].amount;
            }
        }
    }
}
