// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {
    Game,
    GameStatus,
    Level,
    OpsHead,
    Outcome,
    ProgramHead,
    Record,
    RunHead
} from "../verification/dispute/DisputeTypes.sol";
import {OpRecord, Tile} from "./IOneStepJudge.sol";
import {IVerificationStrategy} from "./IVerificationStrategy.sol";

/// @title IRefereedDispute
/// @notice The dispute game: challengers walk a provider down to one sum of sixteen products, which a judge recomputes.
///         See docs/spec/dispute.md for the numbered rules (DSP-xx).
/// @dev A game is one word in storage; callers bring its six-word preimage, which `Moved` carries. A move therefore names
///      the exact state that it answers and cannot be replayed on another one.
interface IRefereedDispute is IVerificationStrategy {
    /* ── ERRORS ── */

    error Dispute_ZeroAddress();
    error Dispute_ZeroAmount();
    /// @notice With these limits a dispute could outlast the market's patience.
    error Dispute_LimitsTooLong(uint256 found, uint256 limit);
    /// @notice The job's policy does not name this strategy.
    error Dispute_NotInPolicy(uint16 policy, uint256 strategy);
    /// @notice The job pins another judge.
    error Dispute_UnknownJudge(address found, address wanted);
    /// @notice The record is not the preimage of the commitment.
    error Dispute_WrongRecord(bytes32 found, bytes32 wanted);
    /// @notice The market does not hold this result as submitted.
    error Dispute_NotSubmitted(bytes32 commitment);
    error Dispute_SelfChallenge(address provider);
    error Dispute_WindowClosed(uint256 end, uint256 now_);
    /// @notice This address has challenged this result before (DSP-44).
    error Dispute_GameExists(bytes32 gid, GameStatus status);
    /// @notice A run of one segment has no run tree: challenge its last segment.
    error Dispute_SingleSegment();
    error Dispute_InsufficientCredit(uint256 found, uint256 wanted);
    /// @notice The result is rejected already: take the bond back with reclaim.
    error Dispute_Settled(bytes32 commitment);
    error Dispute_NotSettled(bytes32 commitment);
    /// @notice The game does not stand where the move says it does.
    error Dispute_StaleGame(bytes32 gid, GameStatus status);
    /// @notice This move does not belong to the level at which the game stands.
    error Dispute_WrongLevel(Level found);
    error Dispute_NotChallenger(address found, address wanted);
    error Dispute_NotProvider(address found, address wanted);
    /// @notice The provider has not revealed yet.
    error Dispute_NotRevealed(bytes32 key);
    error Dispute_AlreadyRevealed(bytes32 key);
    /// @notice The move answers another reveal than the one that stands.
    error Dispute_WrongReveal(bytes32 found, uint256 wanted);
    error Dispute_ClockExpired(uint256 used, uint256 budget);
    error Dispute_ClockRunning(uint256 used, uint256 budget);
    error Dispute_IndexOutOfRange(uint256 found, uint256 limit);
    /// @notice DSP-33, DSP-52: what was revealed does not end where the disputed value is.
    error Dispute_WrongEnd(bytes32 found, bytes32 wanted);
    error Dispute_WrongStart(bytes32 found, bytes32 wanted);
    /// @notice A list, proof or tile does not have the length that the position dictates.
    error Dispute_WrongLength(uint256 found, uint256 wanted);
    /// @notice The hashes do not lead to the committed one.
    error Dispute_WrongRoot(bytes32 found, bytes32 wanted);
    /// @notice The program breaks DSP-06 or DSP-08. No provider should have claimed a job with it (DSP-90).
    error Dispute_MalformedProgram();
    /// @notice These are not the headers of the job's program.
    error Dispute_WrongProgram(bytes32 found, bytes32 wanted);
    /// @notice The judge finds the disputed value right.
    error Dispute_NoFraud(int256 expected, int256 found);

    /* ── EVENTS ── */

    event Deposited(address indexed account, address indexed from, uint256 amount);
    event Withdrawn(address indexed account, uint256 amount);
    event Challenged(bytes32 indexed commitment, address indexed challenger, bytes32 indexed job, uint256 bond);
    /// @notice A game now stands here; together with `Challenged` this is the preimage of its word.
    event Moved(
        bytes32 indexed commitment,
        address indexed challenger,
        uint256 clock,
        uint256 place,
        bytes32 expect,
        bytes32 pre
    );
    /// @notice What the provider committed to: nodes, states, roots, tile data or prefix sums, packed.
    /// @param key    of the games it answers: of all that stand there, or of the one that it has moved
    /// @param clock  zero if it answers all that stand there; else that of the one game, which is answered now
    /// @param expect zero, or what the answered game now holds in the place of the disputed value: a list's hash
    event Revealed(bytes32 indexed commitment, bytes32 indexed key, uint256 clock, bytes32 expect, bytes data);
    /// @notice The result is wrong or undefended. `payee` found it.
    event ResultRejected(bytes32 indexed commitment, address indexed payee, address indexed provider, bool byTimeout);
    event BondForfeited(bytes32 indexed commitment, address indexed challenger, uint256 bond);
    event BondSwept(bytes32 indexed commitment, address indexed challenger, uint256 toProvider, uint256 burned);
    event BondReclaimed(bytes32 indexed commitment, address indexed challenger, uint256 bond);

    /* ── MONEY ── */

    /// @notice Moves ASY of the sender into `account`'s credit, from which bonds are taken.
    function deposit(address account, uint256 amount) external;

    /// @notice Pays credit out to its owner.
    function withdraw(uint256 amount) external;

    /// @notice Returns the bond of a live game whose result was rejected, or whose job ended in another way. Anyone.
    function reclaim(Game calldata game, Record calldata record) external;

