import { concat, toHex, uint, word } from "../commit/bytes.ts";
import { keccak } from "../commit/keccak.ts";
import { stateHash } from "../commit/run.ts";
import { tilePreimage } from "../commit/tensor.ts";
import { constRoots } from "../data/dataset.ts";
import { RowTree } from "../data/row-tree.ts";
import { type Dataset, type RowSource, rowRange, rowsOf } from "../data/rows.ts";
import { ExactError } from "../errors.ts";
import type { CompiledProgram } from "../program/compile.ts";
import { contractionOf } from "../program/contraction.ts";
import { OP } from "../program/opcodes.ts";
import { KIND, type Operand, type OpRecord, phaseOf, recordLeaf, UNCHANGED } from "../program/records.ts";
import type { Backend } from "../run/backend.ts";
import { loadedRows, type Scope } from "../run/reference.ts";
import type { Hex, IntTensor } from "../types.ts";
import { type Evaluate, evaluateQuickly } from "./evaluate.ts";
import { type ElementRef, operandTiles } from "./operands.ts";
import { RootCache } from "./roots.ts";
import { type LoadState, StateSource } from "./states.ts";
import { MerkleTree, noSuchPlace } from "./tree.ts";

export interface TracerOptions {
  compiled: CompiledProgram;
  /** The program's data set, already verified (`verifyDataset`). */
  dataset: Dataset;
  /** Gives the data set's tree when a judge is to see a part of it; left out, it is built then, from all rows. */
  tree?: () => Promise<RowTree>;
  nonce: Hex;
  /** S_1..S_{M-1} (DSP-12). */
  boundaries: readonly Hex[];
  loadState: LoadState;
  /** Bridges long gaps between checkpoints; without it (or with `evaluate`) they are bridged in plain integers. */
  backend?: Backend;
  /** How a record is computed; the reference semantics if left out. */
  evaluate?: Evaluate;
  /** Bytes of states kept for the next question; default 128 MiB. */
  cacheBytes?: number;
}

/** DSP-22: the states of a segment. `states[k]` is S after k + 1 of its steps; `proof` is that of S_pre under runRoot. */
export interface SegmentSteps {
  pre: Hex;
  proof: Hex[];
  states: Hex[];
}

/** DSP-33: the roots of a step. The value of a CHAIN record is the list's new hash. */
export interface StepOps {
  phase: number;
  preRoots: Hex[];
  values: Hex[];
  postRoots: Hex[];
}

/** What a judge needs for one element; `tiles[k]` belongs to input k. */
export interface InputProof {
  inputRoots: Hex[];
  tiles: { data: Hex; proof: Hex[] }[];
}

/** DSP-07/08: a record under its phase, and the phase under the program. */
export interface RecordProof {
  record: OpRecord;
  leaf: Hex;
  proof: Hex[];
  opsRoot: Hex;
  /** Packed headers of all phases, without their tag: firstStep:u64, m:u16, nS:u16, opsRoot, stateOut:u16[nS]. */
  headers: Hex[];
}

interface Trace {
  step: number;
  phase: number;
  scope: Scope;
  values: IntTensor[];
  post: IntTensor[];
}

const TRACES = 4;
const CACHE_BYTES = 2 ** 27;

/**
 * Answers every question of a dispute about one run (DSP-20..24, 33, 52), lazily: nothing but boundaries and sparse
 * checkpoints is kept, everything else is computed again from the nearest one. Positions that the run does not have
 * throw ExactError EX-060; a checkpoint that does not hash to its boundary, EX-031.
 */
export class Tracer {
  readonly compiled: CompiledProgram;
  private readonly options: TracerOptions;
  private readonly dataset: RowSource;
  private tree: Promise<RowTree> | undefined;
  /** Of the data set, the shape alone: its rows are read when a step needs them. */
  private readonly consts: readonly IntTensor[];
  private readonly evaluate: Evaluate;
  private readonly source: StateSource;
  private readonly cache = new RootCache();
  private readonly traces = new Map<number, Trace>();
  private readonly run: MerkleTree;
  private readonly ops: MerkleTree[];

