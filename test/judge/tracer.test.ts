import assert from "node:assert/strict";
import { test } from "node:test";
import {
  compileProgram,
  createTracer,
  encodeRecord,
  evaluateQuickly,
  type Hex,
  type IntTensor,
  initialState,
  OP,
  parseProgram,
  stateHash,
  type Tracer,
  tensorRoot,
  toHex,
} from "@assay/exact";
import { encodeAbiParameters, keccak256 } from "viem";
import { Court } from "./court.ts";
import { recordArgs } from "./questions.ts";
import { Random } from "./random.ts";

const NONCE: Hex = `0x${"3c".repeat(32)}`;
const random = new Random(12);

type Kind = "train" | "infer" | "images";

function program(kind: Kind) {
  if (kind === "images") return images();
  const layer = { type: "dense", weightBits: 9, weightExponent: 8 };
  return parseProgram({
    format: "assay-program",
    version: 1,
    kind,
    input: { features: 37, bits: 5, rows: 50 },
    layers: [
      { ...layer, units: 20, activation: "relu" },
      { ...layer, units: 18, activation: "softmax" },
    ],
    loss: "softmax-cross-entropy",
    batchSize: 32,
    steps: 3,
    segmentLength: 2,
  });
}

/** Every operator on images, moved ones, and a kernel gradient in two parts. */
function images() {
  const conv = { type: "conv2d", activation: "relu", pool: 2, weightBits: 7, weightExponent: 7 };
  return parseProgram({
    format: "assay-program",
    version: 1,
    kind: "train",
    input: { features: 512, bits: 5, rows: 50, image: { height: 16, width: 16, channels: 2 }, augmentShift: 2 },
    layers: [
      { ...conv, filters: 3, kernelSize: 5 },
      { ...conv, filters: 5, kernelSize: 3 },
      { type: "dense", units: 18, activation: "softmax", weightBits: 9, weightExponent: 8 },
    ],
    loss: "softmax-cross-entropy",
    optimizer: { type: "sgd", rateExponent: -2, halveAtPercent: [], momentumShift: 3 },
    batchSize: 16,
    steps: 3,
    segmentLength: 2,
  });
}

/** A tracer over a short run of random data. */
async function trace(kind: Kind): Promise<Tracer> {
  const compiled = compileProgram(program(kind));
  const { rows, cols } = compiled.consts[0]!;
  const data = Int8Array.from({ length: rows * cols }, () => random.int(0, 31));
  const dataset: IntTensor = { name: "dataset", rows, cols, dtype: "int8", data };
  const start = initialState(compiled, NONCE);
  const options = {
    compiled,
    dataset,
    nonce: NONCE,
    loadState: async (segment: number) => (segment ? undefined : start),
  };
  const blind = createTracer({ ...options, boundaries: [random.hex32()] });
  const boundary = await blind.stateHash(2);
  assert.equal(boundary, stateHash(2, (await blind.state(2)).map(tensorRoot)));
  return createTracer({ ...options, boundaries: [boundary], evaluate: evaluateQuickly });
}

for (const kind of ["train", "infer", "images"] as const) {
  test(`${kind}: the judge confirms every record of a real step from the tracer's own proofs`, async (t) => {
    const court = await Court.open();
    t.after(() => court.close());
    const tracer = await trace(kind);
    const step = 2;
    const { phase, values } = await tracer.stepOps(step);
    const { records } = tracer.compiled.phases[phase]!;
    for (const [op, record] of records.entries()) {
      const { inputRoots } = await tracer.proveInputs(step, op, 0, 0, record.opcode === OP.MATMUL ? 0 : undefined);
      if (record.opcode === OP.CHAIN) {
        assert.deepEqual(await court.ask("chained", inputRoots), { value: BigInt(values[op]!) });
        continue;
      }
      for (let i = 0; i < 6; i++) {
        await confirm(court, tracer, {
          step,
          op,
          row: random.int(0, record.rows - 1),
          col: random.int(0, record.cols - 1),
        });
      }
    }
  });
}

async function confirm(court: Court, tracer: Tracer, at: { step: number; op: number; row: number; col: number }) {
  const { step, op, row, col } = at;
  const { phase } = await tracer.stepOps(step);
  const { record } = tracer.recordProof(phase, op);
  const args = recordArgs(record);
  const value = await tracer.value(step, op);
  const element = BigInt(value.data[row * record.cols + col]!);
  if (record.opcode !== OP.MATMUL) {
    const { inputRoots, tiles } = await tracer.proveInputs(step, op, row, col);
    const position = { nonce: NONCE, step: BigInt(step), row, col };
    const answer = await court.ask("expectedElement", [args, inputRoots, position, tiles]);
    assert.deepEqual(answer, { value: element }, record.note);
    return;
  }
  const sums = await tracer.prefix(step, op, row, col);
  assert.equal(sums.at(-1), element);
  const chunk = random.int(0, sums.length - 1);
  const { inputRoots, tiles } = await tracer.proveInputs(step, op, row, col, chunk);
  const answer = await court.ask("chunkSum", [args, inputRoots, row, col, chunk, tiles]);
  assert.deepEqual(answer, { value: sums[chunk]! - (sums[chunk - 1] ?? 0n) }, record.note);
}

test("DSP-07: a record's bytes are the abi.encode of the judge's struct, 34 words", async () => {
  const { readBuild } = await import("../support/world.ts");
  const { abi } = readBuild("verification/judge/OneStepJudge.sol");
  const ask = abi.find((item) => item.type === "function" && item.name === "expectedElement");
  const type = (ask as { inputs: readonly { type: string; name: string }[] }).inputs[0]!;
  const tracer = await trace("train");
  tracer.compiled.records.forEach((record, op) => {
    const encoded = encodeAbiParameters([type], [recordArgs(record)]);
    assert.equal(encoded.length, 2 + 34 * 64);
    assert.equal(toHex(encodeRecord(record)), encoded);
    assert.equal(tracer.recordProof(0, op).leaf, keccak256(`0x04${encoded.slice(2)}`));
  });
});
