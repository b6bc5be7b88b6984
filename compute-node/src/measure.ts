import { assembleJob, type Backend, packDataset, parseProgram, runProgram } from "@assay/exact";
import type { MeasureOutcome } from "./tasks.ts";

const STEPS = 96;
/** Steps that are not counted: kernels are compiled and buffers allotted in the first. */
const WARM_UP = 32;
const ROWS = 256;
const FEATURES = 256;
const CLASSES = 10;

/** Trains a small network and times its steps. Data and seed are fixed; the result is not looked at. */
export async function measure(backend: Backend): Promise<MeasureOutcome> {
  const program = parseProgram({
    format: "assay-program",
    version: 1,
    kind: "train",
    name: "benchmark",
    input: { features: FEATURES, bits: 5, rows: ROWS },
    layers: [
      { type: "dense", units: 128, activation: "relu", weightBits: 9, weightExponent: 11 },
      { type: "dense", units: CLASSES, activation: "softmax", weightBits: 9, weightExponent: 10 },
    ],
    loss: "softmax-cross-entropy",
    optimizer: { type: "sgd", rateExponent: -4, halveAtPercent: [50] },
    batchSize: 64,
    steps: STEPS,
    segmentLength: 32,
  });
  const rows = Array.from({ length: ROWS }, (_, row) =>
    Array.from({ length: FEATURES }, (_, col) => ((row * 31 + col * 17) % 64) / 64),
  );
  const labels = rows.map((_, row) => row % CLASSES);
  const dataset = packDataset(rows, labels, { bits: 5, classes: CLASSES });
  const seed = `0x${"5a".repeat(32)}` as const;
  const cid = "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku";
  const manifest = {
    version: 1,
    program,
    dataset: { cid, rows: dataset.rows, columns: dataset.cols },
    init: { seed },
  } as const;
  const { compiled, initial } = await assembleJob(manifest, { dataset });
  const began = performance.now();
  const marks: number[] = [];
  await runProgram({
    compiled,
    backend,
    dataset,
    nonce: seed,
    start: { step: 0, state: initial, boundaries: [] },
    onSegment: () => {
      marks.push(performance.now());
    },
  });
  const [warm = began] = marks;
  const last = marks.at(-1) ?? performance.now();
  const macs = compiled.estimate.macsPerStep * (STEPS - WARM_UP);
  return {
    secondsPerGmac: Math.max(1e-6, (last - warm) / 1000 / (macs / 1e9)),
    startSeconds: process.uptime() - (performance.now() - began) / 1000,
  };
}
