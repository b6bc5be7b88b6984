// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IVotes} from "@openzeppelin/contracts/governance/utils/IVotes.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IDelegationPools} from "../interfaces/IDelegationPools.sol";
import {IJobMarketplace} from "../interfaces/IJobMarketplace.sol";
import {IProtocolLens} from "../interfaces/IProtocolLens.sol";
import {IProviderRegistry} from "../interfaces/IProviderRegistry.sol";
import {IReputationRegistry} from "../interfaces/IReputationRegistry.sol";
import {ISlashingManager} from "../interfaces/ISlashingManager.sol";
import {IStakingManager} from "../interfaces/IStakingManager.sol";
import {IVerificationHub} from "../interfaces/IVerificationHub.sol";
import {JobTerms} from "../libraries/JobTerms.sol";
import {LaneWord} from "../libraries/LaneWord.sol";
import {RunWord} from "../libraries/RunWord.sol";
import {StakedVotes} from "../staking/StakedVotes.sol";
import {JobStatus, SubmittedJob} from "../types/JobTypes.sol";

/// @title ProtocolLens
/// @notice Reads many things in one call, for front ends.
///
/// Purpose: a page of a front end is one `eth_call` instead of hundreds, and all of it is of the same block.
/// Roles & powers: none. No owner, no storage, no proxy; another version is another address.
/// Trust: its peers' views (immutable addresses). Nothing may trust it in turn: contracts ask the peers themselves.
/// Liveness: each list is at most MAX_PAGE long, so that a call fits what endpoints allow. A token that reverts makes its call
/// revert.
contract ProtocolLens is IProtocolLens {
    using JobTerms for uint256[6];
    using RunWord for uint256;

    uint256 public constant MAX_PAGE = 256;
    /// @dev A lane's number has 16 bits.
    uint256 private constant LANES = 1 << 16;
    uint256 private constant MAX_STRATEGIES = 16;

    struct Peers {
        IERC20 asy;
        IJobMarketplace market;
        IStakingManager staking;
        IDelegationPools pools;
        ISlashingManager slashing;
        IVerificationHub hub;
        IReputationRegistry reputation;
        IProviderRegistry registry;
    }

    IERC20 public immutable ASY;
    IJobMarketplace public immutable MARKET;
    IStakingManager public immutable STAKING;
    IDelegationPools public immutable POOLS;
    ISlashingManager public immutable SLASHING;
    IVerificationHub public immutable HUB;
    IReputationRegistry public immutable REPUTATION;
    IProviderRegistry public immutable REGISTRY;

    constructor(Peers memory peers) {
        require(
            address(peers.asy) != address(0) &&
                address(peers.market) != address(0) &&
                address(peers.staking) != address(0) &&
                address(peers.pools) != address(0) &&
                address(peers.slashing) != address(0) &&
                address(peers.hub) != address(0) &&
                address(peers.reputation) != address(0) &&
                address(peers.registry) != address(0),
            Lens_ZeroAddress()
        );
        ASY = peers.asy;
        MARKET = peers.market;
        STAKING = peers.staking;
        POOLS = peers.pools;
        SLASHING = peers.slashing;
        HUB = peers.hub;
        REPUTATION = peers.reputation;
        REGISTRY = peers.registry;
    }

    /* ── VIEWS ── */

    /// @inheritdoc IProtocolLens
    function lanes(
        address requester,
        uint256 first,
        uint256 limit
    ) external view returns (Lane[] memory page, uint256 next) {
        uint256 left = first < LANES ? LANES - first : 0;
        uint256 length = limit < MAX_PAGE ? limit : MAX_PAGE;
        if (length > left) length = left;
        page = new Lane[](length);
        for (uint256 i; i < length; ++i) {
            uint256 lane = first + i;
            (uint256 word, JobStatus status) = MARKET.laneOf(requester, lane);
            page[i] = Lane(lane, status, _isOver(status) ? word >> 8 : 0, word);
        }
        if (length != 0 && length < left) next = first + length;
    }

    /// @inheritdoc IProtocolLens
    function jobs(JobKey[] calldata keys) external view returns (JobView[] memory found) {
        _requirePage(keys.length);
        found = new JobView[](keys.length);
        for (uint256 i; i < keys.length; ++i) {
            found[i] = _job(keys[i]);
        }
    }

    /// @inheritdoc IProtocolLens
    function providers(address[] calldata accounts) external view returns (ProviderView[] memory found) {
        _requirePage(accounts.length);
        found = new ProviderView[](accounts.length);
        for (uint256 i; i < accounts.length; ++i) {
            ProviderView memory one = found[i];
            address provider = accounts[i];
            one.provider = provider;
            (one.stake, one.locked, ) = STAKING.stakeOf(provider);
            one.capacity = STAKING.capacityOf(provider);
            one.exposureBps = STAKING.exposureOf(provider);
            one.pool = POOLS.poolOf(provider);
            one.score = REPUTATION.scoreOf(provider);
            one.weight = REPUTATION.weightOf(provider);
            one.tier = REPUTATION.tierOf(provider);
            (one.capabilities, one.memoryClass) = REGISTRY.capabilitiesOf(provider);
        }
    }

    /// @inheritdoc IProtocolLens
    function position(
        address account,
        address[] calldata tokens,
        address[] calldata delegatedTo
    ) external view returns (Position memory found) {
        _requirePage(tokens.length);
        _requirePage(delegatedTo.length);
        (found.stake, found.locked, ) = STAKING.stakeOf(account);
        found.credit = STAKING.creditOf(account);
        found.epoch = MARKET.epochOf(account);
        found.thaws = STAKING.thawsOf(account);
        found.tokens = new TokenPosition[](tokens.length);
        for (uint256 i; i < tokens.length; ++i) {
            TokenPosition memory one = found.tokens[i];
            one.token = tokens[i];
            one.wallet = IERC20(tokens[i]).balanceOf(account);
            one.balance = MARKET.balanceOf(tokens[i], account);
            (one.gross, one.fee) = MARKET.earnedOf(tokens[i], account);
        }
        address[] memory feeTokens = POOLS.feeTokens();
        found.delegations = new DelegationView[](delegatedTo.length);
        for (uint256 i; i < delegatedTo.length; ++i) {
            found.delegations[i] = _delegation(delegatedTo[i], account, feeTokens);
        }
        found.votes = _votes(account);
    }

    /// @inheritdoc IProtocolLens
    function parameters(address[] calldata tokens) external view returns (Parameters memory found) {
        _requirePage(tokens.length);
        (found.treasury, found.minWindow, found.pauseBits, found.tipBps, found.burnBps) = MARKET.config();
        found.thawPeriod = STAKING.thawPeriod();
        found.auditFund = STAKING.auditFund();
        found.caseDelay = SLASHING.delay();
        found.stakeCap = REPUTATION.stakeCap();
        for (uint256 i; i < 3; ++i) {
            found.tiers[i] = REPUTATION.tier(i + 1);
        }
        found.strategies = new address[](MAX_STRATEGIES);
        for (uint256 i; i < MAX_STRATEGIES; ++i) {
            found.strategies[i] = address(HUB.strategyOf(i));
        }
        found.feeTokens = POOLS.feeTokens();
        found.tokens = new TokenTerms[](tokens.length);
        for (uint256 i; i < tokens.length; ++i) {
            TokenTerms memory one = found.tokens[i];
            one.token = tokens[i];
            (one.allowed, one.feeBps, one.minBond) = MARKET.tokenConfig(tokens[i]);
            (one.minFeeBps, one.maxFeeBps, one.target, , ) = MARKET.feeRange(tokens[i]);
        }
    }

    /// @inheritdoc IProtocolLens
    function accounting(address[] calldata tokens) external view returns (Accounting memory found) {
        _requirePage(tokens.length);
        found.supply = ASY.totalSupply();
        found.stakingOwed = STAKING.totalOwed();
        found.burnDue = STAKING.burnDue();
        found.auditDue = STAKING.auditDue();
        found.poolsOwed = POOLS.totalAssets();
        (address treasury, , , , ) = MARKET.config();
        found.held = new Held[](tokens.length);
        for (uint256 i; i < tokens.length; ++i) {
            IERC20 token = IERC20(tokens[i]);
            Held memory one = found.held[i];
            one.token = address(token);
            one.market = token.balanceOf(address(MARKET));
            one.staking = token.balanceOf(address(STAKING));
            one.pools = token.balanceOf(address(POOLS));
            one.treasury = token.balanceOf(treasury);
        }
    }

    /* ── INTERNALS ── */

    function _job(JobKey calldata key) private view returns (JobView memory found) {
        uint256[6] calldata terms = key.terms;
        bytes32 id = terms.id();
        uint256 word;
        found.id = id;
        (word, found.status) = MARKET.laneOf(terms.requester(), terms.lane());
        found.price = key.run == 0 ? terms.priceAtDown(block.timestamp) : terms.priceDown(key.run);
        if (_isOver(found.status)) {
            found.current = word >> 8 == terms.generation();
        } else if (found.status == JobStatus.Open) {
            found.current = word == LaneWord.open(id);
            if (found.current) found.deadline = terms.claimBy();
        } else if (found.status == JobStatus.Claimed) {
            found.current = word == LaneWord.claimed(id, key.run, key.nonce, key.claimer);
            if (found.current) found.deadline = key.run.claimedAt() + terms.runTime();
        } else if (found.status == JobStatus.Submitted) {
            found.current = word == LaneWord.submitted(id, key.run, key.commitment);
            if (!found.current) return found;
            (found.verdict, found.readyAt) = HUB.verdictOf(SubmittedJob(id, terms, key.run, key.commitment));
        }
    }

    function _delegation(
        address provider,
        address account,
        address[] memory feeTokens
    ) private view returns (DelegationView memory found) {
        found.provider = provider;
        found.delegation = POOLS.delegationOf(provider, account);
        found.exits = POOLS.exitsOf(provider, account);
        found.fees = new uint256[](feeTokens.length);
        for (uint256 i; i < feeTokens.length; ++i) {
            found.fees[i] = POOLS.feesOf(provider, feeTokens[i], account);
        }
    }

    function _votes(address account) private view returns (VotesView memory found) {
        IVotes liquid = IVotes(address(ASY));
        StakedVotes staked = StakedVotes(address(STAKING));
        found.liquidDelegate = liquid.delegates(account);
        found.liquidVotes = liquid.getVotes(account);
        found.stakedDelegate = staked.delegates(account);
        found.stakedVotes = staked.getVotes(account);
        found.units = staked.votingUnitsOf(account);
    }

    function _isOver(JobStatus status) private pure returns (bool) {
        return status >= JobStatus.Finalized;
    }

    function _requirePage(uint256 length) private pure {
        require(length <= MAX_PAGE, Lens_PageTooLarge(length, MAX_PAGE));
    }
}
