import { LOGIT_BITS, LUT_ONE, LUT_SIZE } from "../program/lut.ts";
import { LIMIT } from "../program/opcodes.ts";
import type { StepPlan } from "../program/step.ts";

const LOGIT_LIMIT = 32767;

/** Largest element, or largest magnitude. */
export function largest(data: Float32Array, absolute: boolean): number {
  let max = absolute ? 0 : data[0]!;
  for (let i = 0; i < data.length; i++) {
    const value = absolute ? Math.abs(data[i]!) : data[i]!;
    if (value > max) max = value;
  }
  return max;
}

/** Offset of the largest of `count` values from `from` on; the lowest on ties. */
export function argmax(values: ArrayLike<number>, from: number, count: number): number {
  let best = 0;
  for (let i = 1; i < count; i++) if (values[from + i]! > values[from + best]!) best = i;
  return best;
}

/** The two numbers that make RHU one multiply, one add and one floor; exact in doubles for |x| < 2^24. */
export function shiftFactors(shift: number): { factor: number; half: number } {
  const s = Math.max(-LIMIT.shift, Math.min(LIMIT.shift, shift));
  return { factor: 2 ** -s, half: s > 0 ? 0.5 : 0 };
}

/** ReLU and RHU by `shift` of a [rows x cols] product; returns the result and its transpose. */
export function requantiseRelu(z: Float32Array, rows: number, cols: number, shift: number) {
  const { factor, half } = shiftFactors(shift);
  const plain = new Float32Array(z.length);
  const turned = new Float32Array(z.length);
  for (let r = 0, i = 0; r < rows; r++) {
    for (let c = 0, j = r; c < cols; c++, i++, j += rows) {
      const value = Math.floor(z[i]! * factor + half);
      if (value > 0) {
        plain[i] = value;
        turned[j] = value;
      }
    }
  }
  return { plain, turned };
}

export interface SoftmaxResult {
  gradient: Float32Array;
  /** Mean cross-entropy in nat; for people, not committed. */
  loss: number;
  correct: number;
}

/** RHU to logits in 1/16 nat, clipped to int16 (record "logits"). */
export function requantiseLogits(z: Float32Array, shift: number): Int16Array {
  const { factor, half } = shiftFactors(shift);
  const out = new Int16Array(z.length);
  for (let i = 0; i < z.length; i++) {
    const value = Math.floor(z[i]! * factor + half);
    out[i] = value > LOGIT_LIMIT ? LOGIT_LIMIT : value < -LOGIT_LIMIT ? -LOGIT_LIMIT : value;
  }
  return out;
}

/** The softmax records of one batch: logits and 0/1 targets, both [rows x classes], to the output gradient. */
export function softmaxGradient(
  logits: Int16Array,
  targets: Int8Array,
  classes: number,
  plan: Pick<StepPlan, "probability">,
  table: ArrayLike<number>,
): SoftmaxResult {
  const gradient = new Float32Array(logits.length);
  const rows = logits.length / classes;
  let loss = 0;
  let correct = 0;
  for (let from = 0; from < logits.length; from += classes) {
    const best = from + argmax(logits, from, classes);
    const max = logits[best]!;
    let sum = 0;
    for (let i = from; i < from + classes; i++) sum += table[Math.min(max - logits[i]!, LUT_SIZE - 1)]!;
    // The maximum itself contributes LUT_ONE, so the record that clips the sum from below changes nothing.
    const half = Math.floor((sum + 1) / 2);
    for (let i = from; i < from + classes; i++) {
      const q = Math.floor((table[Math.min(max - logits[i]!, LUT_SIZE - 1)]! * plan.probability + half) / sum);
      gradient[i] = Math.min(q, plan.probability) - plan.probability * targets[i]!;
      if (targets[i]! > 0) {
        loss += Math.log(sum / LUT_ONE) + (max - logits[i]!) / 2 ** LOGIT_BITS;
        if (i === best) correct++;
      }
    }
  }
  return { gradient, loss: loss / rows, correct };
}

/** Zeroes `x` where the activation is 0 and undoes the power of two it was scaled by; in place, exact. */
export function maskGradient(x: Float32Array, activation: Float32Array, factor: number): Float32Array {
  for (let i = 0; i < x.length; i++) x[i] = activation[i]! > 0 ? x[i]! * factor : 0;
  return x;
}

/** RHU by `shift`, in place. */
export function requantise(x: Float32Array, shift: number): Float32Array {
  const { factor, half } = shiftFactors(shift);
  for (let i = 0; i < x.length; i++) x[i] = Math.floor(x[i]! * factor + half);
  return x;
}

/** `x * 2^-shift` as a new array; exact, because only the exponents change. */
export function scaled(x: Float32Array, shift: number): Float32Array {
  const { factor } = shiftFactors(shift);
  const out = new Float32Array(x.length);
  for (let i = 0; i < x.length; i++) out[i] = x[i]! * factor;
  return out;
}
