// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IAssayToken} from "../interfaces/IAssayToken.sol";
import {IJobMarketplace} from "../interfaces/IJobMarketplace.sol";
import {IOneStepJudge, OpRecord} from "../interfaces/IOneStepJudge.sol";
import {IRefereedDispute, OpPick, Proof, StepPick} from "../interfaces/IRefereedDispute.sol";
import {IStakingManager} from "../interfaces/IStakingManager.sol";
import {IVerificationHub} from "../interfaces/IVerificationHub.sol";
import {IVerificationStrategy} from "../interfaces/IVerificationStrategy.sol";
import {Commitments} from "../libraries/Commitments.sol";
import {JobTerms} from "../libraries/JobTerms.sol";
import {RunWord} from "../libraries/RunWord.sol";
import {SubmittedJob, Verdict} from "../types/JobTypes.sol";
import {Clocks} from "./dispute/Clocks.sol";
import {
    Docket,
    Game,
    GameStatus,
    Level,
    Limits,
    Outcome,
    ProgramHead,
    Record,
    RunHead
} from "./dispute/DisputeTypes.sol";
import {GameWords} from "./dispute/GameWords.sol";
import {Guards} from "./dispute/Guards.sol";
import {Judgement} from "./dispute/Judgement.sol";
import {Lists} from "./dispute/Lists.sol";
import {MerkleWalk} from "./dispute/MerkleWalk.sol";
import {Operators} from "./dispute/Operators.sol";
import {Packed} from "./dispute/Packed.sol";
import {Places} from "./dispute/Places.sol";
import {Records} from "./dispute/Records.sol";
import {StepOps} from "./dispute/StepOps.sol";