  constructor(options: TracerOptions) {
    const { compiled, boundaries } = options;
    if (boundaries.length !== compiled.segments - 1) {
      throw new ExactError("EX-031", {
        path: "boundaries",
        found: `${boundaries.length} hashes`,
        wanted: `${compiled.segments - 1} hashes`,
        hint: "Pass S_1..S_{M-1} of a finished run.",
      });
    }
    this.options = options;
    this.compiled = compiled;
    this.dataset = rowsOf(options.dataset);
    const { name, rows, cols, dtype } = this.dataset;
    const shape = { name, rows, cols, dtype, data: new Int8Array() };
    this.consts = compiled.consts.map((_, index) => compiled.tables.get(index) ?? shape);
    this.evaluate = options.evaluate ?? evaluateQuickly;
    this.run = new MerkleTree(boundaries.map((state) => keccak(new Uint8Array([0x09]), word(state))));
    this.ops = compiled.phases.map((phase) => new MerkleTree(phase.records.map(recordLeaf)));
    this.source = new StateSource({
      ...options,
      dataset: this.dataset,
      backend: options.evaluate ? undefined : options.backend,
      cacheBytes: options.cacheBytes ?? CACHE_BYTES,
      advance: async (step, state) => (await this.traceFrom(step, state)).post,
      roots: (state) => this.roots(state),
    });
  }

  /** DSP-12: root over the boundaries; 32 zero bytes for a run of one segment. */
  get runRoot(): Hex {
    return toHex(this.run.root);
  }

  /** Roots of the program's constants, in order. */
  async constRoots(): Promise<Hex[]> {
    return constRoots(this.compiled, await this.dataTree());
  }

  /** DSP-21: the descendants, min(4, level) levels down, of node `index` of level `level` above the boundaries. */
  runTreeNodes(level: number, index: number): Hex[] {
    return this.run.reveal(level, index).map(toHex);
  }

  /** DSP-22: the states of segment `segment`. */
  async segmentSteps(segment: number): Promise<SegmentSteps> {
    const { segments, segmentLength, steps } = this.compiled;
    if (!(Number.isInteger(segment) && segment >= 0 && segment < segments)) {
      throw noSuchPlace("segment", segment, `0..${segments - 1}`);
    }
    const from = segment * segmentLength;
    const to = Math.min(steps, from + segmentLength);
    const states: Hex[] = [];
    const pre = await this.stateHash(from);
    for (let step = from + 1; step <= to; step++) states.push(await this.stateHash(step));
    return { pre, proof: segment === 0 ? [] : this.run.proof(segment - 1).map(toHex), states };
  }

  /** DSP-05: hash of the state after `step` steps. */
  async stateHash(step: number): Promise<Hex> {
    return stateHash(step, this.roots(await this.source.before(step)));
  }

  /** The state tensors after `step` steps. */
  async state(step: number): Promise<readonly IntTensor[]> {
    return this.source.before(step);
  }

  /** DSP-33: all roots of step `step`. */
  async stepOps(step: number): Promise<StepOps> {
    const trace = await this.trace(step);
    return {
      phase: trace.phase,
      preRoots: this.roots(trace.scope.states),
      values: this.roots(trace.values),
      postRoots: this.roots(trace.post),
    };
  }

  /** The value of record `op` of step `step`. */
  async value(step: number, op: number): Promise<IntTensor> {
    return (await this.locate(step, op)).value;
  }

  /** DSP-21 for the tile tree of the value of record `op`. */
  async opTreeNodes(step: number, op: number, level: number, index: number): Promise<Hex[]> {
    return this.cache
      .tree(await this.tensor(step, op))
      .reveal(level, index)
      .map(toHex);
  }

