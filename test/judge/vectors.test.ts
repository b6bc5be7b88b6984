import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { encodeRecord, KIND, OP, toHex } from "@assay/exact";
import { encodeAbiParameters, type Hex, keccak256 } from "viem";
import { type CommitmentVector, recordOf } from "../../scripts/vectors/commitments.ts";
import { commitmentFile, operatorFiles } from "../../scripts/vectors/files.ts";
import { type OperatorVector, operatorCase, tensorOf } from "../../scripts/vectors/operators.ts";
import { keyOf } from "../dispute/support/court.ts";
import { createWorld, readBuild, type Target, type World } from "../support/world.ts";
import { Court } from "./court.ts";
import { CaseBuilder, recordArgs } from "./questions.ts";

/* The cases of docs/spec/vectors, which say what is right without any of our code, against the contracts. */
let court: Court;
let world: World;
let libraries: Target;
before(async () => {
  court = await Court.open();
  world = await createWorld();
  libraries = await world.create("mocks/LibraryHarness.sol");
});
after(async () => {
  await court.close();
  await world.close();
});

function caseOf(vector: OperatorVector): CaseBuilder {
  const { record, inputs, scope } = operatorCase(vector);
  return new CaseBuilder({ record, inputs, nonce: scope.nonce, step: scope.step });
}

/** What the judge says of all elements, row by row, and of one in the padding. */
async function elements(vector: OperatorVector): Promise<bigint[]> {
  const builder = caseOf(vector);
  const { rows, cols } = vector.out;
  for (let r = 0; r < rows; r++) for (let c = 0; c < cols; c++) builder.ask(r, c);
  if (rows % 16 !== 0) builder.ask(rows, 0);
  return [...(await court.answers([builder.args]))];
}

for (const { path, vectors } of operatorFiles()) {
  test(`the judge gives every element of ${path.split("/").at(-1)}`, async () => {
    for (const vector of vectors.filter(({ opcode }) => opcode !== "MATMUL")) {
      const padding = vector.out.rows % 16 === 0 ? [] : [0n];
      const wanted = [...vector.result.map(BigInt), ...padding];
      assert.deepEqual(await elements(vector), wanted, `${vector.opcode}: ${vector.name}`);
    }
    for (const vector of vectors.filter(({ opcode }) => opcode === "MATMUL")) {
      for (const { row, col, sums } of vector.chunks!) {
        const builder = caseOf(vector);
        builder.ask(row, col);
        assert.deepEqual(await court.answers([builder.args]), sums.map(BigInt), vector.name);
        const sum = sums.reduce((a, b) => a + b, 0);
        const element = await court.ask("saturated", [builder.args.op.outDtype, BigInt(sum)]);
        assert.deepEqual(element, { value: BigInt(vector.result[row * vector.out.cols + col]!) }, vector.name);
      }
    }
  });
}

/** The judge reads element (0, 0) of the tensor under the root of the case. */
async function opens(root: Hex, tensor: Extract<CommitmentVector, { kind: "tensor" }>["tensor"]): Promise<void> {
  const x = tensorOf(tensor);
  const { dtype, rows, cols } = x;
  const record = { opcode: OP.MULC, outDtype: dtype, flags: 0, rows, cols, attrs: [1], note: "copy" };
  const inputs = [{ kind: KIND.VALUE, idx: 0, dtype, rows, cols }];
  const builder = new CaseBuilder({ record: { ...record, inputs }, inputs: [x], nonce: root, step: 0 });
  builder.ask(rows - 1, cols - 1);
  assert.deepEqual(await court.answers([{ ...builder.args, roots: [root] }]), [BigInt(x.data.at(-1)!)]);
}

async function check(vector: CommitmentVector): Promise<boolean> {
  const word = async (name: string, args: readonly unknown[], wanted: Hex) =>
    assert.equal(await world.read(libraries, name, args), wanted, vector.name);
  switch (vector.kind) {
    case "tensor":
      await opens(vector.root, vector.tensor);
      return true;
    case "list":
      assert.deepEqual(await court.ask("chained", [vector.previous, vector.item]), { value: BigInt(vector.hash) });
      return true;
    case "state":
      await word("state", [BigInt(vector.step), vector.roots], vector.hash);
      return true;
    case "result":
      await word("result", [vector.job, vector.nonce, vector.runRoot, vector.finalState], vector.hash);
      return true;
    case "record": {
      const { abi } = readBuild("verification/judge/OneStepJudge.sol");
      const ask = abi.find((item) => item.type === "function" && item.name === "expectedElement");
      const type = (ask as { inputs: readonly { type: string; name: string }[] }).inputs[0]!;
      const record = recordOf(vector.op);
      const encoded = encodeAbiParameters([type], [recordArgs(record)]);
      assert.equal(encoded, toHex(encodeRecord(record)));
      assert.equal(keccak256(`0x04${encoded.slice(2)}`), vector.hash);
      return true;
    }
    case "reveal":
      assert.equal(keyOf({ ...vector, party: 0n, clock: 0n, place: BigInt(vector.place) }), vector.hash);
      return true;
    default:
      return false;
  }
}

test("the contracts hash tensors, lists, states, results, records and keys as the cases say", async () => {
  const kinds = new Set<string>();
  for (const vector of commitmentFile().vectors) if (await check(vector)) kinds.add(vector.kind);
  assert.deepEqual([...kinds].sort(), ["list", "record", "result", "reveal", "state", "tensor"]);
});
