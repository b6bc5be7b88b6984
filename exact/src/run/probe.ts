import * as tf from "@tensorflow/tfjs-core";
import { toHex } from "../commit/bytes.ts";
import { keccak } from "../commit/keccak.ts";
import { uniform } from "../data/init.ts";
import { ExactError } from "../errors.ts";
import type { Hex } from "../types.ts";
import type { Backend } from "./backend.ts";
import { shiftFactors } from "./host.ts";
import { convolutions } from "./probe-convolution.ts";
import type { Vector } from "./probe-vector.ts";
import { readBack } from "./read-back.ts";
import { integerDivide, roundingShift } from "./reference.ts";

export interface ProbeCase {
  name: string;
  ok: boolean;
  found?: string;
  wanted?: string;
}

export interface ProbeResult {
  ok: boolean;
  /** keccak of all integers that the back end produced, as int32: equal on every exact back end. */
  digest: Hex;
  cases: ProbeCase[];
}

const SEED: Hex = `0x${"a5".repeat(32)}`;
let draws = 0;

/** Seeded integers in low..high. */
function draw(length: number, low: number, high: number): Int32Array {
  const bound = Math.ceil((high - low) / 2);
  return uniform(SEED, draws++, length, bound).map((v) => Math.max(low, Math.min(high, v + low + bound)));
}

const floats = (values: ArrayLike<number>): Float32Array => Float32Array.from(values);

function multiply(a: Int32Array, b: Int32Array, m: number, k: number, n: number): Int32Array {
  const out = new Int32Array(m * n);
  for (let i = 0; i < m; i++) {
    for (let p = 0; p < k; p++) for (let j = 0; j < n; j++) out[i * n + j]! += a[i * k + p]! * b[p * n + j]!;
  }
  return out;
}

function contraction(
  name: string,
  [m, k, n]: readonly [number, number, number],
  a: Int32Array,
  b: Int32Array,
): Vector[] {
  const product = multiply(a, b, m, k, n);
  const transposed = new Int32Array(k * m);
  for (let i = 0; i < m; i++) for (let p = 0; p < k; p++) transposed[p * m + i] = a[i * k + p]!;
  const x = (): tf.Tensor2D => tf.tensor2d(floats(a), [m, k]);
  const y = (): tf.Tensor2D => tf.tensor2d(floats(b), [k, n]);
  const turned = (): tf.Tensor2D => tf.transpose(tf.tensor2d(floats(transposed), [k, m])) as tf.Tensor2D;
  const doubled = product.map((v) => 2 * v + 1);
  const half = (): tf.Tensor2D =>
    tf.fused.matMul({ a: x(), b: y(), bias: tf.fill([n], 0.5) as tf.Tensor1D }) as tf.Tensor2D;
  const fits = product.every((v) => Math.abs(2 * v + 1) < 2 ** 24);
  return [
    { name: `matmul ${name}`, run: () => tf.matMul(x(), y()), wanted: product },
    { name: `matmul of a transpose ${name}`, run: () => tf.matMul(turned(), y()), wanted: product },
    {
      name: `matmul scaled by 2^-20 ${name}`,
      run: () => tf.mul(tf.matMul(x(), tf.mul(y(), 2 ** -20)), 2 ** 20),
      wanted: product,
    },
    ...(fits ? [{ name: `matmul with bias 1/2 ${name}`, run: () => tf.mul(half(), 2), wanted: doubled }] : []),
  ];
}

function contractions(): Vector[] {
  const fill = (length: number, value: number): Int32Array => new Int32Array(length).fill(value);
  const signs = (length: number, value: number): Int32Array => fill(length, value).map((v, i) => (i % 2 ? -v : v));
  const [m, n] = [5, 19];
  const cases: [string, number, number, number][] = [
    ["K=1040 127x127", 1040, 127, 127],
    ["K=1023 128x128", 1023, 128, 128],
    ["K=784 31x511", 784, 31, 511],
    ["K=64 127x2047", 64, 127, 2047],
    ["K=64 511x511", 64, 511, 511],
    ["K=3 2047x2047", 3, 2047, 2047],
    ["K=2048 127x63", 2048, 127, 63],
    ["K=100 7x9", 100, 7, 9],
  ];
  return cases.flatMap(([name, k, a, b]) => [
    ...contraction(`${name} largest`, [m, k, n], fill(m * k, a), fill(k * n, -b)),
    ...contraction(`${name} alternating`, [m, k, n], signs(m * k, a), signs(k * n, b)),
    ...contraction(`${name} random`, [m, k, n], draw(m * k, -a, a), draw(k * n, -b, b)),
  ]);
}

