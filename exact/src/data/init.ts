import { concat, uint, word } from "../commit/bytes.ts";
import { keccak } from "../commit/keccak.ts";
import type { CompiledProgram } from "../program/compile.ts";
import type { LayerPlan } from "../program/plan.ts";
import type { Hex, IntTensor } from "../types.ts";
import { allocate } from "../types.ts";

const WORD_BYTES = 6;
const WORDS_PER_DIGEST = 5;
const LIMB = 2 ** 24;

function integerRoot(value: bigint): bigint {
  let low = 0n;
  let high = 1n << 64n;
  while (low < high) {
    const middle = (low + high + 1n) >> 1n;
    if (middle * middle <= value) low = middle;
    else high = middle - 1n;
  }
  return low;
}

/**
 * Largest initial master of a layer: floor(0.7 * sqrt(6 / inputs) * 2^(exponent + weightShift)), in integers,
 * and never above the layer's master limit.
 */
export function initialBound(layer: LayerPlan, weightExponent: number): number {
  const square = (294n << BigInt(2 * (weightExponent + layer.weightShift))) / (100n * BigInt(layer.inputs));
  return Math.min(Number(integerRoot(square)), layer.masterLimit);
}

/**
 * Integers uniform in -bound..bound. Number i takes bytes 6(i mod 5)..6(i mod 5)+5 of
 * `H(0x10 || seed || tensor:u16 || floor(i / 5):u32)` as a big-endian w and is floor(w * (2 bound + 1) / 2^48) - bound;
 * the bias is below 2^-24 for every bound in use.
 */
export function uniform(seed: Hex, tensor: number, length: number, bound: number): Int32Array {
  const out = new Int32Array(length);
  const preimage = concat([new Uint8Array([0x10]), word(seed), uint(tensor, 2), new Uint8Array(4)]);
  const view = new DataView(preimage.buffer);
  const range = 2 * bound + 1;
  for (let i = 0, block = 0; i < length; block++) {
    view.setUint32(35, block);
    const digest = keccak(preimage);
    for (let k = 0; k < WORDS_PER_DIGEST && i < length; k++, i++) {
      const at = k * WORD_BYTES;
      const high = digest[at]! * 65536 + digest[at + 1]! * 256 + digest[at + 2]!;
      const low = digest[at + 3]! * 65536 + digest[at + 4]! * 256 + digest[at + 5]!;
      // Two limbs keep every product below 2^53: exact in doubles.
      out[i] = Math.floor((high * range + Math.floor((low * range) / LIMB)) / LIMB) - bound;
    }
  }
  return out;
}

/** State before step 0: seeded masters for every layer, velocities of 0, empty lists. Same bits everywhere for the same seed. */
export function initialState(compiled: CompiledProgram, seed: Hex): IntTensor[] {
  return compiled.states.map((spec, index) => {
    const { name, cols, dtype, listRows } = spec;
    if (listRows !== undefined) return { name, rows: 0, cols, dtype, data: allocate(dtype, 0), listRows };
    const layer = compiled.plans[0]!.layers[index];
    if (!layer) return { name, rows: spec.rows, cols, dtype, data: allocate(dtype, spec.rows * cols) };
    const bound = initialBound(layer, compiled.program.layers[index]!.weightExponent);
    return { name, rows: spec.rows, cols, dtype, data: uniform(seed, index, spec.rows * cols, bound) };
  });
}
