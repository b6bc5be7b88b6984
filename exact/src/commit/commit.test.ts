import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { keccak as keccakHex } from "hash-wasm";
import type { DType, Hex, IntTensor } from "../types.ts";
import { allocate, DTYPE_RANGE } from "../types.ts";
import { fromHex, toHex } from "./bytes.ts";
import { keccak } from "./keccak.ts";
import { MessagePair } from "./keccak-pair.ts";
import { merkleProof, merkleRoot, node, zero } from "./merkle.ts";
import { commitment, dataRoot, runRoot, Sampler, sampleIndex, segmentCount, stateHash } from "./run.ts";
import { StateHasher } from "./state.ts";
import { tensorRoot, tileLeaves, tilePreimage } from "./tensor.ts";

// A second implementation that shares no code with the first: hex strings, BigInt and recursion.
const H = async (...hex: string[]): Promise<string> => keccakHex(fromHex(`0x${hex.join("")}`), 256);
const be = (value: number | bigint, bytes: number): string =>
  BigInt.asUintN(8 * bytes, BigInt(value))
    .toString(16)
    .padStart(2 * bytes, "0");
const bare = (hex: Hex): string => hex.slice(2);

async function naiveRoot(leaves: string[]): Promise<string> {
  if (leaves.length === 0) return "00".repeat(32);
  const padded = [...leaves];
  const blank = await H("02");
  while (!Number.isInteger(Math.log2(padded.length))) padded.push(blank);
  const fold = async (part: string[]): Promise<string> => {
    if (part.length === 1) return part[0]!;
    const half = part.length / 2;
    return H("01", await fold(part.slice(0, half)), await fold(part.slice(half)));
  };
  return fold(padded);
}

async function naiveTensorRoot({ rows, cols, dtype, data }: IntTensor): Promise<string> {
  const [code, size] = dtype === "int8" ? [1, 1] : dtype === "int16" ? [2, 2] : [3, 4];
  const leaves: string[] = [];
  for (let top = 0; top < rows; top += 16) {
    for (let left = 0; left < cols; left += 16) {
      let tile = "";
      for (let r = top; r < top + 16; r++) {
        for (let c = left; c < left + 16; c++) tile += be(r < rows && c < cols ? data[r * cols + c]! : 0, size);
      }
      leaves.push(await H("00", be(code, 1), tile));
    }
  }
  return naiveRoot(leaves);
}

const tensors = fc
  .record({
    rows: fc.integer({ min: 1, max: 40 }),
    cols: fc.integer({ min: 1, max: 40 }),
    dtype: fc.constantFrom<DType>("int8", "int16", "int32"),
  })
  .chain(({ rows, cols, dtype }) => {
    const [min, max] = DTYPE_RANGE[dtype];
    return fc
      .array(fc.integer({ min, max }), { minLength: rows * cols, maxLength: rows * cols })
      .map((values): IntTensor => {
        const data = allocate(dtype, rows * cols);
        data.set(values);
        return { name: "t", rows, cols, dtype, data };
      });
  });

test("keccak256 is the one Ethereum uses", async () => {
  assert.equal(await H(""), "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470");
  assert.equal(toHex(zero(0)), `0x${await H("02")}`);
  assert.equal(
    toHex(zero(2)),
    `0x${await H("01", await H("01", await H("02"), await H("02")), await H("01", await H("02"), await H("02")))}`,
  );
});

test("DSP-01 to DSP-04: tensor roots equal an independent implementation, padding included", async () => {
  await fc.assert(
    fc.asyncProperty(tensors, async (tensor) => assert.equal(bare(tensorRoot(tensor)), await naiveTensorRoot(tensor))),
    { numRuns: 60 },
  );
});

test("DSP-01: a tile preimage is 2 + 256 elements, big-endian two's complement", () => {
  const tensor: IntTensor = {
    name: "t",
    rows: 1,
    cols: 17,
    dtype: "int16",
    data: Int16Array.from({ length: 17 }, (_, i) => (i === 16 ? -2 : i)),
  };
  const tile = tilePreimage(tensor, 0, 1);
  assert.equal(tile.length, 514);
  assert.deepEqual([...tile.subarray(0, 6)], [0, 2, 0xff, 0xfe, 0, 0]);
  assert.ok(tile.subarray(6).every((byte) => byte === 0));
  for (const [dtype, length] of [
    ["int8", 258],
    ["int32", 1026],
  ] as const) {
    assert.equal(tilePreimage({ ...tensor, dtype, data: allocate(dtype, 17) }, 0, 0).length, length);
  }
});

test("DSP-02/03: roots and proofs for every size up to 40", async () => {
  for (let n = 0; n <= 40; n++) {
    const leaves = await Promise.all(Array.from({ length: n }, (_, i) => H(be(i, 4))));
    const bytes = leaves.map((leaf) => fromHex(`0x${leaf}`));
    assert.equal(bare(toHex(merkleRoot(bytes))), await naiveRoot(leaves), `n=${n}`);
    for (let index = 0; index < n; index++) {
      const proof = merkleProof(bytes, index);
      assert.equal(proof.length, Math.ceil(Math.log2(n)));
      const top = proof.reduce(
        (at, sibling, l) => ((index >> l) & 1 ? node(sibling, at) : node(at, sibling)),
        bytes[index]!,
      );
      assert.deepEqual(top, merkleRoot(bytes));
    }
  }
});

