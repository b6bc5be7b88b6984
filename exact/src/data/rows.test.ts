import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { toHex } from "../commit/bytes.ts";
import { encodeTensors } from "../commit/file.ts";
import { merkleProof } from "../commit/merkle.ts";
import { tensorRoot, tileLeaves } from "../commit/tensor.ts";
import { createTracer } from "../dispute/tracer.ts";
import { ExactError } from "../errors.ts";
import { loadNodeBackend } from "../node.ts";
import { OP } from "../program/opcodes.ts";
import { evaluate } from "../run/evaluate.ts";
import { runProgram } from "../run/run.ts";
import { compileSmall, convolutional, seed } from "../testing.ts";
import type { IntTensor } from "../types.ts";
import { verifyDataset } from "./dataset.ts";
import { initialState } from "./init.ts";
import { RowTree } from "./row-tree.ts";
import { type ByteSource, rowsOf, tensorRows } from "./rows.ts";

const NONCE = seed(7);

/** A file that counts what is read of it at once. */
function fileOf(tensors: readonly IntTensor[]): ByteSource & { most: number; bytes: Uint8Array } {
  const bytes = encodeTensors(tensors);
  return {
    bytes,
    size: bytes.length,
    most: 0,
    async read(at, length) {
      assert.ok(at >= 0 && length >= 0 && at + length <= bytes.length, `${length} bytes at ${at} of ${bytes.length}`);
      this.most = Math.max(this.most, length);
      return bytes.slice(at, at + length);
    },
  };
}

const matrices = fc
  .record({ rows: fc.integer({ min: 1, max: 90 }), cols: fc.integer({ min: 1, max: 70 }), salt: fc.nat(255) })
  .map(
    ({ rows, cols, salt }): IntTensor => ({
      name: "dataset",
      rows,
      cols,
      dtype: "int8",
      data: Int8Array.from({ length: rows * cols }, (_, i) => (i * 31 + salt * (i % 17)) % 251),
    }),
  );

test("rows of a file and rows of a tensor are the same, whatever is asked for and in whatever order", async () => {
  await fc.assert(
    fc.asyncProperty(matrices, fc.array(fc.nat(), { maxLength: 30 }), fc.nat(3), async (tensor, picks, run) => {
      const asked = picks.flatMap((pick) => Array.from({ length: run + 1 }, (_, i) => (pick + i) % tensor.rows));
      const wanted = asked.flatMap((row) => [...tensor.data.subarray(row * tensor.cols, (row + 1) * tensor.cols)]);
      assert.deepEqual([...(await rowsOf(tensor).read(asked))], wanted);
      const file = fileOf([tensor]);
      assert.deepEqual([...(await (await tensorRows(file)).read(asked))], wanted);
      const whole = await tensorRows(file, { wholeBytes: tensor.data.length });
      file.bytes.fill(0);
      assert.deepEqual([...(await whole.read(asked))], wanted, "held, and not read again");
    }),
  );
});

test("DSP-01..04, DSP-23: a tree of which only the upper nodes are kept has the root and the proofs of the whole one", async () => {
  await fc.assert(
    fc.asyncProperty(matrices, fc.nat(8), async (tensor, height) => {
      const tree = await RowTree.build(rowsOf(tensor), undefined, height);
      assert.equal(toHex(tree.root), tensorRoot(tensor));
      const leaves = tileLeaves(tensor);
      for (let i = 0; i < leaves.length; i++) assert.deepEqual(await tree.proof(i), merkleProof(leaves, i), `${i}`);
      await assert.rejects(tree.proof(leaves.length), { code: "EX-060" });
    }),
    { numRuns: 60 },
  );
});

