// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IVotes} from "@openzeppelin/contracts/governance/utils/IVotes.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IDelegationPools} from "../interfaces/IDelegationPools.sol";
import {IJobMarketplace} from "../interfaces/IJobMarketplace.sol";
import {IReputationRegistry} from "../interfaces/IReputationRegistry.sol";
import {IStakingManager} from "../interfaces/IStakingManager.sol";
import {StakedVotes} from "../staking/StakedVotes.sol";

/// @notice Counts everything that everybody owns, in one call.
contract Census {
    IERC20 public immutable ASY;
    IJobMarketplace public immutable MARKET;
    IStakingManager public immutable STAKING;
    IDelegationPools public immutable POOLS;
    IReputationRegistry public immutable REPUTATION;

    struct Money {
        uint256 held;
        uint256 balances;
        uint256 gross;
        uint256 fees;
        uint256 poolsBalance;
        uint256 poolsOwed;
    }

    struct Stakes {
        uint256 held;
        uint256 owed;
        uint256 own;
        uint256 thawing;
        uint256 credits;
        uint256 burnDue;
        uint256 auditDue;
    }

    struct Provider {
        uint256 stake;
        uint256 locked;
        uint256 free;
        uint256 capacity;
        uint256 backing;
        uint256 score;
        uint256 tier;
        IStakingManager.Thaw[] thaws;
        IDelegationPools.PoolInfo pool;
        uint256 shares;
        uint256 worth;
        uint256 exiting;
        IDelegationPools.Exit[] exits;
    }

    struct Votes {
        uint256 supply;
        uint256 liquid;
        uint256 liquidVotes;
        uint256 staked;
        uint256 stakedVotes;
        uint256 poolsHeld;
        uint256 poolsTotal;
    }

    constructor(
        IERC20 asy,
        IJobMarketplace market,
        IStakingManager staking,
        IDelegationPools pools,
        IReputationRegistry reputation
    ) {
        ASY = asy;
        MARKET = market;
        STAKING = staking;
        POOLS = pools;
        REPUTATION = reputation;
    }

    function count(
        address[] calldata tokens,
        address[] calldata people,
        address[] calldata providers
    ) external view returns (Money[] memory money, Stakes memory stakes, Provider[] memory each, Votes memory votes) {
        money = new Money[](tokens.length);
        for (uint256 i; i < tokens.length; ++i) {
            money[i] = _money(tokens[i], people, providers);
        }
        each = new Provider[](providers.length);
        for (uint256 i; i < providers.length; ++i) {
            each[i] = _provider(providers[i], people);
        }
        return (money, _stakes(people), each, _votes(people));
    }

    function _money(
        address token,
        address[] calldata people,
        address[] calldata providers
    ) private view returns (Money memory sum) {
        sum.held = IERC20(token).balanceOf(address(MARKET));
        for (uint256 i; i < people.length; ++i) {
            sum.balances += MARKET.balanceOf(token, people[i]);
            // what is settled is told with every pool; nobody has a pool at address zero
            uint256 settled = POOLS.feesOf(address(0), token, people[i]);
            sum.poolsOwed += settled;
            for (uint256 j; j < providers.length; ++j) {
                sum.poolsOwed += POOLS.feesOf(providers[j], token, people[i]) - settled;
            }
        }
        for (uint256 j; j < providers.length; ++j) {
            (uint256 gross, uint256 fees) = MARKET.earnedOf(token, providers[j]);
            sum.gross += gross;
            sum.fees += fees;
        }
        sum.poolsBalance = MARKET.balanceOf(token, address(POOLS));
    }

    function _stakes(address[] calldata people) private view returns (Stakes memory sum) {
        sum.held = ASY.balanceOf(address(STAKING));
        sum.owed = STAKING.totalOwed();
        sum.burnDue = STAKING.burnDue();
        sum.auditDue = STAKING.auditDue();
        for (uint256 i; i < people.length; ++i) {
            (uint256 own, , ) = STAKING.stakeOf(people[i]);
            sum.own += own;
            sum.credits += STAKING.creditOf(people[i]);
            IStakingManager.Thaw[] memory thaws = STAKING.thawsOf(people[i]);
            for (uint256 j; j < thaws.length; ++j) {
                sum.thawing += thaws[j].amount;
            }
        }
    }

    function _provider(address provider, address[] calldata people) private view returns (Provider memory one) {
        (one.stake, one.locked, one.free) = STAKING.stakeOf(provider);
        one.capacity = STAKING.capacityOf(provider);
        one.backing = POOLS.backingOf(provider);
        one.score = REPUTATION.scoreOf(provider);
        one.tier = REPUTATION.tierOf(provider);
        one.thaws = STAKING.thawsOf(provider);
        one.pool = POOLS.poolOf(provider);
        uint256 exits;
        for (uint256 i; i < people.length; ++i) {
            IDelegationPools.DelegationInfo memory held = POOLS.delegationOf(provider, people[i]);
            one.shares += held.shares;
            one.worth += held.assets;
            one.exiting += held.exiting;
            exits += POOLS.exitsOf(provider, people[i]).length;
        }
        one.exits = new IDelegationPools.Exit[](exits);
        for (uint256 i; i < people.length; ++i) {
            IDelegationPools.Exit[] memory own = POOLS.exitsOf(provider, people[i]);
            for (uint256 j; j < own.length; ++j) {
                one.exits[--exits] = own[j];
            }
        }
    }

    function _votes(address[] calldata people) private view returns (Votes memory sum) {
        sum.supply = ASY.totalSupply();
        sum.poolsHeld = ASY.balanceOf(address(POOLS));
        sum.poolsTotal = POOLS.totalAssets();
        for (uint256 i; i < people.length; ++i) {
            sum.liquid += ASY.balanceOf(people[i]);
            sum.liquidVotes += IVotes(address(ASY)).getVotes(people[i]);
            sum.staked += StakedVotes(address(STAKING)).votingUnitsOf(people[i]);
            sum.stakedVotes += IVotes(address(STAKING)).getVotes(people[i]);
        }
    }
}
