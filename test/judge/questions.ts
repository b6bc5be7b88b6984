import assert from "node:assert/strict";
import {
  contractionOf,
  evaluateRecord,
  type Hex,
  type IntTensor,
  MerkleTree,
  OP,
  type OpRecord,
  operandTiles,
  tileLeaves,
  tilePreimage,
  toHex,
} from "@assay/exact";
import type { Sample } from "./random.ts";

const DTYPE = { int8: 1, int16: 2, int32: 3 } as const;
export const NO_CHUNK = 2 ** 32 - 1;
const NO_INPUT = { kind: 0, idx: 0, dtype: 0, rows: 0, cols: 0 };

/** Tile of IOneStepJudge. */
export interface TileArgs {
  data: Hex;
  proof: Hex[];
}

export interface QuestionArgs {
  row: number;
  col: number;
  chunk: number;
  tiles: number[];
}

/** Case of JudgeHarness. */
export interface CaseArgs {
  op: ReturnType<typeof recordArgs>;
  roots: Hex[];
  nonce: Hex;
  step: bigint;
  pool: TileArgs[];
  questions: QuestionArgs[];
}

/** OpRecord of IOneStepJudge. */
export function recordArgs(record: OpRecord) {
  return {
    opcode: record.opcode as number,
    outDtype: DTYPE[record.outDtype] as number,
    nIn: record.inputs.length,
    flags: record.flags,
    rows: record.rows,
    cols: record.cols,
    inputs: Array.from({ length: 4 }, (_, k) => {
      const input = record.inputs[k];
      return input ? { ...input, kind: input.kind as number, dtype: DTYPE[input.dtype] as number } : NO_INPUT;
    }),
    attrs: Array.from({ length: 8 }, (_, k) => BigInt(record.attrs[k] ?? 0)),
  };
}

/** Builds the questions about one record, with each tile proven once. */
export class CaseBuilder {
  readonly sample: Sample;
  readonly value: IntTensor;
  readonly expected: bigint[] = [];
  readonly args: CaseArgs;
  private readonly trees: MerkleTree[];
  private readonly places = new Map<string, number>();

  constructor(sample: Sample) {
    this.sample = sample;
    this.value = evaluateRecord(sample.record, sample.inputs, { states: [], consts: [], ...sample });
    this.trees = sample.inputs.map((input) => new MerkleTree(tileLeaves(input)));
    this.args = {
      op: recordArgs(sample.record),
      roots: this.trees.map((tree) => toHex(tree.root)),
      nonce: sample.nonce,
      step: BigInt(sample.step),
      pool: [],
      questions: [],
    };
  }

  /** Asks for element (row, col); for a MATMUL inside its shape, for every chunk of it. */
  ask(row: number, col: number): void {
    const { record } = this.sample;
    const inside = row < record.rows && col < record.cols;
    if (record.opcode !== OP.MATMUL || !inside) {
      this.push(row, col, undefined, inside ? BigInt(this.value.data[row * record.cols + col]!) : 0n);
      return;
    }
    const { length } = contractionOf(record, row);
    let sum = 0n;
    for (let chunk = 0; 16 * chunk < length; chunk++) {
      const products = this.products(row, col, chunk);
      this.push(row, col, chunk, products);
      sum += products;
    }
    const half = 2n ** BigInt(8 * this.value.data.BYTES_PER_ELEMENT - 1);
    const element = sum < -half ? -half : sum > half - 1n ? half - 1n : sum;
    assert.equal(element, BigInt(this.value.data[row * record.cols + col]!), "the chunks make up the element");
  }

  private push(row: number, col: number, chunk: number | undefined, expected: bigint): void {
    const tiles = operandTiles(this.sample.record, this.sample.inputs, this.sample, { row, col, chunk });
    const indexes = tiles.map(({ input, tileRow, tileCol }) => this.tile(input, tileRow, tileCol));
    this.args.questions.push({ row, col, chunk: chunk ?? NO_CHUNK, tiles: indexes });
    this.expected.push(expected);
  }

  /** One chunk of a contraction, written down once more and in big integers. */
  private products(row: number, col: number, chunk: number): bigint {
    const [x, y] = this.sample.inputs as [IntTensor, IntTensor];
    const [ta, tb, parts = 0] = this.sample.record.attrs;
    const height = (ta === 1 ? x.rows : x.cols) / (parts > 1 ? parts : 1);
    const before = ta === 1 ? Math.floor(row / x.cols) * height : 0;
    let sum = 0n;
    for (let k = before + 16 * chunk; k < before + Math.min(height, 16 * chunk + 16); k++) {
      const a = ta === 1 ? x.data[k * x.cols + (row % x.cols)]! : x.data[row * x.cols + k]!;
      const b = tb === 1 ? y.data[col * y.cols + k]! : y.data[k * y.cols + col]!;
      sum += BigInt(a) * BigInt(b);
    }
    return sum;
  }

  private tile(input: number, tileRow: number, tileCol: number): number {
    const key = `${input} ${tileRow} ${tileCol}`;
    let at = this.places.get(key);
    if (at === undefined) {
      const tensor = this.sample.inputs[input]!;
      const index = tileRow * Math.ceil(tensor.cols / 16) + tileCol;
      at = this.args.pool.length;
      this.args.pool.push({
        data: toHex(tilePreimage(tensor, tileRow, tileCol).subarray(2)),
        proof: this.trees[input]!.proof(index).map(toHex),
      });
      this.places.set(key, at);
    }
    return at;
  }
}
