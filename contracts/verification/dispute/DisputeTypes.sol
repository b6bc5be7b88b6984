// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @notice How far a game has walked. Tree, Segment, Ops, Tiles, Tile and Prefix are places where the provider reveals
///         and the challenger then picks; at Proof only the challenger moves. Never renumber.
enum Level {
    None,
    Tree, // a node of the run tree differs
    Segment, // the end of a segment differs, its start is agreed
    Ops, // the end of a step differs, its start is agreed
    Tiles, // a node of the tile tree of one operator's output differs
    Tile, // one tile differs
    Prefix, // one element of a matrix product differs
    Proof // one element, one chunk of sixteen products or one list entry differs: the judge decides
}

/// @notice Where a game stands. The value is the low byte of the game's word. Never renumber.
enum GameStatus {
    None,
    Live,
    Forfeited, // the challenger ran out of time; its bond waits for the end of the job
    Closed // the bond has left
}

/// @notice What the referee says of a commitment. Rejected is absorbing.
enum Outcome {
    Open,
    Rejected
}

/// @notice A game: six words that travel in calldata; the contract keeps their hash and a status in one slot.
/// @param commitment the result under dispute (DSP-13)
/// @param party      challenger 160 | bond 96
/// @param clock      last 40 | providerUsed 32 | challengerUsed 32 | submittedAt 40 | span 40 | zero 72 (see Clocks)
/// @param place      coordinates of the disputed object (see Places)
/// @param expect     what the provider has committed to there and the challenger disputes
///                   or, where it has answered in this game with a list, that list
/// @param pre        what both agree on: the run (Tree, Segment), the state before a step and the program (Ops), the
///                   operator and its inputs (Tiles and deeper)
struct Game {
    bytes32 commitment;
    uint256 party;
    uint256 clock;
    uint256 place;
    bytes32 expect;
    bytes32 pre;
}

/// @notice The preimage of a commitment, as the events of the job have it.
struct Record {
    uint256[6] terms;
    bytes32[6] spec;
    bytes32 nonce;
    bytes32 runRoot;
    bytes32 finalState;
}

/// @notice What a run's segments are checked against: the preimage of a game's `pre` at Tree and Segment.
/// @param initState the state before step 0
/// @param shape     the spec's word of numbers (JobSpec word 3)
/// @param runRoot   the tree over the boundaries between segments
/// @param program   the hash of a ProgramHead
struct RunHead {
    bytes32 initState;
    bytes32 shape;
    bytes32 runRoot;
    bytes32 program;
}

/// @notice What a step is checked against.
struct ProgramHead {
    bytes32 programHash;
    bytes32 dataRoot;
    bytes32 nonce;
    uint256 states;
}

/// @notice What a step's operators are read from: bound by the reveal of its values.
struct OpsHead {
    bytes32 nonce;
    bytes32 dataRoot;
    bytes32 opsRoot;
}

/// @notice Whom and what the games of one result are about: one slot.
/// @dev `party` is the provider; once the result is rejected, the account that found it.
struct Docket {
    address party;
    uint32 opened;
    uint32 live;
    Outcome outcome;
}

/// @notice A referee's number in the hub, shortest window and budgets (seconds), and smallest bond.
struct Limits {
    uint256 strategy;
    uint256 minWindow;
    uint256 minBudget;
    uint256 minBond;
}
