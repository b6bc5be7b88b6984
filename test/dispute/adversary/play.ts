import assert from "node:assert/strict";
import type { Address } from "viem";
import { stateHash } from "../../../exact/src/commit/run.ts";
import { KIND, UNCHANGED } from "../../../exact/src/program/records.ts";
import type { Claimed, Court } from "../support/court.ts";
import { fault, otherStart } from "../support/faults.ts";
import { Bound, longer, OtherStart, Padding } from "../support/liars.ts";
import { Defender } from "../support/players.ts";
import { type Outcome, prosecute, Stubborn } from "../support/prosecute.ts";
import { type Task, TracedRun } from "../support/run.ts";
import { type Claim, claimOf, type Suit } from "../support/suit.ts";
import { Liar, Lie, type Plan } from "./lie.ts";
import { type Extent, plans } from "./plans.ts";

/** A lie ready to be played: what is submitted, and who answers for it. */
export interface Play {
  name: string;
  claim: Claim;
  defender(suit: Suit): Defender;
}

/** Everything the adversary does to a run of `task` under the honest run's nonce. */
export function* plays(honest: TracedRun, extent: Extent): Generator<Play> {
  const { task } = honest;
  if (isBackwards(task)) return yield* backwards(honest);
  yield* elsewhere(honest);
  yield* continued(honest);
  for (const { name, plan } of plans(task, extent)) {
    const lie = new Lie(honest, plan);
    yield { name, claim: lie.claim, defender: (suit) => new Liar(suit, lie) };
  }
}

/** Runs that are consistent from a false state on, which the provider passes off as the agreed one. */
function* elsewhere(honest: TracedRun): Generator<Play> {
  const { task, nonce } = honest;
  const { steps, segmentLength, phases } = task.compiled;
  const weights = phases[0]!.stateOut.findIndex((value) => value !== UNCHANGED);
  for (let step = 0; step < steps; step++) {
    const tamper = step === 0 ? otherStart() : fault(step - 1, phases[0]!.stateOut[weights]!, 0);
    const run = new TracedRun(task, nonce, tamper);
    const segment = Math.floor(step / segmentLength);
    if (step % segmentLength === 0) {
      const before = segment - 1;
      const claim = claimOf(run, step === 0 ? {} : { [before]: honest.boundaries[before]! });
      const name = `segment ${segment} from another state`;
      yield { name, claim, defender: (suit) => new Bound(suit, run, claim.boundaries) };
    } else {
      yield {
        name: `step ${step} from another state`,
        claim: claimOf(run),
        defender: (suit) => new OtherStart(suit, run),
      };
    }
  }
}

/** A boundary behind the last one, which continues the run: everything that was asked for is right. */
function* continued(honest: TracedRun): Generator<Play> {
  const inner = honest.boundaries.length;
  const { segmentLength, steps } = honest.task.compiled;
  const room = (inner & (inner - 1)) !== 0 && steps % segmentLength === segmentLength - 1;
  if (!room) return;
  const run = longer(honest.task, honest.nonce);
  const end = stateHash(steps + 1, run.stateRoots(steps + 1));
  const boundaries = [...honest.boundaries, end];
  const claim = { ...claimOf(honest), boundaries };
  yield { name: "padding that continues the run", claim, defender: (suit) => new Padding(suit, run, boundaries) };
}

/** DSP-34: no validator lets such a program pass; the contract must not either. */
function isBackwards({ compiled }: Task): boolean {
  return compiled.records.some(({ inputs }, op) => inputs.some(({ kind, idx }) => kind === KIND.VALUE && idx >= op));
}

/** False results that agree with the false results listed after them, which they were made from. */
function* backwards(honest: TracedRun): Generator<Play> {
  const { task, nonce } = honest;
  const { records, steps } = task.compiled;
  for (const [op, { inputs }] of records.entries()) {
    for (const { kind, idx } of inputs) {
      if (kind !== KIND.VALUE || idx < op) continue;
      const run = new TracedRun(task, nonce, fault(steps - 1, idx, 0));
      const name = `operator ${op} agrees with false operator ${idx} behind it`;
      yield { name, claim: claimOf(run), defender: (suit) => new Defender(suit, run) };
    }
  }
}

export interface Tally {
  plays: number;
  outcomes: Record<Outcome, number>;
  /** Picks that were refused before one was taken. */
  retries: number;
  /** The first play by which the provider got away. */
  escaped?: string;
}

/**
 * Lets the adversary play against the contracts of `court` until it wins or has tried everything. All plays are about one
 * claimed job: after each the chain goes back to the claim.
 */
export async function search(court: Court, task: Task, challenger: Address, extent: Extent): Promise<Tally> {
  const claimed = await court.claim(task);
  const honest = new TracedRun(task, claimed.job.nonce);
  const back = await court.world.snapshot();
  const tally: Tally = { plays: 0, outcomes: { proof: 0, silence: 0, lost: 0 }, retries: 0 };
  for (const play of plays(honest, extent)) {
    const { trial, rejected } = await playOut(court, claimed, honest, play, challenger);
    tally.plays++;
    tally.outcomes[trial.outcome]++;
    tally.retries += trial.retries;
    await back();
    if (trial.outcome === "lost" || !rejected) return { ...tally, escaped: play.name };
  }
  return tally;
}

/** Submits one lie about a claimed job and has it disputed. */
async function playOut(court: Court, claimed: Claimed, honest: TracedRun, play: Play, challenger: Address) {
  const suit = await court.enter(claimed, honest, play.claim);
  const trial = await prosecute(court, Stubborn.of(suit, challenger), play.defender(suit));
  return { trial, rejected: (await court.verdict(suit)) === 2 };
}

/** Plays one plan against a fresh job. @returns how it ended; the result is rejected unless the outcome is "lost" */
export async function tryPlan(court: Court, task: Task, challenger: Address, plan: Plan): Promise<Outcome> {
  const claimed = await court.claim(task);
  const honest = new TracedRun(task, claimed.job.nonce);
  const lie = new Lie(honest, plan);
  const play = { name: "", claim: lie.claim, defender: (suit: Suit) => new Liar(suit, lie) };
  const { trial, rejected } = await playOut(court, claimed, honest, play, challenger);
  assert.equal(rejected, trial.outcome !== "lost");
  return trial.outcome;
}
