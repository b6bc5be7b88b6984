import type { GhostJob, Phase } from "./ghost.ts";
import type { Play, Stage } from "./stage.ts";

/** Makes a call up, if the state has something to make it of. */
export type Maker = (stage: Stage) => Play | undefined;

/** Mostly who is meant to, sometimes anybody. */
export function actor({ random, people }: Stage, ...meant: readonly number[]): number {
  return random.chance(8) ? random.below(people.length) : random.pick(meant);
}

export function amount({ random }: Stage, limit: bigint): bigint {
  if (random.chance(3)) return random.pick([0n, 1n, limit + 1n, 2n ** 96n, 2n ** 128n - 1n]);
  return 1n + random.amount(limit);
}

export function someJob({ ghost, random }: Stage, phase: Phase): GhostJob | undefined {
  const jobs = [...ghost.jobs.values()];
  if (jobs.length === 0) return undefined;
  const right = jobs.filter((one) => one.phase === phase);
  return right.length > 0 && random.chance(90) ? random.pick(right) : random.pick(jobs);
}

export function play(name: string, who: number, to: Play["to"], functionName: string, args: readonly unknown[]): Play {
  return { name, who, to, functionName, args };
}
