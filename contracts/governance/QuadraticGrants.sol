// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IVotes} from "@openzeppelin/contracts/governance/utils/IVotes.sol";
import {Managed} from "../access/Managed.sol";
import {IQuadraticGrants} from "../interfaces/IQuadraticGrants.sol";
import {QuadraticTally} from "../libraries/QuadraticTally.sol";

/// @title QuadraticGrants
/// @notice Shares a budget among projects by quadratic votes of staked ASY.
///
/// Purpose: governance funds a round; projects put up a bond; stakers spread their voice; each project is paid its share.
/// Roles & powers: governance opens rounds, the guardian strikes projects before they are paid; neither touches votes
/// or pays.
/// Trust: the staking manager for past votes. Liveness: settling and sweeping need nobody's leave and no closing call.
/// Token needs: payments are pulled project by project, so a token that blocks one payee blocks nobody else.
/// Rounding: votes and shares round down; what is left goes back to the treasury. Known hazards: a holder of most of the
/// voice decides most of the budget, as in every vote by stake; striking and the asked amounts limit what that is worth.
contract QuadraticGrants is Managed, IQuadraticGrants {
    using SafeERC20 for IERC20;
    using QuadraticTally for QuadraticTally.Ballot;

    /// @notice Stake counts if it was there this long before the snapshot too.
    uint256 public constant HOLDING = 7 days;
    /// @notice Between the end of the voting and the first payment.
    uint256 public constant REVIEW = 7 days;
    /// @notice For how long shares can be claimed.
    uint256 public constant CLAIMING = 90 days;
    uint256 public constant MAX_VOTING = 60 days;
    /// @notice Smallest voice of a voter, ASY.
    uint256 public constant MIN_VOICE = 10 ether;
    /// @notice A project with a smaller part of all votes is paid nothing and loses its bond, 1/10,000.
    uint256 public constant MIN_SHARE_BPS = 50;
    uint256 private constant BPS = 10_000;

    IERC20 public immutable ASY;
    IVotes public immutable STAKED;

    /// @custom:storage-location erc7201:assay.storage.QuadraticGrants
    struct Storage {
        address treasury;
        uint256 roundCount;
        mapping(uint256 round => Round) rounds;
        mapping(uint256 round => mapping(uint256 project => Project)) projects;
        mapping(uint256 round => mapping(address voter => QuadraticTally.Ballot)) ballots;
        mapping(address token => uint256) reserved;
    }

    // keccak256(abi.encode(uint256(keccak256("assay.storage.QuadraticGrants")) - 1)) & ~bytes32(uint256(0xff))
    bytes32 private constant STORAGE_SLOT = 0x34ffc6cd4df830bb7125685a3727250a4eb29240e47d816e1740968bf698cc00;

    constructor(IERC20 asy, IVotes staked) {
        require(address(asy) != address(0) && address(staked) != address(0), Grants_ZeroAddress());
        ASY = asy;
        STAKED = staked;
    }

    /// @notice Sets the authority and where the rest of a round goes. Called once, by the proxy's deployment.
    function initialize(address authority_, address treasury_) external initializer {
        require(treasury_ != address(0), Grants_ZeroAddress());
        __AccessManaged_init(authority_);
        _storage().treasury = treasury_;
    }

    /* ── ADMIN ── */

    /// @inheritdoc IQuadraticGrants
    function openRound(
        address token,
        uint128 budget,
        uint96 bond,
        uint40 votingStart,
        uint40 votingEnd
    ) external restricted returns (uint256 round) {
        require(budget != 0 && bond != 0, Grants_ZeroAmount());
        bool ordered = votingStart > block.timestamp && votingEnd > votingStart;
        require(ordered && votingEnd - block.timestamp <= MAX_VOTING, Grants_TimesOutOfRange(votingStart, votingEnd));
        Storage storage $ = _storage();
        uint256 free = IERC20(token).balanceOf(address(this)) - $.reserved[token];
        // INVARIANT GRT-07: nothing is promised that is not held
        require(budget <= free, Grants_Unfunded(token, free, budget));
        $.reserved[token] += budget;
        round = $.roundCount++;
        Round storage opened = $.rounds[round];
        // stake that comes in this very second has no voice
        uint40 snapshot = SafeCast.toUint40(block.timestamp - 1);
        (opened.token, opened.snapshot, opened.votingStart) = (token, snapshot, votingStart);
        (opened.budget, opened.bond, opened.votingEnd) = (budget, bond, votingEnd);
        emit RoundOpened(round, token, budget, bond, snapshot, votingStart, votingEnd);
    }

    /// @inheritdoc IQuadraticGrants
    function strike(uint256 round, uint256 project) external restricted {
        Project storage found = _project(round, project);
        require(!found.settled, Grants_Settled(round, project));
        require(!found.struck, Grants_Struck(round, project));
        found.struck = true;
        emit ProjectStruck(round, project);
    }

    /* ── WRITES ── */

    /// @inheritdoc IQuadraticGrants
    function proposeProject(
        uint256 round,
        address beneficiary,
        uint128 asked,
        bytes32 description
    ) external returns (uint256 project) {
        Storage storage $ = _storage();
        Round storage entered = _round(round);
        _requireTime(0, entered.votingStart);
        require(beneficiary != address(0), Grants_ZeroAddress());
        require(asked != 0, Grants_ZeroAmount());
        project = entered.projects++;
        Project storage made = $.projects[round][project];
        (made.beneficiary, made.asked, made.proposer) = (beneficiary, asked, msg.sender);
        uint256 bond = entered.bond;
        $.reserved[address(ASY)] += bond;
        emit ProjectProposed(round, project, beneficiary, msg.sender, asked, description);
        ASY.safeTransferFrom(msg.sender, address(this), bond);
    }

    /// @inheritdoc IQuadraticGrants
    function voteGrant(uint256 round, uint256 project, uint96 credits) external returns (uint256 votes) {
        Round storage entered = _round(round);
        _requireTime(entered.votingStart, entered.votingEnd);
        Project storage chosen = _project(round, project);
        require(!chosen.struck, Grants_Struck(round, project));
        require(credits != 0, Grants_ZeroAmount());
        uint256 voice = _voice(entered.snapshot, msg.sender);
        require(voice >= MIN_VOICE, Grants_VoiceTooSmall(msg.sender, voice, MIN_VOICE));
        votes = _storage().ballots[round][msg.sender].spend(project, voice, credits);
        chosen.votes += SafeCast.toUint128(votes);
        entered.votes += SafeCast.toUint128(votes);
        emit GrantVoted(round, project, msg.sender, credits, votes);
    }

    /// @inheritdoc IQuadraticGrants
    function settleProject(uint256 round, uint256 project) external returns (uint256 amount) {
        Storage storage $ = _storage();
        Round storage entered = _round(round);
        Project storage found = _project(round, project);
        uint256 payableFrom = entered.votingEnd + REVIEW;
        require(block.timestamp >= payableFrom, Grants_OutOfTime(block.timestamp, payableFrom, type(uint256).max));
        require(!found.settled, Grants_Settled(round, project));
        found.settled = true;
        if (block.timestamp < payableFrom + CLAIMING) amount = _shareDown(entered, found);
        bool returned = !found.struck && _isSupported(entered, found);
        uint256 bond = entered.bond;
        $.reserved[address(ASY)] -= bond;
        $.reserved[entered.token] -= amount;
        entered.paid += SafeCast.toUint128(amount);
        emit ProjectSettled(round, project, amount, returned);
        ASY.safeTransfer(returned ? found.proposer : $.treasury, bond);
        if (amount != 0) IERC20(entered.token).safeTransfer(found.beneficiary, amount);
    }

    /// @inheritdoc IQuadraticGrants
    function sweepRound(uint256 round) external returns (uint256 amount) {
        Round storage entered = _round(round);
        uint256 from = entered.votingEnd + REVIEW + CLAIMING;
        require(block.timestamp >= from, Grants_OutOfTime(block.timestamp, from, type(uint256).max));
        require(!entered.swept, Grants_Swept(round));
        entered.swept = true;
        amount = entered.budget - entered.paid;
        Storage storage $ = _storage();
        $.reserved[entered.token] -= amount;
        emit RoundSwept(round, amount);
        IERC20(entered.token).safeTransfer($.treasury, amount);
    }

    /* ── VIEWS ── */

    /// @inheritdoc IQuadraticGrants
    function voiceOf(uint256 round, address account) external view returns (uint256 voice, uint256 spent) {
        return (_voice(_round(round).snapshot, account), _storage().ballots[round][account].spent);
    }

    /// @inheritdoc IQuadraticGrants
    function shareOf(uint256 round, uint256 project) external view returns (uint256 amount) {
        return _shareDown(_round(round), _project(round, project));
    }

    /// @inheritdoc IQuadraticGrants
    function roundOf(uint256 round) external view returns (Round memory) {
        return _round(round);
    }

    /// @inheritdoc IQuadraticGrants
    function projectOf(uint256 round, uint256 project) external view returns (Project memory) {
        return _project(round, project);
    }

    /// @inheritdoc IQuadraticGrants
    function roundCount() external view returns (uint256) {
        return _storage().roundCount;
    }

    /// @inheritdoc IQuadraticGrants
    function reservedOf(address token) external view returns (uint256) {
        return _storage().reserved[token];
    }

    /// @notice Where lost bonds and the rest of a round go.
    function treasury() external view returns (address) {
        return _storage().treasury;
    }

    /// @notice Semantic version of this implementation.
    function version() external pure override returns (string memory) {
        return "1.0.0";
    }

    /* ── INTERNALS ── */

    /// @dev Both looks are into the past: nothing that is staked, lent or moved now changes them.
    function _voice(uint256 snapshot, address account) private view returns (uint256) {
        return Math.min(STAKED.getPastVotes(account, snapshot), STAKED.getPastVotes(account, snapshot - HOLDING));
    }

    function _shareDown(Round storage entered, Project storage found) private view returns (uint256) {
        if (found.struck || !_isSupported(entered, found)) return 0;
        // rounded down, so that all shares together never exceed the budget
        return Math.min(found.asked, Math.mulDiv(entered.budget, found.votes, entered.votes));
    }

    function _isSupported(Round storage entered, Project storage found) private view returns (bool) {
        return found.votes != 0 && found.votes * BPS >= entered.votes * MIN_SHARE_BPS;
    }

    function _requireTime(uint256 from, uint256 to) private view {
        require(block.timestamp >= from && block.timestamp < to, Grants_OutOfTime(block.timestamp, from, to));
    }

    function _round(uint256 round) private view returns (Round storage found) {
        require(round < _storage().roundCount, Grants_UnknownRound(round));
        return _storage().rounds[round];
    }

    function _project(uint256 round, uint256 project) private view returns (Project storage found) {
        require(project < _round(round).projects, Grants_UnknownProject(round, project));
        return _storage().projects[round][project];
    }

    function _storage() private pure returns (Storage storage $) {
        assembly ("memory-safe") {
            $.slot := STORAGE_SLOT
        }
    }
}