/// @title RefereedDispute
/// @notice Verification strategy: a result stands unless a challenger shows, in a game of picks and reveals, one wrong
///         sum of sixteen products, or the provider does not answer.
///
/// Purpose: a result is a commitment to every intermediate value of a run. A challenger that re-ran the job and got other
/// bits walks the provider down: from the run to a segment, a step, an operator, a tile, an element, a chunk. Both sides
/// agree on where each object starts and disagree on where it ends, so a first difference always exists. At the bottom a
/// judge recomputes sixteen multiply-adds.
/// Roles & powers: anybody may challenge with a bond; the provider of a result, or its operator, answers; anybody may end
/// a game whose clock has run out and move bonds on. There is no owner, no pause and no upgrade.
/// Trust: the market (which result a job has), the staking manager (operators), the hub (how a job ended), ASY, and the
/// judge, the only one whose jobs can be challenged here. All are immutable.
/// Token needs: ASY is a plain ERC-20 without fee or callback.
/// Liveness: all games of a result run at the same time and share reveals; a result is decided at the latest when its
/// window and both clocks have run out. Every bond has an exit that anyone may take.
/// Rounding: bonds round down, the provider's share of a lost bond rounds down, the rest is burned.
/// Known hazards: a program that breaks DSP-06 is its provider's risk (it cannot answer); a challenge on a wrong suspicion
/// costs the bond; a provider may lose to a puppet of its own, so only the share that never comes back deters.
contract RefereedDispute is IRefereedDispute {
    using SafeERC20 for IAssayToken;
    using JobTerms for uint256[6];
    using Clocks for uint256;
    using Places for uint256;
    using GameWords for Game;
    using GameWords for uint256;
    using Operators for OpRecord;

    uint256 public constant BOND_BPS = 200;
    /// @notice Share of a lost bond that a provider gets whose result stood.
    uint256 public constant PROVIDER_BPS = 6_000;
    /// @notice What window and clocks may last at most, beyond what grows with the run.
    uint256 public constant MAX_LENGTH = 30 days;
    uint256 private constant BPS = 10_000;

    // Sets of levels, one bit each: where a move is allowed.
    uint256 private constant TREES = (1 << uint256(Level.Tree)) | (1 << uint256(Level.Tiles));
    uint256 private constant SEGMENT = 1 << uint256(Level.Segment);
    uint256 private constant OPS = 1 << uint256(Level.Ops);
    uint256 private constant TILE = 1 << uint256(Level.Tile);
    uint256 private constant PREFIX = 1 << uint256(Level.Prefix);
    uint256 private constant PROOF = 1 << uint256(Level.Proof);

    IJobMarketplace public immutable MARKET;
    IStakingManager public immutable STAKING;
    IVerificationHub public immutable HUB;
    IAssayToken public immutable ASY;
    IOneStepJudge public immutable JUDGE;
    /// @notice This strategy's number in the hub.
    uint256 public immutable STRATEGY;
    /// @notice Shortest window, shortest budgets (seconds) and smallest bond.
    uint256 public immutable MIN_WINDOW;
    uint256 public immutable MIN_BUDGET;
    uint256 public immutable MIN_BOND;

    struct Peers {
        IJobMarketplace market;
        IStakingManager staking;
        IVerificationHub hub;
        IAssayToken asy;
        IOneStepJudge judge;
    }

    mapping(bytes32 commitment => Docket) private _dockets;
    mapping(bytes32 gid => uint256 word) private _games;
    mapping(bytes32 key => uint256 word) private _reveals;
    /// @dev DSP-82: who first disputed an operator; a copied proof pays the one who was copied.
    mapping(bytes32 key => address challenger) private _firstAt;
    mapping(address account => uint256) private _credits;

    constructor(Peers memory peers, Limits memory limits) {
        require(
            address(peers.market) != address(0) &&
                address(peers.staking) != address(0) &&
                address(peers.hub) != address(0) &&
                address(peers.asy) != address(0) &&
                address(peers.judge) != address(0),
            Dispute_ZeroAddress()
        );
        // the market ends a job as stalled 30 days and four spans after its window (JOB-52); no dispute may last longer
        uint256 longest = limits.minWindow + 2 * limits.minBudget + Clocks.MAX_EXTRA;
        require(longest <= MAX_LENGTH, Dispute_LimitsTooLong(longest, MAX_LENGTH));
        MARKET = peers.market;
        STAKING = peers.staking;
        HUB = peers.hub;
        ASY = peers.asy;
        JUDGE = peers.judge;
        STRATEGY = limits.strategy;
        MIN_WINDOW = limits.minWindow;
        MIN_BUDGET = limits.minBudget;
        MIN_BOND = limits.minBond;
    }

    /* ── WRITES: MONEY ── */

    /// @inheritdoc IRefereedDispute
    function deposit(address account, uint256 amount) external {
        require(account != address(0), Dispute_ZeroAddress());
        require(amount != 0, Dispute_ZeroAmount());
        _credits[account] += amount;
        emit Deposited(account, msg.sender, amount);
        ASY.safeTransferFrom(msg.sender, address(this), amount);
    }

    /// @inheritdoc IRefereedDispute
    function withdraw(uint256 amount) external {
        require(amount != 0, Dispute_ZeroAmount());
        uint256 found = _credits[msg.sender];
        require(amount <= found, Dispute_InsufficientCredit(found, amount));
        _credits[msg.sender] = found - amount;
        emit Withdrawn(msg.sender, amount);
        ASY.safeTransfer(msg.sender, amount);
    }

    /// @inheritdoc IRefereedDispute
    function reclaim(Game calldata game, Record calldata record) external {
        address challenger = game.challenger();
        bytes32 gid = _requireWord(game, GameStatus.Live);
        Docket memory docket = _dockets[game.commitment];
        // INVARIANT DSP-83: a rejected result costs no challenger anything
        if (docket.outcome != Outcome.Rejected) {
            Records.requireRecord(game.commitment, record);
            uint256 run = Records.runOf(docket.party, game.clock);
            require(!MARKET.isSubmitted(record.terms, run, game.commitment), Dispute_NotSettled(game.commitment));
        }
        _games[gid] = uint256(GameStatus.Closed);
        _credits[challenger] += game.bond();
        emit BondReclaimed(game.commitment, challenger, game.bond());
    }

    /// @inheritdoc IRefereedDispute
    function sweep(Game calldata game, Record calldata record) external {
        bytes32 gid = _requireWord(game, GameStatus.Forfeited);
        Docket memory docket = _dockets[game.commitment];
        uint256 bond = game.bond();
        uint256 toProvider;
        // INVARIANT DSP-84: a provider earns from false challenges only if its result stood in the end
        if (docket.outcome != Outcome.Rejected && _stood(game, record, docket.party)) {
            toProvider = (bond * PROVIDER_BPS) / BPS;
            _credits[docket.party] += toProvider;
        }
        _games[gid] = uint256(GameStatus.Closed);
        emit BondSwept(game.commitment, game.challenger(), toProvider, bond - toProvider);
        ASY.burn(bond - toProvider);
    }

    /* ── WRITES: CHALLENGER ── */

    /// @inheritdoc IRefereedDispute
    function challenge(Record calldata record, uint256 run, bool last) external returns (bytes32 gid) {
        bytes32 id = record.terms.id();
        // INVARIANT DSP-41: the challenge names the very result it disputes
        bytes32 commitment = Commitments.result(id, record.nonce, record.runRoot, record.finalState);
        _checkChallenge(record, run, commitment);
        gid = GameWords.id(commitment, msg.sender);
        require(_games[gid] == 0, Dispute_GameExists(gid, _games[gid].status()));

        Docket storage docket = _dockets[commitment];
        require(docket.outcome == Outcome.Open, Dispute_Settled(commitment));
        docket.party = RunWord.provider(run);
        ++docket.opened;
        ++docket.live;

        uint256 bond = bondFor(record.terms.bond());
        emit Challenged(commitment, msg.sender, id, bond);
        Game memory game;
        game.commitment = commitment;
        game.party = GameWords.party(msg.sender, bond);
        game.clock = Clocks.start(run);
        (game.place, game.expect) = Records.firstPlace(record, last);
        game.pre = Records.agreed(record);
        _write(gid, game);
        _takeBond(bond);
    }

    /// @inheritdoc IRefereedDispute
    function pickNode(Game calldata game, uint256 index, bytes32 node, bytes32[] calldata proof) external {
        (Game memory next, ) = _pick(game, TREES);
        uint256 height = game.place.height();
        uint256 step = MerkleWalk.stride(height);
        uint256 held = MerkleWalk.occupied(game.place.node(), height, step, game.place.leaves());
        // INVARIANT DSP-21: padding is never picked
        Guards.index(index, held);
        MerkleWalk.checkProof(game.expect, node, index, step, proof);

        uint256 child = (game.place.node() << step) | index;
        next.expect = node;
        next.place = next.place.withNode(child, height - step);
        if (height == step) {
            next.place =
                game.place.level() == Level.Tree
                    ? Places.pack(Level.Segment, child, game.place.step(), 0)
                    : next.place.withLevel(Level.Tile);
        }
        _write(GameWords.id(game.commitment, msg.sender), next);
    }

    /// @inheritdoc IRefereedDispute
    function pickStep(Game calldata game, StepPick calldata pick) external {
        (Game memory next, uint256 reveal) = _pick(game, SEGMENT);
        _requireReveal(game, reveal, Lists.stepsHash(pick.start, pick.program, pick.firstStep, pick.root));
        bytes32 before;
        (before, next.expect) = Lists.openSteps(pick, game.place.leaves());
        next.pre = Records.stepHash(pick.program, before);
        next.place = Places.pack(Level.Ops, pick.firstStep + pick.index, 0, 0);
        _write(GameWords.id(game.commitment, msg.sender), next);
    }

    /// @inheritdoc IRefereedDispute
    function pickOp(Game calldata game, OpPick calldata pick, OpRecord calldata op) external {
        (Game memory next, uint256 reveal) = _pick(game, OPS);
        Guards.index(pick.index, pick.values);
        _requireReveal(game, reveal, Lists.opsHash(pick.head, pick.states, pick.values, pick.root));
        uint256 depth = MerkleWalk.depth(pick.states + pick.values);
        MerkleWalk.checkProof(pick.root, pick.value, pick.states + pick.index, depth, pick.valueProof);
        bytes32 leaf = op.leaf();
        MerkleWalk.checkProof(pick.head.opsRoot, leaf, pick.index, MerkleWalk.depth(pick.values), pick.opProof);
        StepOps.checkInputs(pick, op, depth);

        next.pre = Operators.opening(leaf, pick.head.nonce, pick.inputs);
        next.expect = pick.value;
        next.place = StepOps.opPlace(game.place, pick.index, op);
        // INVARIANT DSP-82: who first took this operator to court is known
        bytes32 spot = GameWords.key(next.commitment, next.place.operator(), 0, next.pre);
        if (_firstAt[spot] == address(0)) _firstAt[spot] = msg.sender;
        _write(GameWords.id(game.commitment, msg.sender), next);
    }

    /// @inheritdoc IRefereedDispute
    function pickElement(Game calldata game, uint256 index, bytes32 word, bytes32[] calldata proof) external {
        (Game memory next, uint256 reveal) = _pick(game, TILE);
        Guards.index(index, 256);
        uint8 dtype = game.place.dtype();
        uint256 at = (index * Operators.elementSize(dtype)) >> 5;
        _requireReveal(game, reveal, MerkleWalk.rootOf(word, at, Operators.tileDepth(dtype), proof));
        uint256 place = next.place.withElement(index);
        next.expect = bytes32(uint256(Operators.elementOf(word, dtype, index)));
        (uint256 row, uint256 col) = place.position();
        bool summed = place.chunks() != 0 && row < place.rows() && col < place.cols();
        next.place = place.withLevel(summed ? Level.Prefix : Level.Proof);
        _write(GameWords.id(game.commitment, msg.sender), next);
    }

    /// @inheritdoc IRefereedDispute
    function proveChunk(Game calldata game, bytes calldata sums, uint256 index, Proof calldata proof) external {
        (Game memory next, uint256 reveal) = _pick(game, PREFIX);
        Guards.index(index, game.place.chunks());
        _requireReveal(game, reveal, Lists.prefixHash(sums));
        // what the chunk must add: the difference of its two prefix sums
        int256 sum = Lists.sumAt(sums, index);
        int256 found = index == 0 ? sum : sum - Lists.sumAt(sums, index - 1);
        _convict(next, next.place.withChunk(index), found, proof);
    }

    /// @inheritdoc IRefereedDispute
    function prove(Game calldata game, Proof calldata proof) external {
        (Game memory next, ) = _pick(game, PROOF);
        _convict(next, next.place, int256(uint256(game.expect)), proof);
    }

    /* ── WRITES: PROVIDER ── */

    /// @inheritdoc IRefereedDispute
    function revealNodes(Game calldata game, bytes32[] calldata nodes) external {
        bool alone = _reveal(game, TREES);
        MerkleWalk.checkChildren(game.expect, game.place.node(), game.place.height(), game.place.leaves(), nodes);
        _store(game, alone, 0, Packed.concat(nodes));
    }

    /// @inheritdoc IRefereedDispute
    function revealSteps(
        Game calldata game,
        RunHead calldata run,
        bytes32 start,
        bytes32[] calldata proof,
        bytes32[] calldata states
    ) external {
        bool alone = _reveal(game, SEGMENT);
        bytes32 agreed = Records.runHash(run);
        Guards.start(agreed, game.pre);
        uint256 segment = game.place.step();
        uint256 firstStep = segment * Records.segmentLength(run.shape);
        // INVARIANT DSP-22: the job, not the provider, says how many states there are and where the last one is
        Guards.length(states.length, game.place.leaves());
        bytes32 end = states[states.length - 1];
        if (firstStep + states.length != Records.steps(run.shape)) end = Records.boundary(end);
        Guards.end(end, game.expect);

        if (segment == 0) {
            // INVARIANT DSP-31: the run starts from the job's state
            start = run.initState;
        } else {
            uint256 depth = MerkleWalk.depth(Records.segments(run.shape) - 1);
            // INVARIANT DSP-12: a segment starts where the one before it ended
            MerkleWalk.checkProof(run.runRoot, Records.boundary(start), segment - 1, depth, proof);
        }
        bytes32 hash = Lists.stepsHash(start, run.program, firstStep, Lists.root(states));
        _store(game, alone, hash, abi.encodePacked(start, states));
    }

    /// @inheritdoc IRefereedDispute
    function revealOps(
        Game calldata game,
        ProgramHead calldata program,
        bytes calldata headers,
        bytes32[] calldata roots
    ) external {
        bool alone = _reveal(game, OPS);
        bytes32 hash = StepOps.listHash(game, program, headers, roots);
        _store(game, alone, hash, Packed.concat(roots));
    }

    /// @inheritdoc IRefereedDispute
    function revealTile(Game calldata game, bytes calldata data) external {
        bool alone = _reveal(game, TILE);
        Operators.checkTile(data, game.place.dtype(), game.expect);
        _store(game, alone, Lists.root(Packed.words(data)), data);
    }

    /// @inheritdoc IRefereedDispute
    function revealSums(Game calldata game, bytes calldata sums) external {
        bool alone = _reveal(game, PREFIX);
        uint256 count = game.place.chunks();
        Guards.length(sums.length, 8 * count);
        bytes32 end = bytes32(uint256(Operators.saturate(Lists.sumAt(sums, count - 1), game.place.dtype())));
        // INVARIANT DSP-52: the sums end at the claimed element
        Guards.end(end, game.expect);
        _store(game, alone, Lists.prefixHash(sums), sums);
    }

    /* ── WRITES: ANYONE ── */

    /// @inheritdoc IRefereedDispute
    function timeout(Game calldata game) external {
        bytes32 gid = _requireWord(game, GameStatus.Live);
        Docket storage docket = _requireOpen(game.commitment);
        uint256 reveal = _reveals[game.key()];
        if (reveal == 0 && !game.place.answered() && game.place.level() != Level.Proof) {
            uint256 used = game.clock.providerNow(block.timestamp);
            uint256 budget = Clocks.providerBudget(game.clock.span(), MIN_BUDGET, docket.opened);
            require(used > budget, Dispute_ClockRunning(used, budget));
            _reject(game.commitment, game.challenger(), true);
        } else {
            uint256 used = game.clock.challengerNow(reveal.revealedAt(), block.timestamp);
            uint256 budget = Clocks.challengerBudget(game.clock.span(), MIN_BUDGET);
            require(used > budget, Dispute_ClockRunning(used, budget));
            --docket.live;
            _games[gid] = GameWords.word(game, GameStatus.Forfeited);
            emit BondForfeited(game.commitment, game.challenger(), game.bond());
        }
    }

    /* ── VIEWS ── */

    /// @inheritdoc IVerificationStrategy
    function verdict(SubmittedJob calldata job) external view returns (Verdict, uint256 readyAt) {
        Docket memory docket = _dockets[job.commitment];
        if (docket.outcome == Outcome.Rejected) return (Verdict.Rejected, 0);
        readyAt = windowEnd(job.terms, job.run);
        if (docket.live != 0) {
            uint256 took = Clocks.spanOf(job.run);
            readyAt +=
                Clocks.providerBudget(took, MIN_BUDGET, docket.opened) + Clocks.challengerBudget(took, MIN_BUDGET);
            return (Verdict.Pending, readyAt);
        }
        return (block.timestamp >= readyAt ? Verdict.Accepted : Verdict.Pending, readyAt);
    }

    /// @inheritdoc IVerificationStrategy
    /// @dev A challenger as fast as the job's reference machine must find the time to run it again (DSP-70).
    function accepts(uint256[6] calldata terms, bytes32[6] calldata spec) external view returns (bool) {
        uint256 window = Clocks.window(terms.window(), MIN_WINDOW, 0);
        return address(uint160(uint256(spec[5]))) == address(JUDGE) && 2 * window >= 3 * Records.refSeconds(spec);
    }

    /// @inheritdoc IVerificationStrategy
    function rejectionOf(bytes32 commitment) external view returns (bool, address) {
        Docket memory docket = _dockets[commitment];
        return docket.outcome == Outcome.Rejected ? (true, docket.party) : (false, address(0));
    }

    /// @inheritdoc IRefereedDispute
    function docketOf(bytes32 commitment) external view returns (address, uint32, uint32, Outcome) {
        Docket memory docket = _dockets[commitment];
        return (docket.party, docket.opened, docket.live, docket.outcome);
    }

    /// @inheritdoc IRefereedDispute
    function gameOf(bytes32 commitment, address challenger) external view returns (uint256 word, GameStatus status) {
        word = _games[GameWords.id(commitment, challenger)];
        status = word.status();
    }

    /// @inheritdoc IRefereedDispute
    function revealOf(bytes32 key) external view returns (uint256) {
        return _reveals[key];
    }

    /// @inheritdoc IRefereedDispute
    function creditOf(address account) external view returns (uint256) {
        return _credits[account];
    }

    /// @inheritdoc IRefereedDispute
    function bondFor(uint256 stake) public view returns (uint256) {
        uint256 share = (stake * BOND_BPS) / BPS;
        return share > MIN_BOND ? share : MIN_BOND;
    }

    /// @inheritdoc IRefereedDispute
    function windowEnd(uint256[6] calldata terms, uint256 run) public view returns (uint256) {
        return RunWord.submittedAt(run) + Clocks.window(terms.window(), MIN_WINDOW, Clocks.spanOf(run));
    }

    /* ── INTERNALS: MOVES ── */

    /// @dev What every move of a challenger must satisfy. Returns the game as it will stand, its clock advanced and the
    ///      rest as it was, and the reveal that the move answers.
    function _pick(Game calldata game, uint256 levels) private view returns (Game memory next, uint256 reveal) {
        require(game.challenger() == msg.sender, Dispute_NotChallenger(msg.sender, game.challenger()));
        _requireWord(game, GameStatus.Live);
        _requireOpen(game.commitment);
        Level level = game.place.level();
        require((levels >> uint256(level)) & 1 == 1, Dispute_WrongLevel(level));
        if (!game.place.answered() && level != Level.Proof) {
            bytes32 key = game.key();
            reveal = _reveals[key];
            // INVARIANT DSP-30: it is the challenger's turn once the provider has revealed
            require(reveal != 0, Dispute_NotRevealed(key));
        }
        uint256 used = game.clock.challengerNow(reveal.revealedAt(), block.timestamp);
        uint256 budget = Clocks.challengerBudget(game.clock.span(), MIN_BUDGET);
        require(used <= budget, Dispute_ClockExpired(used, budget));
        next = game;
        next.place = game.place.bare();
        next.clock = game.clock.moved(reveal.revealedAt(), block.timestamp);
    }

    /// @dev What every move of a provider must satisfy. `game` is any live game that has come to this place.
    ///      Returns whether it is the only live game against this result.
    function _reveal(Game calldata game, uint256 levels) private view returns (bool alone) {
        _requireWord(game, GameStatus.Live);
        Docket storage docket = _requireOpen(game.commitment);
        address provider = docket.party;
        require(
            msg.sender == provider || STAKING.isOperator(provider, msg.sender),
            Dispute_NotProvider(msg.sender, provider)
        );
        Level level = game.place.level();
        require((levels >> uint256(level)) & 1 == 1, Dispute_WrongLevel(level));
        // INVARIANT DSP-20: one answer per position; where there was one game only, none can stand but its own
        bytes32 key = game.key();
        bool stands = game.place.answered() || (docket.opened != 1 && _reveals[key] != 0);
        require(!stands, Dispute_AlreadyRevealed(key));
        uint256 used = game.clock.providerNow(block.timestamp);
        uint256 budget = Clocks.providerBudget(game.clock.span(), MIN_BUDGET, docket.opened);
        require(used <= budget, Dispute_ClockExpired(used, budget));
        alone = docket.live == 1;
    }

    /// @dev INVARIANT DSP-72: a reveal that several games may use writes none of them. The only live game is written: its
    ///      slot is there already, and a list's hash takes the place of what the list ends at.
    function _store(Game calldata game, bool alone, bytes32 hash, bytes memory data) private {
        if (!alone) {
            bytes32 shared = game.key();
            _reveals[shared] = GameWords.reveal(hash);
            emit Revealed(game.commitment, shared, 0, 0, data);
            return;
        }
        Game memory next = game;
        next.clock = game.clock.answered(block.timestamp);
        next.place = game.place.withAnswer();
        if (hash != 0) next.expect = hash;
        _games[GameWords.id(next.commitment, game.challenger())] = GameWords.word(next, GameStatus.Live);
        bytes32 key = GameWords.key(next.commitment, next.place, next.expect, next.pre);
        emit Revealed(next.commitment, key, next.clock, next.expect, data);
    }

    function _write(bytes32 gid, Game memory game) private {
        _games[gid] = GameWords.word(game, GameStatus.Live);
        emit Moved(game.commitment, msg.sender, game.clock, game.place, game.expect, game.pre);
    }

    /// @dev Ends the game of the sender for it, if `found` is not what the judge says of `place`.
    function _convict(Game memory game, uint256 place, int256 found, Proof calldata proof) private {
        bytes32 opening = Operators.opening(proof.op.leaf(), proof.nonce, proof.roots);
        Guards.start(opening, game.pre);
        int256 expected = Judgement.expected(JUDGE, place, proof);
        // INVARIANT DSP-60: fraud is a difference, nothing else
        require(expected != found, Dispute_NoFraud(expected, found));
        _reject(game.commitment, _payee(game), false);
    }

    function _reject(bytes32 commitment, address payee, bool byTimeout) private {
        Docket storage docket = _dockets[commitment];
        address provider = docket.party;
        docket.outcome = Outcome.Rejected;
        docket.party = payee;
        emit ResultRejected(commitment, payee, provider, byTimeout);
    }

    /* ── INTERNALS: CHECKS ── */

    function _requireWord(Game calldata game, GameStatus wanted) private view returns (bytes32 gid) {
        gid = GameWords.id(game.commitment, game.challenger());
        uint256 word = _games[gid];
        require(word == GameWords.word(game, wanted), Dispute_StaleGame(gid, word.status()));
    }

    function _requireOpen(bytes32 commitment) private view returns (Docket storage docket) {
        docket = _dockets[commitment];
        require(docket.outcome == Outcome.Open, Dispute_Settled(commitment));
    }

    function _requireReveal(Game calldata game, uint256 reveal, bytes32 hash) private pure {
        // INVARIANT DSP-40: a pick answers the reveal that stands
        bool stands = game.place.answered() ? hash == game.expect : reveal.holds(hash);
        require(stands, Dispute_WrongReveal(hash, game.place.answered() ? uint256(game.expect) : reveal));
    }

    function _checkChallenge(Record calldata record, uint256 run, bytes32 commitment) private view {
        Records.requireRecord(commitment, record);
        uint16 policy = record.terms.policy();
        require((policy >> STRATEGY) & 1 == 1, Dispute_NotInPolicy(policy, STRATEGY));
        address judge = address(uint160(uint256(record.spec[5])));
        require(judge == address(JUDGE), Dispute_UnknownJudge(judge, address(JUDGE)));
        require(MARKET.isSubmitted(record.terms, run, commitment), Dispute_NotSubmitted(commitment));
        require(msg.sender != RunWord.provider(run), Dispute_SelfChallenge(msg.sender));
        uint256 end = windowEnd(record.terms, run);
        require(block.timestamp < end, Dispute_WindowClosed(end, block.timestamp));
    }

    /* ── INTERNALS: MONEY ── */

    function _takeBond(uint256 bond) private {
        uint256 credit = _credits[msg.sender];
        uint256 taken = credit < bond ? credit : bond;
        _credits[msg.sender] = credit - taken;
        if (taken != bond) ASY.safeTransferFrom(msg.sender, address(this), bond - taken);
    }

    /// @dev DSP-82: whoever came to this operator first, unless it has lost by time since.
    function _payee(Game memory game) private view returns (address) {
        if (_dockets[game.commitment].opened == 1) return msg.sender;
        address first = _firstAt[GameWords.key(game.commitment, game.place.operator(), 0, game.pre)];
        bool alive = _games[GameWords.id(game.commitment, first)].status() == GameStatus.Live;
        return alive ? first : msg.sender;
    }

    /// @dev Whether the job ended with this result accepted. Reverts while it has not ended.
    function _stood(Game calldata game, Record calldata record, address provider) private view returns (bool) {
        Records.requireRecord(game.commitment, record);
        uint256 run = Records.runOf(provider, game.clock);
        SubmittedJob memory job = SubmittedJob(record.terms.id(), record.terms, run, game.commitment);
        (Verdict combined, ) = HUB.verdictOf(job);
        if (combined == Verdict.Pending) {
            require(!MARKET.isSubmitted(record.terms, run, game.commitment), Dispute_NotSettled(game.commitment));
        }
        return combined == Verdict.Accepted;
    }
}
