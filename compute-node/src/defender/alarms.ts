/** Shares of the clock at which the operator is told that a challenge is not answered. */
const ALARMS = [0.5, 0.25];

export interface Alarm {
  /** How many alarms of this clock are due by now. */
  due: number;
  event: "DISPUTE_CLOCK_HALF" | "DISPUTE_CLOCK_QUARTER";
  text: string;
}

/**
 * What to tell of a clock that runs down. Of two that are due at once, after a time without a look, the worse alone.
 * @param left share of the clock, 0 to 1
 * @param told how many of its alarms were given
 */
export function alarmOf(left: number, told: number): Alarm | undefined {
  const due = ALARMS.filter((share) => left <= share).length;
  if (due <= told) return undefined;
  const text = `less than ${100 * (ALARMS[due - 1] ?? 0)} % of the clock is left to answer a challenge`;
  return { due, event: due === ALARMS.length ? "DISPUTE_CLOCK_QUARTER" : "DISPUTE_CLOCK_HALF", text };
}