  /** DSP-24: data of tile `index` (row-major over the grid) of the value of record `op`. */
  async tile(step: number, op: number, index: number): Promise<Hex> {
    const tensor = await this.tensor(step, op);
    const width = Math.ceil(tensor.cols / 16);
    const count = Math.ceil(tensor.rows / 16) * width;
    if (!(Number.isInteger(index) && index >= 0 && index < count)) throw noSuchPlace("tile", index, `0..${count - 1}`);
    return tileData(tensor, Math.floor(index / width), index % width);
  }

  /** DSP-52: the partial sums of an element of a MATMUL after each 16 multiply-adds; the last is the element. */
  async prefix(step: number, op: number, row: number, col: number): Promise<bigint[]> {
    const { record, trace } = await this.locate(step, op);
    if (record.opcode !== OP.MATMUL) throw noSuchPlace("op", `record ${op}`, "a MATMUL");
    if (!(row >= 0 && row < record.rows && col >= 0 && col < record.cols)) {
      throw noSuchPlace("element", `(${row}, ${col})`, `inside ${record.rows}x${record.cols}`);
    }
    const [x, y] = this.inputs(record, trace) as [IntTensor, IntTensor];
    const [ta, tb] = [record.attrs[0] === 1, record.attrs[1] === 1];
    const sums: bigint[] = [];
    let sum = 0n;
    const { line, from, length } = contractionOf(record, row);
    for (let i = 0; i < length; i++) {
      const k = from + i;
      const a = x.data[ta ? k * x.cols + line : line * x.cols + k]!;
      const b = y.data[tb ? col * y.cols + k : k * y.cols + col]!;
      sum += BigInt(a) * BigInt(b);
      if (i % 16 === 15 || i === length - 1) sums.push(sum);
    }
    return sums;
  }

  /** DSP-61: roots and proven tiles that a judge reads for an element (for a MATMUL: for one chunk of it). */
  async proveInputs(step: number, op: number, row: number, col: number, chunk?: number): Promise<InputProof> {
    const { record, trace } = await this.locate(step, op);
    const inputs = this.inputs(record, trace);
    const consts = await this.constRoots();
    const inputRoots = record.inputs.map(({ kind, idx }, k) =>
      kind === KIND.CONST ? consts[idx]! : this.cache.root(inputs[k]!),
    );
    if (record.opcode === OP.CHAIN) return { inputRoots, tiles: [] };
    return { inputRoots, tiles: await this.prove(record, inputs, trace.scope, { row, col, chunk }) };
  }

  /** DSP-07/08: record `op` of phase `phase` under `opsRoot`, with the headers of all phases. */
  recordProof(phase: number, op: number): RecordProof {
    const found = this.compiled.phases[phase];
    if (!found) throw noSuchPlace("phase", phase, `0..${this.compiled.phases.length - 1}`);
    const record = found.records[op];
    if (!record) throw noSuchPlace("op", op, `0..${found.records.length - 1}`);
    const tree = this.ops[phase]!;
    const headers = this.compiled.phases.map(({ firstStep, records, stateOut, opsRoot }) =>
      toHex(
        concat([
          uint(firstStep, 8),
          uint(records.length, 2),
          uint(stateOut.length, 2),
          word(opsRoot),
          ...stateOut.map((value) => uint(value, 2)),
        ]),
      ),
    );
    return {
      record,
      leaf: toHex(recordLeaf(record)),
      proof: tree.proof(op).map(toHex),
      opsRoot: found.opsRoot,
      headers,
    };
  }

  private prove(record: OpRecord, inputs: readonly IntTensor[], scope: Scope, at: ElementRef) {
    const tiles = operandTiles(record, inputs, scope, at).map(async ({ input, tileRow, tileCol }) => {
      const tensor = inputs[input]!;
      const index = tileRow * Math.ceil(tensor.cols / 16) + tileCol;
      if (record.opcode === OP.DATALOAD) return await this.proveData(tileRow, tileCol, index);
      return { data: tileData(tensor, tileRow, tileCol), proof: this.cache.tree(tensor).proof(index).map(toHex) };
    });
    return Promise.all(tiles);
  }

