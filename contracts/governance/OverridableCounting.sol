// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {GovernorUpgradeable} from "@openzeppelin/contracts-upgradeable/governance/GovernorUpgradeable.sol";
import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IVotesExtended} from "../interfaces/IVotesExtended.sol";

/// @title OverridableCounting
/// @notice Counts against, for and abstain, over two sources of votes, and lets owners take their share back.
///
/// A representative casts what was delegated to it. Whoever owns the tokens may override: its own share, from each source
/// under the representative that it had there, leaves the representative's side and goes to the owner's, before or after
/// the representative has voted. Tokens that nobody represents can be cast in the same way.
/// @dev The order of the calls never changes the tally (a property test compares all orders with a model).
abstract contract OverridableCounting is GovernorUpgradeable {
    /// @dev `cast` is support + 1, zero until the account has voted for those who chose it.
    struct Receipt {
        uint8 cast;
        bool overridden;
        uint208 overriddenWeight;
    }

    struct Tally {
        uint256[3] votes;
        mapping(address voter => Receipt) receipts;
    }

    /// @custom:storage-location erc7201:assay.storage.OverridableCounting
    struct CountingStorage {
        mapping(uint256 proposalId => Tally) tallies;
    }

    uint8 internal constant AGAINST = 0;
    uint8 internal constant FOR = 1;
    uint8 internal constant ABSTAIN = 2;

    // keccak256(abi.encode(uint256(keccak256("assay.storage.OverridableCounting")) - 1)) & ~bytes32(uint256(0xff))
    bytes32 private constant STORAGE_SLOT = 0x70783f71a42acdc26bab4a94f7370a3b665ccb03b8d1609792951f1dfe4a0700;

    /// @notice An owner voted with its own tokens, whoever represents them.
    event OverrideVoteCast(address indexed voter, uint256 proposalId, uint8 support, uint256 weight, string reason);
    /// @notice A representative's vote lost the share of an owner who voted otherwise.
    event VoteReduced(address indexed delegate, uint256 proposalId, uint8 support, uint256 weight);

    error Governor_AlreadyOverridden(address account);
    error Governor_NothingToOverride(address account, uint256 snapshot);

    /* ── WRITES ── */

    /// @notice Votes with the sender's own tokens, liquid and staked, instead of whoever represents them.
    /// @param support 0 against, 1 for, 2 abstain
    /// @return weight the sender's tokens at the proposal's snapshot
    function castOverrideVote(
        uint256 proposalId,
        uint8 support,
        string calldata reason
    ) external returns (uint256 weight) {
        return _castOverride(proposalId, _msgSender(), support, reason);
    }

    /* ── VIEWS ── */

    /// @inheritdoc IGovernor
    // solhint-disable-next-line func-name-mixedcase
    function COUNTING_MODE() public pure override returns (string memory) {
        return "support=bravo,override&quorum=for,abstain&overridable=true";
    }

    /// @inheritdoc IGovernor
    function hasVoted(uint256 proposalId, address account) public view override returns (bool) {
        return _counting().tallies[proposalId].receipts[account].cast != 0;
    }

    /// @notice Whether `account` has voted with its own tokens.
    function hasVotedOverride(uint256 proposalId, address account) external view returns (bool) {
        return _counting().tallies[proposalId].receipts[account].overridden;
    }

    /// @notice Votes counted so far, smallest unit of ASY.
    function proposalVotes(
        uint256 proposalId
    ) external view returns (uint256 againstVotes, uint256 forVotes, uint256 abstainVotes) {
        uint256[3] storage votes = _counting().tallies[proposalId].votes;
        return (votes[AGAINST], votes[FOR], votes[ABSTAIN]);
    }

    /* ── INTERNALS ── */

    /// @dev Liquid and staked tokens; no token is ever in both.
    function _sources() internal view virtual returns (IVotesExtended liquid, IVotesExtended staked);

    function _getVotes(
        address account,
        uint256 timepoint,
        bytes memory
    ) internal view virtual override returns (uint256) {
        (IVotesExtended liquid, IVotesExtended staked) = _sources();
        return liquid.getPastVotes(account, timepoint) + staked.getPastVotes(account, timepoint);
    }

    function _countVote(
        uint256 proposalId,
        address account,
        uint8 support,
        uint256 totalWeight,
        bytes memory
    ) internal override returns (uint256 weight) {
        require(support <= ABSTAIN, GovernorInvalidVoteType());
        Tally storage tally = _counting().tallies[proposalId];
        Receipt storage receipt = tally.receipts[account];
        require(receipt.cast == 0, GovernorAlreadyCastVote(account));
        weight = totalWeight - receipt.overriddenWeight;
        receipt.cast = support + 1;
        tally.votes[support] += weight;
    }

    function _quorumReached(uint256 proposalId) internal view override returns (bool) {
        uint256[3] storage votes = _counting().tallies[proposalId].votes;
        return quorum(proposalSnapshot(proposalId)) <= votes[FOR] + votes[ABSTAIN];
    }

    function _voteSucceeded(uint256 proposalId) internal view override returns (bool) {
        uint256[3] storage votes = _counting().tallies[proposalId].votes;
        return votes[FOR] > votes[AGAINST];
    }

    function _castOverride(
        uint256 proposalId,
        address account,
        uint8 support,
        string calldata reason
    ) private returns (uint256 weight) {
        _validateStateBitmap(proposalId, _encodeStateBitmap(ProposalState.Active));
        require(support <= ABSTAIN, GovernorInvalidVoteType());
        Tally storage tally = _counting().tallies[proposalId];
        require(!tally.receipts[account].overridden, Governor_AlreadyOverridden(account));
        tally.receipts[account].overridden = true;

        uint256 snapshot = proposalSnapshot(proposalId);
        (IVotesExtended liquid, IVotesExtended staked) = _sources();
        weight = _takeBack(proposalId, liquid, account, snapshot) + _takeBack(proposalId, staked, account, snapshot);
        require(weight != 0, Governor_NothingToOverride(account, snapshot));
        tally.votes[support] += weight;
        emit OverrideVoteCast(account, proposalId, support, weight, reason);
        _tallyUpdated(proposalId);
    }

    /// @dev Takes the share that `account` owns in one source away from who represented it there.
    function _takeBack(
        uint256 proposalId,
        IVotesExtended source,
        address account,
        uint256 snapshot
    ) private returns (uint256 weight) {
        weight = source.getPastBalanceOf(account, snapshot);
        address delegate = source.getPastDelegate(account, snapshot);
        // what nobody represents was never in a representative's votes
        if (weight == 0 || delegate == address(0)) return weight;
        Tally storage tally = _counting().tallies[proposalId];
        Receipt storage receipt = tally.receipts[delegate];
        if (receipt.cast == 0) {
            receipt.overriddenWeight += SafeCast.toUint208(weight);
        } else {
            uint8 support = receipt.cast - 1;
            tally.votes[support] -= weight;
            emit VoteReduced(delegate, proposalId, support, weight);
        }
    }

    function _counting() private pure returns (CountingStorage storage $) {
        assembly ("memory-safe") {
            $.slot := STORAGE_SLOT
        }
    }
}
