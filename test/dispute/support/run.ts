import { concat, fromHex, toHex, uint, word } from "../../../exact/src/commit/bytes.ts";
import { keccak } from "../../../exact/src/commit/keccak.ts";
import { depth } from "../../../exact/src/commit/merkle.ts";
import { runRoot, stateHash } from "../../../exact/src/commit/run.ts";
import { tensorRoot, tileLeaves, tilePreimage } from "../../../exact/src/commit/tensor.ts";
import { evaluateQuickly } from "../../../exact/src/dispute/evaluate.ts";
import { operandTiles } from "../../../exact/src/dispute/operands.ts";
import type { CompiledProgram } from "../../../exact/src/program/compile.ts";
import { contractionOf } from "../../../exact/src/program/contraction.ts";
import { OP } from "../../../exact/src/program/opcodes.ts";
import { KIND, type OpRecord, type Phase, phaseOf, UNCHANGED } from "../../../exact/src/program/records.ts";
import { constTensors, type Scope } from "../../../exact/src/run/reference.ts";
import { DTYPE_CODE, type Hex, type IntTensor } from "../../../exact/src/types.ts";
import { Tree } from "./tree.ts";

/** What a job computes: everything but the nonce. */
export interface Task {
  compiled: CompiledProgram;
  dataset: IntTensor;
  start: readonly IntTensor[];
}

/** A tensor that is committed with something other than zero behind its last row or column: what DSP-04 forbids. */
export interface JunkTensor extends IntTensor {
  junk?: number;
}

/** Where a value was computed: from which inputs, with what else of the step in reach. */
export interface Moment {
  record: OpRecord;
  inputs: readonly IntTensor[];
  scope: Scope;
  /** Results of the step's operators so far, in the order of the listing. */
  values: readonly IntTensor[];
}

/** Changes a run on its way: gets each value (and the state it starts from) and returns what the run goes on with. */
export interface Tamper {
  value?(step: number, op: number, value: IntTensor, moment: Moment): IntTensor;
  start?(state: readonly IntTensor[]): readonly IntTensor[];
  nonce?(nonce: Hex): Hex;
}

/** Some steps of a run: they are computed from the task's start, which is the state before the first of them. */
export interface Span {
  first: number;
  count: number;
}

/**
 * A run by the integer reference, with every intermediate value kept. With a span, just these steps are computed; all
 * other states are words without content. What a dispute over one of these steps costs does not depend on them.
 */
export class TracedRun {
  readonly task: Task;
  readonly nonce: Hex;
  /** State tensors before step t, t = 0..steps. */
  readonly states: (readonly IntTensor[])[];
  /** Results of step t's operators. */
  readonly values: IntTensor[][] = [];
  readonly consts: readonly IntTensor[];
  readonly #roots = new Map<IntTensor, Hex>();
  readonly #trees = new Map<IntTensor, Tree>();

  constructor(task: Task, nonce: Hex, tamper: Tamper = {}, span?: Span) {
    this.task = task;
    this.nonce = tamper.nonce?.(nonce) ?? nonce;
    this.consts = constTensors(task.compiled, task.dataset);
    this.states = [];
    const { first, count } = span ?? { first: 0, count: task.compiled.steps };
    this.states[first] = tamper.start?.(task.start) ?? task.start;
    for (let step = first; step < first + count; step++) this.#step(step, tamper);
  }

  phase(step: number): Phase {
    return this.task.compiled.phases[phaseOf(this.task.compiled.phases, step)]!;
  }

  /** The tensors a record of this step reads. */
  inputs(step: number, record: OpRecord): IntTensor[] {
    return record.inputs.map(({ kind, idx }) =>
      kind === KIND.VALUE
        ? this.values[step]![idx]!
        : kind === KIND.STATE
          ? this.states[step]![idx]!
          : this.consts[idx]!,
    );
  }

  root(tensor: IntTensor): Hex {
    const junk = (tensor as JunkTensor).junk !== undefined;
    const known = this.#roots.get(tensor) ?? (junk ? toHex(this.tree(tensor).root) : tensorRoot(tensor));
    this.#roots.set(tensor, known);
    return known;
  }

  tree(tensor: IntTensor): Tree {
    const known = this.#trees.get(tensor);
    if (known) return known;
    const leaves = (tensor as JunkTensor).junk === undefined ? tileLeaves(tensor) : this.#junkLeaves(tensor);
    const tree = new Tree(leaves, depth(leaves.length));
    this.#trees.set(tensor, tree);
    return tree;
  }

  stateRoots(step: number): Hex[] {
    const state = this.states[step];
    if (state) return state.map((tensor) => this.root(tensor));
    // behind the computed steps, everything depends on them
    const salt = step >= this.states.length ? fromHex(this.state(this.states.length - 1)) : new Uint8Array();
    return this.task.compiled.states.map((_, k) => toHex(keccak(uint(step, 8), uint(k, 8), salt)));
  }

