import { toHex as hexOf, keccak256 } from "viem";
import { fromHex, toHex } from "../../../exact/src/commit/bytes.ts";
import { keccak } from "../../../exact/src/commit/keccak.ts";
import { depth } from "../../../exact/src/commit/merkle.ts";
import { stateHash } from "../../../exact/src/commit/run.ts";
import { UNCHANGED } from "../../../exact/src/program/records.ts";
import { DTYPE_BYTES, DTYPE_CODE, type Hex, type IntTensor } from "../../../exact/src/types.ts";
import { LEVEL, type Place } from "../support/place.ts";
import { Defender } from "../support/players.ts";
import { boundaryTree, type TracedRun } from "../support/run.ts";
import type { Claim, Suit } from "../support/suit.ts";
import { Tree } from "../support/tree.ts";

/** Which entries of a list are false. Shorter or longer than the list is a lie about its length. */
export type Pattern = readonly boolean[];

/**
 * One way to lie, top down: at each level, which of the things that are revealed there are false. The honest challenger
 * follows the first false entry; of the others nobody will ever see what is behind them, so they are words without a
 * preimage.
 */
export interface Plan {
  /** S_1 .. S_(M-1). */
  boundaries: Pattern;
  final: boolean;
  /** States after each step of the disputed segment. */
  states: Pattern;
  /** Results of the disputed step's operators. */
  values: Pattern;
  /** Leaves of the disputed result's tile tree; beyond its tiles: padding, as tiles of zeros. */
  tiles: Pattern;
  /** What is added to which elements of the disputed tile. */
  deltas: Readonly<Record<number, number>>;
  /** What is added to each prefix sum; the last is left as the element says unless `loose`. */
  sums?: readonly number[];
  loose?: boolean;
  /** At this level it answers with what the honest run says, whatever it committed to. */
  disown?: number;
}

let words = 0;
/** A word that nobody knows a preimage of. */
const nothing = (): Hex => keccak256(hexOf(`nothing ${words++}`));

/** A plan worked out bottom up: every hash that somebody will look behind is the hash of something. */
export class Lie {
  readonly plan: Plan;
  readonly claim: Claim;
  readonly segment: number;
  readonly step: number;
  readonly op: number;
  readonly tile: number;
  readonly honest: TracedRun;
  readonly leaves: Hex[];
  readonly values: Hex[];
  readonly states: Hex[];

  constructor(honest: TracedRun, plan: Plan) {
    const { segments, segmentLength } = honest.task.compiled;
    this.honest = honest;
    this.plan = plan;
    const inner = plan.boundaries.slice(0, segments - 1).indexOf(true);
    this.segment = inner < 0 ? segments - 1 : inner;
    const first = this.segment * segmentLength;
    const own = honest.segment(this.segment);
    // a lie about the length alone disputes the last step
    this.step = first + Math.min(Math.max(0, plan.states.indexOf(true)), own.length - 1);
    this.op = plan.values.indexOf(true);
    this.tile = plan.tiles.indexOf(true);
    this.leaves = this.#makeLeaves();
    this.values = this.#makeValues();
    const after = this.#postRoots();
    const state = stateHash(this.step + 1, after);
    const wrong = state === honest.state(this.step + 1) ? nothing() : state;
    this.states = plan.states.map((lie, i) =>
      lie ? (first + i === this.step ? wrong : nothing()) : (own[i] ?? nothing()),
    );
    this.claim = this.#makeClaim(after);
  }

  get tensor(): IntTensor {
    return this.honest.values[this.step]![this.op]!;
  }

  /** Data of the disputed tile, and of a padding tile. */
  data(index: number): Hex {
    const { tensor } = this;
    const width = DTYPE_BYTES[tensor.dtype];
    const grid = Math.ceil(tensor.rows / 16) * Math.ceil(tensor.cols / 16);
    if (index >= grid) return toHex(new Uint8Array(256 * width));
    const bytes = fromHex(this.honest.tileData(tensor, index)).slice();
    const view = new DataView(bytes.buffer);
    for (const [element, delta] of Object.entries(this.plan.deltas)) {
      const at = Number(element) * width;
      if (width === 1) view.setInt8(at, view.getInt8(at) + delta);
      else if (width === 2) view.setInt16(at, view.getInt16(at) + delta);
      else view.setInt32(at, view.getInt32(at) + delta);
    }
    return toHex(bytes);
  }

