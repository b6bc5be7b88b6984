import type { Address } from "viem";
import { type Place, turnOf } from "../turns.ts";
import type { Duty } from "./duty.ts";

export interface SelectState {
  /** Chain time, Unix seconds. */
  now: number;
  account: Address;
  /** Wei of fees in the last 24 hours. */
  gasSpent: bigint;
  /** Keys of duties under way. */
  busy: ReadonlySet<string>;
  /** When this process first saw a duty due, chain time, and what its due time was then; by key. */
  seen: ReadonlyMap<string, { at: number; due: number }>;
  /** Chain time before which a duty that was refused is left alone, by key. */
  notBefore: ReadonlyMap<string, number>;
}

export interface SelectLimits extends Place {
  spreadSeconds: number;
  /** wei */
  gasPerDay: bigint;
}

/**
 * The duties to begin now: this keeper's turn has come, none is under way or put off, each once, while gas is left. Turns count
 * from when a duty was first seen: what is overdue when keepers start, or when their endpoint comes back, would find all of them
 * in turn at once, and what is due whenever it is looked at would never be. Pure.
 */
export function selectDuties(duties: readonly Duty[], state: SelectState, limits: SelectLimits): Duty[] {
  if (state.gasSpent >= limits.gasPerDay) return [];
  const seen = new Set<string>();
  return duties.filter(({ key, due }) => {
    if (seen.has(key)) return false;
    seen.add(key);
    if (state.busy.has(key)) return false;
    const first = state.seen.get(key) ?? { at: due, due };
    const from = Math.max(first.at, first.due) + turnOf(state.account, first.due, limits.spreadSeconds, limits);
    return state.now >= Math.max(from, state.notBefore.get(key) ?? 0);
  });
}

const FIRST_PAUSE = 30;
const LONGEST_PAUSE = 3600;

/** How long a duty is left alone after it was refused `times` times, in seconds. */
export function pauseAfter(times: number): number {
  return Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** Math.min(times - 1, 10));
}