function shifts(): Vector[] {
  const edges = [0, 1, -1, 2, -2, 3, -3, 127, -128, 8388607, 8388608, 8388609, -8388609, 16777215, -16777215, 16777214];
  const values = Int32Array.from([...edges, ...draw(2000, -16777215, 16777215)]);
  return [0, 1, 2, 11, 13, 22, 23, 24].map((s) => {
    const { factor, half } = shiftFactors(s);
    const run = (): tf.Tensor => {
      const scaled = tf.mul(tf.tensor1d(floats(values)), factor);
      return s === 0 ? scaled : tf.floor(tf.add(scaled, half));
    };
    return { name: `rounding shift by ${s}`, run, wanted: values.map((v) => roundingShift(v, s)) };
  });
}

/** Division as a device would do it: one float quotient, floor, one correction either way. */
function repairedDivision(n: Int32Array, d: Int32Array): tf.Tensor {
  const [num, den] = [tf.tensor1d(floats(n)), tf.tensor1d(floats(d))];
  const q = tf.floor(tf.div(num, den));
  const rest = tf.sub(num, tf.mul(q, den));
  const up = tf.cast(tf.greaterEqual(rest, den), "float32");
  const down = tf.cast(tf.less(rest, 0), "float32");
  return tf.sub(tf.add(q, up), down);
}

function elementwise(): Vector[] {
  const big = draw(4096, -4190207, 4190207);
  const step = draw(4096, -8388608, 8388608);
  const limit = 4190207;
  const n = draw(65536, 0, 4202496);
  const d = draw(65536, 2048, 20480);
  const negative = draw(5 * 19, -500, -3);
  const clip = (v: number): number => Math.max(-limit, Math.min(limit, v));
  return [
    {
      name: "subtract and clip",
      run: () => tf.clipByValue(tf.sub(tf.tensor1d(floats(big)), tf.tensor1d(floats(step))), -limit, limit),
      wanted: big.map((v, i) => clip(v - step[i]!)),
    },
    { name: "division", run: () => repairedDivision(n, d), wanted: n.map((v, i) => integerDivide(v, d[i]!)) },
    {
      name: "maximum of negative rows",
      run: () => tf.max(tf.tensor2d(floats(negative), [5, 19]), 1),
      wanted: Int32Array.from({ length: 5 }, (_, r) => Math.max(...negative.subarray(r * 19, r * 19 + 19))),
    },
    {
      name: "minus zero",
      run: () => tf.mul(tf.tensor1d([0, -0, 5, -5]), tf.tensor1d([-1, 1, 0, 0])),
      wanted: new Int32Array(4),
    },
  ];
}

function firstDifference(found: Float32Array, wanted: Int32Array): number {
  return wanted.findIndex((v, i) => found[i] !== v);
}

/**
 * Runs worst-case, alternating and random vectors through every kernel the executor uses, and compares with integer
 * arithmetic. A back end whose probe is not ok must not take exact jobs (`requireExactBackend`).
 */
export async function exactnessProbe(backend: Backend): Promise<ProbeResult> {
  await backend.activate();
  draws = 0;
  const parts: Uint8Array[] = [];
  const cases: ProbeCase[] = [];
  for (const { name, run, wanted } of [...contractions(), ...convolutions(draw), ...shifts(), ...elementwise()]) {
    const found = (await readBack(tf.tidy(run))).slice();
    parts.push(new Uint8Array(Int32Array.from(found).buffer));
    const at = firstDifference(found, wanted);
    const differs = { name, ok: false, found: String(found[at]), wanted: String(wanted[at]) };
    cases.push(at < 0 ? { name, ok: true } : differs);
  }
  return { ok: cases.every((item) => item.ok), digest: toHex(keccak(...parts)), cases };
}

/** Runs the probe and throws ExactError EX-021, naming the first wrong case, unless the back end is exact. */
export async function requireExactBackend(backend: Backend): Promise<ProbeResult> {
  const result = await exactnessProbe(backend);
  const failed = result.cases.find((item) => !item.ok);
  if (!failed) return result;
  throw new ExactError("EX-021", {
    path: `backend ${backend.name}, ${failed.name}`,
    found: failed.found,
    wanted: failed.wanted ?? "an exact result",
    hint: "Do not take exact jobs on this back end; update it, or use another one.",
  });
}
