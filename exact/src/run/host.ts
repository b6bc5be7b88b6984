import { LOGIT_BITS, LUT_ONE, LUT_SIZE } from "../program/lut.ts";
import { LIMIT } from "../program/opcodes.ts";
import type { StepPlan } from "../program/plan.ts";

const LOGIT_LIMIT = 32767;

/** Largest element; `data` is not empty. */
export function largest(data: Float32Array): number {
  let max = data[0]!;
  for (let i = 1; i < data.length; i++) if (data[i]! > max) max = data[i]!;
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

/**
 * ReLU and RHU by `shift` (0..24) of integers below 2^24 in magnitude. Integer shifts and a sign mask instead of
 * comparisons: which half of the products is negative is noise to a branch predictor.
 */
export function requantiseRelu(z: Float32Array, shift: number): Float32Array {
  const half = shift > 0 ? 2 ** (shift - 1) : 0;
  const out = new Float32Array(z.length);
  for (let i = 0; i < z.length; i++) {
    const value = (z[i]! + half) >> shift;
    out[i] = value & ~(value >> 31);
  }
  return out;
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

/**
 * Masks a gradient where the activation is 0, after undoing the power of two it was scaled by; in place, exact.
 * Returns the largest magnitude that is left.
 */
export function maskGradient(x: Float32Array, activation: Float32Array, factor: number): number {
  let max = 0;
  for (let i = 0; i < x.length; i++) {
    const mask = -activation[i]! >> 31;
    const value = (x[i]! * factor) & mask;
    const magnitude = (value ^ (value >> 31)) - (value >> 31);
    if (magnitude > max) max = magnitude;
    x[i] = value;
  }
  return max;
}

/** How many elements are not 0. */
export function nonZeros(x: Float32Array): number {
  let count = 0;
  for (let i = 0; i < x.length; i++) if (x[i] !== 0) count++;
  return count;
}

/** RHU by `shift` (0..24) of integers below 2^24 in magnitude, in place. */
export function requantise(x: Float32Array, shift: number): Float32Array {
  const half = shift > 0 ? 2 ** (shift - 1) : 0;
  for (let i = 0; i < x.length; i++) x[i] = (x[i]! + half) >> shift;
  return x;
}

/** `x * 2^-shift` as a new array; exact, because only the exponents change. */
export function scaled(x: Float32Array, shift: number): Float32Array {
  const { factor } = shiftFactors(shift);
  const out = new Float32Array(x.length);
  for (let i = 0; i < x.length; i++) out[i] = x[i]! * factor;
  return out;
}
