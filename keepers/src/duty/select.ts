import type { Address } from "viem";
import { type FirstSeen, inTurn, type TurnRules } from "../turns.ts";
import type { Duty } from "./duty.ts";

export interface SelectState {
  /** Chain time, Unix seconds. */
  now: number;
  account: Address;
  /** Wei of fees in the last 24 hours. */
  gasSpent: bigint;
  /** Keys of duties under way. */
  busy: ReadonlySet<string>;
  /** When each duty was first seen due, by key. */
  seen: ReadonlyMap<string, FirstSeen>;
  /** Chain time before which a duty that was refused is left alone, by key. */
  notBefore: ReadonlyMap<string, number>;
}

export interface SelectLimits extends TurnRules {
  /** wei */
  gasPerDay: bigint;
}

/** The duties to begin now: this keeper's turn has come, none is under way or put off, each once, while gas is left. Pure. */
export function selectDuties(duties: readonly Duty[], state: SelectState, limits: SelectLimits): Duty[] {
  if (state.gasSpent >= limits.gasPerDay) return [];
  const chosen = new Set<string>();
  return duties.filter(({ key, due }) => {
    if (chosen.has(key)) return false;
    chosen.add(key);
    if (state.busy.has(key) || state.now < (state.notBefore.get(key) ?? 0)) return false;
    return inTurn(state.now, state.seen.get(key) ?? { at: due, due }, state.account, limits);
  });
}

const FIRST_PAUSE = 30;
const LONGEST_PAUSE = 3600;

/** How long a duty is left alone after it was refused `times` times, in seconds. */
export function pauseAfter(times: number): number {
  return Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** Math.min(times - 1, 10));
}
