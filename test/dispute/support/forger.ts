import { keccak256 } from "viem";
import { stateHash } from "../../../exact/src/commit/run.ts";
import { UNCHANGED } from "../../../exact/src/program/records.ts";
import { DTYPE_RANGE, type Hex, type IntTensor } from "../../../exact/src/types.ts";
import { type Place, positionOf } from "./place.ts";
import { Defender } from "./players.ts";
import { boundaryTree, type JunkTensor, type TracedRun } from "./run.ts";
import type { Claim, Suit } from "./suit.ts";
import type { Tree } from "./tree.ts";

type Random = (n: number) => number;

/**
 * The adversary: every object it commits to is either the honest one or another of its own making, drawn when it is
 * first needed and kept from then on, so that each reveal passes the contract's checks as far as any forgery can.
 */
export class Forgery {
  readonly #honest: TracedRun;
  readonly #random: Random;
  /** Tensors of state t, made when somebody first needs to know them. */
  readonly #states = new Map<number, readonly IntTensor[]>();
  readonly #values = new Map<string, IntTensor>();
  readonly #sums = new Map<string, bigint[]>();
  readonly #rootForged: boolean;
  readonly #finalForged: boolean;

  constructor(honest: TracedRun, random: Random) {
    this.#honest = honest;
    this.#random = random;
    const inner = honest.task.compiled.segments > 1;
    this.#rootForged = inner && random(2) === 0;
    this.#finalForged = !this.#rootForged || random(2) === 0;
  }

  /** What it submits: a wrong run root, a wrong final state, or both. */
  claim(): Claim {
    const { segments, segmentLength, steps } = this.#honest.task.compiled;
    const forged = this.#rootForged ? this.#random(segments - 1) : -1;
    const boundaries = Array.from({ length: segments - 1 }, (_, i) => {
      const step = (i + 1) * segmentLength;
      return this.state(step, this.#rootForged && (i === forged || this.#random(2) === 0));
    });
    this.state(steps, this.#finalForged);
    return { boundaries, finalRoots: this.#states.get(steps)!.map((tensor) => this.#honest.root(tensor)) };
  }

  /** Hash of state t; whether it is forged is settled by the first call. */
  state(step: number, forged = this.#random(3) === 0): Hex {
    if (!this.#states.has(step)) this.#states.set(step, this.#makeState(step, forged && step > 0));
    return stateHash(step, this.stateRoots(step));
  }

  stateRoots(step: number): Hex[] {
    return this.#states.get(step)!.map((tensor) => this.#honest.root(tensor));
  }

  /** A result of an operator: what the state behind the step says it is, or anything. */
  value(step: number, op: number): IntTensor {
    const { stateOut } = this.#honest.phase(step);
    const k = stateOut.indexOf(op);
    this.state(step + 1);
    if (k >= 0) return this.#states.get(step + 1)![k]!;
    const key = `${step}:${op}`;
    const honest = this.#honest.values[step]![op]!;
    const value = this.#values.get(key) ?? (this.#random(12) === 0 ? this.#bend(honest) : honest);
    this.#values.set(key, value);
    return value;
  }

  /** Prefix sums that end at the claimed element, with the lie anywhere on the way. */
  sums(step: number, op: number, row: number, col: number): bigint[] {
    const key = `${step}:${op}:${row}:${col}`;
    const honest = this.#honest.prefixSums(step, op, row, col);
    const tensor = this.value(step, op);
    const end = BigInt(tensor.data[row * tensor.cols + col]!);
    const sums = this.#sums.get(key) ?? [
      ...honest.slice(0, -1).map((sum) => (this.#random(2) === 0 ? sum : sum + BigInt(this.#random(99)) - 50n)),
      end,
    ];
    this.#sums.set(key, sums);
    return sums;
  }

  #makeState(step: number, forged: boolean): readonly IntTensor[] {
    const honest = this.#honest.states[step]!;
    if (!forged) return honest;
    const { stateOut } = this.#honest.phase(step - 1);
    const open = honest.map((_, k) => k).filter((k) => stateOut[k] !== UNCHANGED && honest[k]!.listRows === undefined);
    const bent = open[this.#random(open.length)];
    return honest.map((tensor, k) => (k === bent ? this.#bend(tensor) : tensor));
  }

  /** Another tensor of the same shape: one to three elements off, or only something behind its edge. */
  #bend(tensor: IntTensor): IntTensor {
    const edged = tensor.rows % 16 !== 0 || tensor.cols % 16 !== 0;
    if (edged && this.#random(4) === 0) return { ...tensor, junk: 1 + this.#random(255) } as JunkTensor;
    const data = tensor.data.slice();
    const [low, high] = DTYPE_RANGE[tensor.dtype];
    for (let i = 0; i <= this.#random(3); i++) {
      const at = this.#random(data.length);
      const delta = 1 + this.#random(3);
      data[at] = data[at]! + delta > high ? Math.max(low, tensor.data[at]! - delta) : data[at]! + delta;
    }
    return { ...tensor, data };
  }
}

/** Plays a forgery. */
export class Forger extends Defender {
  readonly #forgery: Forgery;
  readonly #claim: Claim;

  constructor(suit: Suit, forgery: Forgery, claim: Claim) {
    super(suit, suit.honest);
    this.#forgery = forgery;
    this.#claim = claim;
  }

  override boundaries(): Hex[] {
    return this.#claim.boundaries;
  }

  override tree(place: Place): Tree {
    if (place.level === 1) return boundaryTree(this.#claim.boundaries);
    return this.run.tree(this.#forgery.value(place.step, place.op));
  }

  override steps(segment: number): { start: Hex; states: Hex[] } {
    const { segmentLength, steps } = this.run.task.compiled;
    const first = segment * segmentLength;
    const count = Math.min(segmentLength, steps - first);
    return {
      start: segment === 0 ? this.#forgery.state(0) : this.#claim.boundaries[segment - 1]!,
      states: Array.from({ length: count }, (_, i) => this.#forgery.state(first + i + 1)),
    };
  }

  override roots(step: number): Hex[] {
    this.#forgery.state(step);
    const { records } = this.run.phase(step);
    const values = records.map((_, op) => this.run.root(this.#forgery.value(step, op)));
    return [...this.#forgery.stateRoots(step), ...values];
  }

  override tile(place: Place): Hex {
    return this.run.tileData(this.#forgery.value(place.step, place.op), place.node);
  }

  override sums(place: Place): bigint[] {
    const { row, col } = positionOf(place);
    return this.#forgery.sums(place.step, place.op, row, col);
  }
}

/** A hash that nobody has a preimage of. */
export const NOTHING: Hex = keccak256("0xdeadbeef");
