import { type GameClock, unpackGameClock } from "../../../sdk/src/codec/game.ts";

/** Clocks.sol in TypeScript. All times in seconds. */
export type Clock = GameClock;

export const REVEALS_PER_GAME = 16;
export const SECONDS_PER_REVEAL = 60;
export const MAX_EXTRA = 7 * 86_400;

export function packClock({ last, providerUsed, challengerUsed, submittedAt, span }: Clock): bigint {
  const fields: [value: number, shift: bigint][] = [
    [last, 216n],
    [providerUsed, 184n],
    [challengerUsed, 152n],
    [submittedAt, 112n],
    [span, 72n],
  ];
  return fields.reduce((word, [value, shift]) => word | (BigInt(value) << shift), 0n);
}

export const unpackClock = unpackGameClock;

/** DSP-70 */
export function windowOf(posted: number, minimum: number, span: number): number {
  return Math.max(posted, minimum, span + Math.floor(span / 4));
}

/** DSP-73 */
export function providerBudget(span: number, minimum: number, opened: number): number {
  return Math.max(minimum, 2 * span) + Math.min(MAX_EXTRA, opened * REVEALS_PER_GAME * SECONDS_PER_REVEAL);
}

/** DSP-73 */
export function challengerBudget(span: number, minimum: number): number {
  return Math.max(minimum, Math.floor(span / 2));
}

/** DSP-71 */
export function providerNow(clock: Clock, time: number): number {
  return clock.providerUsed + time - clock.last;
}

/** DSP-71; `revealedAt` is 0 where nothing is revealed. */
export function challengerNow(clock: Clock, revealedAt: number, time: number): number {
  return clock.challengerUsed + time - Math.max(clock.last, revealedAt);
}

/** DSP-71: the clock after the challenger's move. */
export function moved(clock: Clock, revealedAt: number, time: number): Clock {
  return {
    ...clock,
    last: time,
    providerUsed: clock.providerUsed + Math.max(0, revealedAt - clock.last),
    challengerUsed: challengerNow(clock, revealedAt, time),
  };
}
