import type { Address } from "viem";
import { hashPhases, KIND, type OpRecord, sealPhase } from "../../../exact/src/program/records.ts";
import type { Patch } from "./compile.ts";
import type { Court } from "./court.ts";
import { fault, otherStart } from "./faults.ts";
import { NOTHING } from "./forger.ts";
import { Bound, HonestNodes, HonestRoots, LongSegment, longer, OtherStart, Padding, TrueSums } from "./liars.ts";
import { Defender } from "./players.ts";
import { prosecute, Stubborn } from "./prosecute.ts";
import { type JunkTensor, type Tamper, type Task, TracedRun } from "./run.ts";
import { type Claim, claimOf, type Suit } from "./suit.ts";
import { smallTask } from "./tasks.ts";

/** A play by which a forger would escape if one rule were missing, and the contract without that rule. */
export interface Counterexample {
  rule: string;
  /** What the forger does. */
  play: string;
  patch: Patch;
  task: Task;
  tamper?: Tamper;
  claim?(honest: TracedRun, claimed: TracedRun): Claim;
  defender(suit: Suit, claimed: TracedRun): Defender;
}

const REFEREE = "verification/RefereedDispute.sol";
const INDENT = "        ";

/** The same program with its first two records listed the wrong way round. */
function disordered(): Task {
  const task = smallTask();
  const swap = (idx: number): number => (idx === 0 ? 1 : idx === 1 ? 0 : idx);
  const phases = task.compiled.phases.map(({ firstStep, records, stateOut }) => {
    const moved: OpRecord[] = [1, 0, ...records.slice(2).map((_, i) => i + 2)].map((i) => ({
      ...records[i]!,
      inputs: records[i]!.inputs.map((x) => (x.kind === KIND.VALUE ? { ...x, idx: swap(x.idx) } : x)),
    }));
    return sealPhase(firstStep, moved, stateOut.map(swap));
  });
  return {
    ...task,
    compiled: { ...task.compiled, phases, records: phases[0]!.records, programHash: hashPhases(phases) },
  };
}

const NEW_WEIGHTS = 40;