  /** A tile of the data set and its siblings. */
  private async proveData(tileRow: number, tileCol: number, index: number) {
    const { rows, cols, dtype } = this.dataset;
    const data = await this.dataset.read(rowRange(16 * tileRow, Math.min(rows, 16 * (tileRow + 1))));
    const proof = await (await this.dataTree()).proof(index);
    return { data: tileData({ rows: data.length / cols, cols, dtype, data }, 0, tileCol), proof: proof.map(toHex) };
  }

  private dataTree(): Promise<RowTree> {
    this.tree ??= this.options.tree?.() ?? RowTree.build(this.dataset);
    return this.tree;
  }

  private roots(tensors: readonly IntTensor[]): Hex[] {
    return tensors.map((tensor) => this.cache.root(tensor));
  }

  private async locate(step: number, op: number): Promise<{ record: OpRecord; value: IntTensor; trace: Trace }> {
    const trace = await this.trace(step);
    const record = this.compiled.phases[trace.phase]!.records[op];
    if (!record) throw noSuchPlace("op", op, `0..${trace.values.length - 1}`);
    return { record, value: trace.values[op]!, trace };
  }

  private async tensor(step: number, op: number): Promise<IntTensor> {
    const { record, value } = await this.locate(step, op);
    if (record.opcode === OP.CHAIN) throw noSuchPlace("op", `record ${op}: CHAIN`, "a record whose value has tiles");
    return value;
  }

  private async trace(step: number): Promise<Trace> {
    if (!(Number.isInteger(step) && step >= 0 && step < this.compiled.steps)) {
      throw noSuchPlace("step", step, `0..${this.compiled.steps - 1}`);
    }
    return this.traces.get(step) ?? this.traceFrom(step, await this.source.before(step));
  }

  private async traceFrom(step: number, states: readonly IntTensor[]): Promise<Trace> {
    const known = this.traces.get(step);
    if (known) return known;
    const phase = phaseOf(this.compiled.phases, step);
    const { records, stateOut } = this.compiled.phases[phase]!;
    const trace: Trace = {
      step,
      phase,
      scope: { states, consts: this.consts, nonce: this.options.nonce, step, batch: await this.batch(records, step) },
      values: [],
      post: [],
    };
    records.forEach((record, index) => {
      const inputs = this.inputs(record, trace);
      const value = this.evaluate(record, inputs, trace.scope, index);
      if (record.opcode === OP.CHAIN) this.cache.appended(inputs[0]!, inputs[1]!, value);
      trace.values.push(value);
    });
    trace.post = stateOut.map((value, k) => (value === UNCHANGED ? states[k]! : trace.values[value]!));
    this.traces.set(step, trace);
    for (const oldest of this.traces.keys()) {
      if (this.traces.size <= TRACES) break;
      this.traces.delete(oldest);
    }
    return trace;
  }

  /** The rows that a step loads: all its DATALOADs read the same ones. */
  private async batch(records: readonly OpRecord[], step: number): Promise<IntTensor> {
    const load = records.find(({ opcode }) => opcode === OP.DATALOAD)!;
    const { cols } = this.dataset;
    const data = await this.dataset.read(loadedRows(load, { nonce: this.options.nonce, step }));
    return { name: "batch", rows: load.rows, cols, dtype: "int8", data };
  }

  private inputs(record: OpRecord, trace: Trace): IntTensor[] {
    const { states, consts } = trace.scope;
    const pools = [trace.values, states, consts] as const;
    return record.inputs.map((input: Operand) => pools[input.kind]![input.idx]!);
  }
}

function tileData(tensor: Omit<IntTensor, "name">, row: number, col: number): Hex {
  return toHex(tilePreimage(tensor, row, col).subarray(2));
}

/** A `Tracer` over a finished run. Throws ExactError EX-031 if `boundaries` are not as many as the program has. */
export function createTracer(options: TracerOptions): Tracer {
  return new Tracer(options);
}
