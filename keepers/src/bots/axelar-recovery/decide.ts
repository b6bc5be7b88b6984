/** A message of our own adapters that its destination has not executed. */
export interface StuckView {
  id: string;
  approved: boolean;
  /** Seconds since it was sent, by its source's clock. */
  age: number;
  /** Wei paid for its relay, and what the network asks now: undefined where it does not tell. */
  paid: bigint;
  wanted: bigint | undefined;
}

export interface RecoveryLimits {
  /** A younger message is left to the network. */
  afterSeconds: number;
  /** Most that is added to one message's fee at once, and in 24 hours to all; wei. */
  maxFee: bigint;
  feePerDay: bigint;
}

/** wait: the network has time, or does not tell what it asks. execute, addFee, relay: what helps. tooDear: what is missing is above the limits. */
export type RecoveryStep = "wait" | "execute" | "addFee" | "relay" | "tooDear";

/**
 * What to do about each message, in the order they are given: what earlier ones are given counts against the day's limit.
 * @param spent wei added to fees in the last 24 hours
 */
export function decideRecovery(
  messages: readonly StuckView[],
  spent: bigint,
  { afterSeconds, maxFee, feePerDay }: RecoveryLimits,
): { id: string; step: RecoveryStep; fee: bigint }[] {
  let left = feePerDay > spent ? feePerDay - spent : 0n;
  return messages.map(({ id, approved, age, paid, wanted }) => {
    if (age < afterSeconds) return { id, step: "wait", fee: 0n };
    if (approved) return { id, step: "execute", fee: 0n };
    if (wanted === undefined) return { id, step: "wait", fee: 0n };
    const fee = wanted > paid ? wanted - paid : 0n;
    if (fee === 0n) return { id, step: "relay", fee };
    if (fee > maxFee || fee > left) return { id, step: "tooDear", fee };
    left -= fee;
    return { id, step: "addFee", fee };
  });
}