export const COUNTEREXAMPLES: readonly Counterexample[] = [
  {
    rule: "DSP-03",
    play: "a padding leaf of the run tree that continues the run, everything else honest",
    patch: {
      file: "verification/dispute/MerkleWalk.sol",
      from: "return held < uint256(1) << step ? held : uint256(1) << step;",
      to: "return held == 0 ? 0 : uint256(1) << step;",
    },
    task: smallTask({ steps: 7, segmentLength: 2 }),
    claim: (honest) => ({
      ...claimOf(honest),
      boundaries: [...honest.boundaries, longer(honest.task, honest.nonce).state(8)],
    }),
    defender: (suit) => {
      const run = longer(suit.task, suit.honest.nonce);
      return new Padding(suit, run, [...suit.honest.boundaries, run.state(8)]);
    },
  },
  {
    rule: "DSP-21",
    play: "the honest children of a false node",
    patch: {
      file: "verification/dispute/MerkleWalk.sol",
      from: `bytes32 found = fold(children, height - step, step);\n${INDENT}Guards.root(found, expect);`,
      to: "expect;",
    },
    task: smallTask({ steps: 7, segmentLength: 2 }),
    claim: (honest) => claimOf(honest, { 1: NOTHING }),
    defender: (suit, run) => new HonestNodes(suit, run),
  },
  {
    rule: "DSP-12",
    play: "a run from other initial weights, consistent from there on",
    patch: { file: REFEREE, from: "start = run.initState;", to: "" },
    task: smallTask(),
    tamper: otherStart(),
    defender: (suit, run) => new Defender(suit, run),
  },
  {
    rule: "DSP-12",
    play: "a segment from another state than the one before it ended with",
    patch: {
      file: REFEREE,
      from: "MerkleWalk.checkProof(run.runRoot, Records.boundary(start), segment - 1, depth, proof);",
      to: "depth;",
    },
    task: smallTask(),
    tamper: fault(1, NEW_WEIGHTS, 11),
    claim: (honest, claimed) => claimOf(claimed, { 0: honest.boundaries[0]! }),
    defender: (suit, run) => new Bound(suit, run, run.boundaries.with(0, suit.honest.boundaries[0]!)),
  },
  {
    rule: "DSP-22",
    play: "a segment with one state too many, which alone is false",
    patch: { file: REFEREE, from: "Guards.length(states.length, game.place.leaves());", to: "" },
    task: smallTask(),
    claim: (honest) => claimOf(honest, { 0: NOTHING }),
    defender: (suit, run) => new LongSegment(suit, run, run.boundaries.with(0, NOTHING)),
  },
  {
    rule: "DSP-22",
    play: "the honest states of a segment whose end is false",
    patch: {
      file: REFEREE,
      from: `end = Records.boundary(end);\n${INDENT}Guards.end(end, game.expect);`,
      to: "end = Records.boundary(end);",
    },
    task: smallTask(),
    claim: (honest) => claimOf(honest, {}, { 0: NOTHING }),
    defender: (suit, run) => new Defender(suit, run),
  },
  {
    rule: "DSP-33",
    play: "the honest results of a step whose state is false",
    patch: { file: "verification/dispute/StepOps.sol", from: "Guards.end(end, game.expect);", to: "" },
    task: smallTask(),
    claim: (honest) => claimOf(honest, {}, { 0: NOTHING }),
    defender: (suit, run) => new HonestRoots(suit, run),
  },
  {
    rule: "DSP-33",
    play: "results that follow from another state than the one agreed on",
    patch: { file: "verification/dispute/StepOps.sol", from: "Guards.start(start, game.pre);", to: "start;" },
    task: smallTask(),
    tamper: fault(2, NEW_WEIGHTS, 11),
    defender: (suit, run) => new OtherStart(suit, run),
  },
  {
    rule: "DSP-34",
    play: "a program out of order: a false result that agrees with the false result listed after it",
    patch: { file: "verification/dispute/StepOps.sol", from: "Guards.index(input.idx, pick.index);", to: "" },
    task: disordered(),
    // Up from nothing, down from anything else: what the clipping behind it would undo were no fault.
    tamper: fault(2, 1, 3, (value) => (value === 0 ? 1 : -1)),
    defender: (suit, run) => new Defender(suit, run),
  },
  {
    rule: "DSP-52",
    play: "the true prefix sums of a false element",
    patch: {
      file: REFEREE,
      from: `// INVARIANT DSP-52: the sums end at the claimed element\n${INDENT}Guards.end(end, game.expect);`,
      to: "end;",
    },
    task: smallTask(),
    tamper: fault(3, 37, 5, 1 << 20),
    defender: (suit, run) => new TrueSums(suit, run),
  },
  {
    rule: "DSP-60",
    play: "junk behind the edge of a weight matrix, everything else honest",
    patch: {
      file: "verification/dispute/Judgement.sol",
      from: "if (row >= proof.op.rows || col >= proof.op.cols) return 0;",
      to: "if (row >= proof.op.rows || col >= proof.op.cols) revert();",
    },
    task: smallTask(),
    tamper: {
      value: (step, op, value) => (step === 4 && op === NEW_WEIGHTS ? ({ ...value, junk: 7 } as JunkTensor) : value),
    },
    defender: (suit, run) => new Defender(suit, run),
  },
];

/** Submits the forgery and lets an honest challenger play it. True if the result ends rejected. */
export async function convicts(court: Court, example: Counterexample, challenger: Address): Promise<boolean> {
  const { task, tamper, claim } = example;
  const suit = await court.submit(task, {
    tamper,
    lie: claim && ((honest) => claim(honest, tamper ? new TracedRun(task, honest.nonce, tamper) : honest)),
  });
  await prosecute(court, Stubborn.of(suit, challenger), example.defender(suit, suit.claimed));
  return (await court.verdict(suit)) === 2;
}
