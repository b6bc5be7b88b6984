import assert from "node:assert/strict";
import { type Address, isAddressEqual } from "viem";
import type { Court } from "./court.ts";
import { drawFault } from "./fault-kinds.ts";
import { prosecute, Stubborn } from "./prosecute.ts";
import { type Task, TracedRun } from "./run.ts";
import { claimOf, type Suit } from "./suit.ts";

/**
 * Has the provider submit a run with a fault of this kind and an honest challenger dispute it; asserts that the result ends
 * rejected, by the first difference at every level, and that the challenger is the one who found it.
 */
export async function tryFault(
  court: Court,
  challenger: Address,
  task: Task,
  kind: string,
  random: (n: number) => number,
  bond?: bigint,
): Promise<Suit> {
  const open = await court.claim(task, bond === undefined ? {} : { terms: { bond } });
  const honest = new TracedRun(task, open.job.nonce);
  const { fault, run } = drawFault(kind, honest, random);
  const suit = await court.enter(open, honest, claimOf(run));
  const trial = await prosecute(court, Stubborn.of(suit, challenger), fault.defender(suit, run));
  const what = `${kind} (${fault.where})`;
  assert.notEqual(trial.outcome, "lost", what);
  assert.equal(trial.retries, 0, what);
  assert.equal(await court.verdict(suit), 2, what);
  const { party } = await court.docket(suit.commitment);
  assert.ok(isAddressEqual(party, challenger), what);
  return suit;
}