  state(step: number): Hex {
    return stateHash(step, this.stateRoots(step));
  }

  /** DSP-22: roots of the state before the step, then of its operators' results. */
  opRoots(step: number): Hex[] {
    return [...this.stateRoots(step), ...this.values[step]!.map((tensor) => this.root(tensor))];
  }

  /** S_1..S_{M-1} */
  get boundaries(): Hex[] {
    const { segments, segmentLength } = this.task.compiled;
    return Array.from({ length: segments - 1 }, (_, i) => this.state((i + 1) * segmentLength));
  }

  get runRoot(): Hex {
    return runRoot(this.boundaries);
  }

  /** DSP-12: the tree over the boundaries. */
  get runTree(): Tree {
    return boundaryTree(this.boundaries);
  }

  /** States after each step of a segment. */
  segment(index: number): Hex[] {
    const { segmentLength, steps } = this.task.compiled;
    const first = index * segmentLength;
    return Array.from({ length: Math.min(segmentLength, steps - first) }, (_, i) => this.state(first + i + 1));
  }

  /** DSP-52 of element (row, col) of a matrix product. */
  prefixSums(step: number, op: number, row: number, col: number): bigint[] {
    const record = this.phase(step).records[op]!;
    const [x, y] = this.inputs(step, record) as [IntTensor, IntTensor];
    const [ta, tb] = record.attrs;
    const { line, from, length } = contractionOf(record, row);
    const sums: bigint[] = [];
    let sum = 0;
    for (let i = 0; i < length; i++) {
      const k = from + i;
      sum += x.data[ta ? k * x.cols + line : line * x.cols + k]! * y.data[tb ? col * y.cols + k : k * y.cols + col]!;
      if (i % 16 === 15 || i === length - 1) sums.push(BigInt(sum));
    }
    return sums;
  }

  /** Data of the tile with this row-major number. */
  tileData(tensor: IntTensor, index: number): Hex {
    const grid = Math.ceil(tensor.cols / 16);
    const [row, col] = [Math.floor(index / grid), index % grid];
    const data = tilePreimage(tensor, row, col).slice(2);
    const { junk } = tensor as JunkTensor;
    const padded = row * 16 + 15 >= tensor.rows || col * 16 + 15 >= tensor.cols;
    if (junk !== undefined && padded) data[data.length - 1] = junk;
    return toHex(data);
  }

  #junkLeaves(tensor: IntTensor): Uint8Array[] {
    const count = Math.ceil(tensor.rows / 16) * Math.ceil(tensor.cols / 16);
    const head = new Uint8Array([0, DTYPE_CODE[tensor.dtype]]);
    return Array.from({ length: count }, (_, i) => keccak(head, fromHex(this.tileData(tensor, i))));
  }

  /** The tiles the judge needs for element (row, col), or chunk `chunk` of it, of an operator. */
  operandTiles(step: number, op: number, row: number, col: number, chunk: number): { data: Hex; proof: Hex[] }[] {
    const record = this.phase(step).records[op]!;
    if (row >= record.rows || col >= record.cols) return [];
    const inputs = this.inputs(step, record);
    const at = { row, col, ...(record.opcode === OP.MATMUL ? { chunk } : {}) };
    return operandTiles(record, inputs, { step, nonce: this.nonce }, at).map(({ input, tileRow, tileCol }) => {
      const tensor = inputs[input]!;
      const index = tileRow * Math.ceil(tensor.cols / 16) + tileCol;
      return { data: this.tileData(tensor, index), proof: this.tree(tensor).proof(index).map(toHex) };
    });
  }

  #step(step: number, tamper: Tamper): void {
    const { records, stateOut } = this.phase(step);
    const scope = { states: this.states[step]!, consts: this.consts, nonce: this.nonce, step };
    const values: IntTensor[] = new Array(records.length);
    this.values[step] = values;
    // A program out of order is computed all the same: what an operator reads comes first.
    const compute = (op: number): void => {
      if (values[op]) return;
      const record = records[op]!;
      for (const { kind, idx } of record.inputs) if (kind === KIND.VALUE) compute(idx);
      const inputs = this.inputs(step, record);
      const value = evaluateQuickly(record, inputs, scope);
      values[op] = tamper.value?.(step, op, value, { record, inputs, scope, values }) ?? value;
    };
    for (const op of records.keys()) compute(op);
    this.states[step + 1] = stateOut.map((value, k) => (value === UNCHANGED ? scope.states[k]! : values[value]!));
  }
}

/** DSP-12: the tree over inner boundaries. */
export function boundaryTree(boundaries: readonly Hex[]): Tree {
  const leaves = boundaries.map((state) => keccak(concat([new Uint8Array([9]), word(state)])));
  return new Tree(leaves, depth(leaves.length));
}