  /** The claimed prefix sums of an element. */
  sums(row: number, col: number, element: number): bigint[] {
    const { plan } = this;
    const honest = this.honest.prefixSums(this.step, this.op, row, col);
    const end = honest.at(-1)! + BigInt(plan.deltas[element] ?? 0);
    const moved = honest.map((sum, i) => sum + BigInt(plan.sums?.[i] ?? 0));
    return plan.loose ? moved : moved.with(-1, end);
  }

  #makeLeaves(): Hex[] {
    const { tensor, plan } = this;
    if (tensor.listRows !== undefined) return [];
    const honest = this.honest.tree(tensor);
    const leaf = (index: number): Hex =>
      toHex(keccak(new Uint8Array([0, DTYPE_CODE[tensor.dtype]]), fromHex(this.data(index))));
    return plan.tiles.map((lie, i) => (!lie ? toHex(honest.node(0, i)) : i === this.tile ? leaf(i) : nothing()));
  }

  #makeValues(): Hex[] {
    const honest = this.honest.values[this.step]!;
    return this.plan.values.map((lie, j) => {
      if (!lie) return this.honest.root(honest[j]!);
      if (j !== this.op || honest[j]!.listRows !== undefined) return nothing();
      return toHex(tileTree(this.leaves).root);
    });
  }

  #postRoots(): Hex[] {
    const before = this.honest.stateRoots(this.step);
    return this.honest
      .phase(this.step)
      .stateOut.map((value, k) => (value === UNCHANGED ? before[k]! : this.values[value]!));
  }

  #makeClaim(after: Hex[]): Claim {
    const { honest, plan, segment } = this;
    const { steps, segments } = honest.task.compiled;
    const boundaries = plan.boundaries.map((lie, i) => {
      if (!lie) return honest.boundaries[i]!;
      return i === segment
        ? this.states.at(-1) === honest.boundaries[i]
          ? nothing()
          : this.states.at(-1)!
        : nothing();
    });
    const last = segment === segments - 1 && this.step === steps - 1 && stateHash(steps, after) === this.states.at(-1);
    const finalRoots = !plan.final ? honest.stateRoots(steps) : last ? after : after.map(nothing);
    // a disputed state inside the last segment is followed by a final state that nobody will look behind
    if (plan.final && segment === segments - 1 && plan.states.at(-1)) {
      this.states[this.states.length - 1] = stateHash(steps, finalRoots);
    }
    return { boundaries, finalRoots };
  }
}

function tileTree(leaves: readonly Hex[]): Tree {
  return new Tree(leaves.map(fromHex), depth(leaves.length));
}

/** Plays a lie: answers what it committed to, level by level. */
export class Liar extends Defender {
  readonly #lie: Lie;

  constructor(suit: Suit, lie: Lie) {
    super(suit, suit.honest);
    this.#lie = lie;
  }

  override boundaries(): Hex[] {
    return this.#disowns(LEVEL.Tree) ? this.run.boundaries : this.#lie.claim.boundaries;
  }

  override tree(place: Place): Tree {
    if (place.level === LEVEL.Tree) return boundaryTree(this.boundaries());
    return this.#disowns(LEVEL.Tiles) ? super.tree(place) : tileTree(this.#lie.leaves);
  }

  /** Padding that was committed to is revealed too. */
  override nodes(place: Place): Hex[] {
    const { plan } = this.#lie;
    const listed = place.level === LEVEL.Tree ? plan.boundaries.length : plan.tiles.length;
    return super.nodes(listed > place.leaves ? { ...place, leaves: 2 ** place.height } : place);
  }

  override steps(segment: number): { start: Hex; states: Hex[] } {
    const { start, states } = super.steps(segment);
    return { start, states: this.#disowns(LEVEL.Segment) ? states : this.#lie.states };
  }

  override roots(step: number): Hex[] {
    return this.#disowns(LEVEL.Ops) ? super.roots(step) : [...this.run.stateRoots(step), ...this.#lie.values];
  }

  override tile(place: Place): Hex {
    return this.#disowns(LEVEL.Tile) ? super.tile(place) : this.#lie.data(place.node);
  }

  override sums(place: Place): bigint[] {
    const { rows, cols, node, element } = place;
    const grid = Math.ceil(cols / 16);
    const row = Math.floor(node / grid) * 16 + (element >> 4);
    const col = (node % grid) * 16 + (element & 15);
    if (row >= rows || col >= cols) throw new RangeError("padding has no prefix sums");
    if (this.#disowns(LEVEL.Prefix)) return this.run.prefixSums(place.step, place.op, row, col);
    return this.#lie.sums(row, col, element);
  }

  #disowns(level: number): boolean {
    return this.#lie.plan.disown === level;
  }
}