    /// @notice Settles the bond that a challenger lost by time, once the job has ended: 60 % to the provider and the rest
    ///         burned if the result stands, all burned otherwise (DSP-84). Anyone.
    function sweep(Game calldata game, Record calldata record) external;

    /* ── CHALLENGER ── */

    /// @notice Opens the sender's game against a submitted result and takes its bond (credit first, then allowance).
    /// @param run  the run word of the submission
    /// @param last the sender agrees with the run root and disputes the final state; must be true for a single segment
    function challenge(Record calldata record, uint256 run, bool last) external returns (bytes32 gid);

    /// @notice Tree and Tiles: picks descendant `index` (one stride below) of the disputed node.
    function pickNode(Game calldata game, uint256 index, bytes32 node, bytes32[] calldata proof) external;

    /// @notice Segment: picks the first step of the segment whose end differs.
    function pickStep(Game calldata game, StepPick calldata pick) external;

    /// @notice Ops: picks the first operator whose result differs and fixes what it reads.
    function pickOp(Game calldata game, OpPick calldata pick, OpRecord calldata op) external;

    /// @notice Tile: picks element `index` of the tile.
    /// @param word  the tile's word of 32 bytes that holds the element
    /// @param proof its siblings in the tree over the tile's words
    function pickElement(Game calldata game, uint256 index, bytes32 word, bytes32[] calldata proof) external;

    /// @notice Prefix: picks the first prefix sum that differs and shows that its chunk is wrong. The result is rejected, or
    ///         the call reverts.
    function proveChunk(Game calldata game, bytes calldata sums, uint256 index, Proof calldata proof) external;

    /// @notice Proof: shows that the disputed element or list entry is wrong. The result is rejected, or the call reverts.
    function prove(Game calldata game, Proof calldata proof) external;

    /* ── PROVIDER ── */

    /// @notice Tree and Tiles: the descendants of the disputed node, one stride below, that hold leaves.
    function revealNodes(Game calldata game, bytes32[] calldata nodes) external;

    /// @notice Segment: the states after each of its steps.
    /// @param run what the game's `pre` binds
    /// @param start the state before it, with the proof of its leaf under the run root (segment 0: ignored, empty)
    function revealSteps(
        Game calldata game,
        RunHead calldata run,
        bytes32 start,
        bytes32[] calldata proof,
        bytes32[] calldata states
    ) external;

    /// @notice Ops: roots of the state before the step, followed by one root per operator.
    /// @param program what the game's `pre` binds together with the state before the step
    /// @param headers all phase headers of the program, packed (see ProgramHeaders)
    function revealOps(
        Game calldata game,
        ProgramHead calldata program,
        bytes calldata headers,
        bytes32[] calldata roots
    ) external;

    /// @notice Tile: its 256 elements.
    function revealTile(Game calldata game, bytes calldata data) external;

    /// @notice Prefix: the sums of the first 1, 2, ... chunks of sixteen products, int64 each, packed.
    function revealSums(Game calldata game, bytes calldata sums) external;

    /* ── ANYONE ── */

    /// @notice Ends a game whose waiting side has used up its clock.
    function timeout(Game calldata game) external;

    /* ── VIEWS ── */

    function docketOf(
        bytes32 commitment
    ) external view returns (address party, uint32 opened, uint32 live, Outcome outcome);
    function gameOf(bytes32 commitment, address challenger) external view returns (uint256 word, GameStatus status);
    /// @notice hash 216 | time 40 of the reveal under a key, zero if there is none.
    function revealOf(bytes32 key) external view returns (uint256 word);
    function creditOf(address account) external view returns (uint256);
    /// @notice The bond of a challenge to a job whose provider locked `stake`.
    function bondFor(uint256 stake) external view returns (uint256);
    /// @notice DSP-70: until when (exclusive) a result may be challenged.
    function windowEnd(uint256[6] calldata terms, uint256 run) external view returns (uint256);
}

/// @notice What a pick of an operator brings along.
/// @param index      which operator
/// @param states     how many roots of the state stand in front of the values
/// @param values     how many operators the step has
/// @param root       the tree over state roots and values
/// @param value      the disputed root: value `index`
/// @param valueProof its proof
/// @param opProof    the record's proof under the head's opsRoot
/// @param inputs     roots that the operator reads, in order
/// @param inputProofs proofs of those inputs that are values or states, one after the other
/// @param constRoots all roots of the job's constants if the operator reads one, empty otherwise
struct OpPick {
    OpsHead head;
    uint256 index;
    uint256 states;
    uint256 values;
    bytes32 root;
    bytes32 value;
    bytes32[] valueProof;
    bytes32[] opProof;
    bytes32[] inputs;
    bytes32[] inputProofs;
    bytes32[] constRoots;
}

/// @notice What a pick of a step brings along.
/// @param start     the segment's agreed start
/// @param program   the hash of the ProgramHead
/// @param firstStep the segment's first step
/// @param root      the tree over the states after each step
/// @param index     which step of the segment
/// @param states    the state before the step (left out for the segment's first) and the state after it
/// @param proof     their proofs under `root`, one after the other
struct StepPick {
    bytes32 start;
    bytes32 program;
    uint256 firstStep;
    bytes32 root;
    uint256 index;
    bytes32[] states;
    bytes32[] proof;
}

/// @notice What the judge needs.
/// @param op    the picked operator's record
/// @param nonce of the claim
/// @param roots what the operator reads, in order
/// @param tiles of the operands (see IOneStepJudge); none for padding and list entries
struct Proof {
    OpRecord op;
    bytes32 nonce;
    bytes32[] roots;
    Tile[] tiles;
}