test("CMT-01: DSP-05, 12, 13 and the data root hash exactly the bytes of the layout", async () => {
  const words = [1, 2, 3].map((n): Hex => `0x${be(n, 32)}`);
  const [a, b, c] = words.map(bare) as [string, string, string];
  assert.equal(bare(stateHash(2 ** 33 + 5, words)), await H("03", be(2 ** 33 + 5, 8), be(3, 2), a, b, c));
  assert.equal(bare(runRoot(words)), await naiveRoot([await H("09", a), await H("09", b), await H("09", c)]));
  assert.equal(runRoot([]), `0x${"00".repeat(32)}`);
  assert.equal(bare(commitment(words[0]!, words[1]!, words[2]!, words[0]!)), await H("0b", a, b, c, a));
  assert.equal(bare(dataRoot(words)), await H("0f", a, b, c));
  assert.deepEqual([segmentCount(1, 64), segmentCount(64, 64), segmentCount(65, 64)], [1, 1, 2]);
});

test("DSP-09: a list root chains the roots of its pieces", async () => {
  const data = Int16Array.from({ length: 60 }, (_, i) => i - 30);
  const list: IntTensor = { name: "l", rows: 20, cols: 3, dtype: "int16", data, listRows: 5 };
  let chain = "00".repeat(32);
  for (let row = 0; row < 20; row += 5) {
    const piece: IntTensor = { name: "p", rows: 5, cols: 3, dtype: "int16", data: data.slice(row * 3, row * 3 + 15) };
    chain = await H("05", chain, await naiveTensorRoot(piece));
  }
  assert.equal(bare(tensorRoot(list)), chain);
  assert.equal(tensorRoot({ ...list, rows: 0, data: new Int16Array(0) }), `0x${"00".repeat(32)}`);
});

test("DSP-11: sample indexes are the full hash modulo the rows", async () => {
  const nonce: Hex = `0x${"7f".repeat(32)}`;
  for (const rows of [1, 7, 8000, 2 ** 24]) {
    const drawn = new Sampler(nonce, rows, 5).draw(2 ** 32 + 3);
    for (let b = 0; b < 5; b++) {
      const hash = await H("08", bare(nonce), be(2 ** 32 + 3, 8), be(b, 4));
      assert.equal(drawn.rows[b], Number(BigInt(`0x${hash}`) % BigInt(rows)));
      assert.equal(sampleIndex(nonce, 2 ** 32 + 3, b, rows), drawn.rows[b]);
    }
  }
});

test("changing any element changes the root", () => {
  const data = new Int32Array(400);
  const tensor: IntTensor = { name: "t", rows: 20, cols: 20, dtype: "int32", data };
  const roots = new Set([tensorRoot(tensor)]);
  for (let i = 0; i < data.length; i++) {
    data[i] = 1;
    roots.add(tensorRoot(tensor));
    data[i] = 0;
  }
  assert.equal(roots.size, 401);
  assert.equal(tileLeaves(tensor).length, 4);
});

test("roots kept from boundary to boundary equal roots computed afresh, whatever changed", () => {
  const hasher = new StateHasher();
  const base = (rows: number, cols: number): IntTensor => ({
    name: "t",
    rows,
    cols,
    dtype: "int32",
    data: new Int32Array(rows * cols),
  });
  const list = (rows: number): IntTensor => ({
    name: "list",
    rows,
    cols: 3,
    dtype: "int16",
    data: Int16Array.from({ length: rows * 3 }, (_, i) => i),
    listRows: 2,
  });
  let tensor = base(49, 35);
  for (const [step, at] of [[], [0], [48 * 35 + 34], [16 * 35], [5, 1200], []].entries()) {
    const data = tensor.data.slice();
    for (const index of at) data[index] = index + step + 1;
    tensor = { ...tensor, data };
    const state = [tensor, list(2 * step)];
    assert.deepEqual(hasher.roots(state), state.map(tensorRoot), `boundary ${step}`);
  }
  const other = [base(17, 103), list(4)];
  assert.deepEqual(hasher.roots(other), other.map(tensorRoot), "another shape, a shorter list");
});

test("two messages hashed at once have the hashes of each", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 1200 }),
      fc.infiniteStream(fc.integer({ min: 0, max: 255 })),
      fc.constantFrom(0, 2),
      (length, values, skew) => {
        const [a, b] = [new Uint8Array(length), new Uint8Array(length)];
        for (let i = 0; i < length; i++) [a[i], b[i]] = [values.next().value!, values.next().value!];
        const pair = new MessagePair(length, skew);
        pair.left.set(a);
        pair.right.set(b);
        assert.deepEqual(pair.hash(), [keccak(a), keccak(b)]);
        assert.deepEqual(pair.hash(), [keccak(a), keccak(b)], "hashing leaves the messages as they are");
      },
    ),
  );
});