test("a tensor file that is not one int8 matrix of its own length is refused, and no more is read of it than its header", async () => {
  const { dataset } = compileSmall();
  const whole = fileOf([dataset]);
  assert.deepEqual([(await tensorRows(whole)).rows, whole.most < 300], [40, true]);
  const refused = (file: ByteSource, message: RegExp) =>
    assert.rejects(
      tensorRows(file),
      (error) => error instanceof ExactError && error.code === "EX-030" && message.test(error.message),
    );
  await refused(fileOf([dataset, dataset]), /2 tensors/);
  await refused(fileOf([]), /0 tensors/);
  await refused(fileOf([{ ...dataset, dtype: "int16", data: Int16Array.from(dataset.data) }]), /int16 40x24/);
  await refused(fileOf([{ ...dataset, listRows: 8 }]), /a list/);
  await refused({ size: whole.size + 1, read: whole.read }, /a file of \d+ bytes/);
  for (const length of [0, 3, 7, 20]) {
    await refused({ size: length, read: async () => whole.bytes.slice(0, length) }, /bytes left/);
  }
});

const KINDS = {
  training: { segmentLength: 4 },
  inference: { kind: "infer", steps: 7, segmentLength: 1, batchSize: 16 },
  "moved images": convolutional(),
} as const;

for (const [name, change] of Object.entries(KINDS)) {
  test(`a run that reads its data set by rows has the bits of one in memory, and reads a batch at a time: ${name}`, async () => {
    const { compiled, dataset } = compileSmall(change);
    const file = fileOf([dataset]);
    const source = await tensorRows(file);
    assert.equal((await verifyDataset(compiled, source)).dataRoot, (await verifyDataset(compiled, dataset)).dataRoot);
    file.most = 0;
    const start = { step: 0, state: initialState(compiled, seed(1)), boundaries: [] };
    const options = { compiled, nonce: NONCE, start, backend: await loadNodeBackend("wasm") };
    const found = await runProgram({ ...options, dataset: source });
    const wanted = await runProgram({ ...options, dataset });
    assert.deepEqual([found.finalState, found.runRoot, found.loss], [wanted.finalState, wanted.runRoot, wanted.loss]);
    assert.ok(file.most <= compiled.program.batchSize * dataset.cols, `${file.most} bytes at once`);
    const { state } = found;
    assert.deepEqual(
      await evaluate(compiled, "plain", state, source),
      await evaluate(compiled, "plain", state, dataset),
    );
  });

  test(`a dispute over a data set that is read by rows is answered as over one in memory: ${name}`, async () => {
    const { compiled, dataset } = compileSmall(change);
    const source = await tensorRows(fileOf([dataset]));
    const start = initialState(compiled, seed(1));
    const backend = await loadNodeBackend("cpu");
    const run = { compiled, nonce: NONCE, backend, start: { step: 0, state: start, boundaries: [] } };
    const { boundaries } = await runProgram({ ...run, dataset });
    const loadState = async (segment: number) => (segment === 0 ? start : undefined);
    const options = { compiled, nonce: NONCE, boundaries, loadState };
    const whole = createTracer({ ...options, dataset });
    const byRows = createTracer({ ...options, dataset: source });
    const known = createTracer({ ...options, dataset: source, tree: () => RowTree.build(source, undefined, 1) });
    const consts = await whole.constRoots();
    assert.equal(consts[0], tensorRoot(dataset));
    for (const tracer of [byRows, known]) {
      assert.deepEqual(await tracer.constRoots(), consts);
      for (let step = 0; step < compiled.steps; step++) {
        assert.deepEqual(await tracer.stepOps(step), await whole.stepOps(step));
        const { records } = compiled.phases[(await whole.stepOps(step)).phase]!;
        for (const [op, { opcode, rows, cols }] of records.entries()) {
          if (opcode !== OP.DATALOAD) continue;
          for (const [row, col] of [
            [0, 0],
            [rows - 1, cols - 1],
            [(step * 5) % rows, (step * 7) % cols],
          ] as const) {
            assert.deepEqual(await tracer.proveInputs(step, op, row, col), await whole.proveInputs(step, op, row, col));
          }
          assert.deepEqual(await tracer.tile(step, op, 0), await whole.tile(step, op, 0));
        }
      }
    }
  });
}
