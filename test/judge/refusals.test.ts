import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { evaluateRecord, type Hex, type IntTensor, KIND, OP, type OpRecord } from "@assay/exact";
import { concatHex, keccak256, numberToHex } from "viem";
import { Court } from "./court.ts";
import { type CaseArgs, CaseBuilder, NO_CHUNK, type TileArgs } from "./questions.ts";
import { Random, type Sample, tensor } from "./random.ts";

let court: Court;
before(async () => {
  court = await Court.open();
});
after(() => court.close());

function question(sample: Sample, row: number, col: number, chunk?: number): CaseArgs {
  const builder = new CaseBuilder(sample);
  builder.ask(row, col);
  const asked = builder.args.questions.filter((q) => q.chunk === (chunk ?? NO_CHUNK));
  return { ...builder.args, questions: asked };
}

/** The arguments of `expectedElement` or `chunkSum` for the first question of a case. */
function argsOf(
  one: CaseArgs,
  change: { tiles?: TileArgs[]; roots?: Hex[]; op?: object; row?: number; col?: number } = {},
) {
  const q = one.questions[0]!;
  const [row, col] = [change.row ?? q.row, change.col ?? q.col];
  const op = { ...one.op, ...change.op };
  const roots = change.roots ?? one.roots;
  const tiles = change.tiles ?? q.tiles.map((index) => one.pool[index]!);
  if (q.chunk !== NO_CHUNK) return [op, roots, row, col, q.chunk, tiles];
  return [op, roots, { nonce: one.nonce, step: one.step, row, col }, tiles];
}

function record(change: Partial<OpRecord> & Pick<OpRecord, "opcode">, inputs: readonly IntTensor[]): Sample {
  const operands = inputs.map(({ dtype, rows, cols }, idx) => ({ kind: KIND.VALUE, idx, dtype, rows, cols }));
  const { rows, cols } = operands[0]!;
  return {
    record: { outDtype: "int32", flags: 0, rows, cols, attrs: [], note: "vector", ...change, inputs: operands },
    inputs: [...inputs],
    nonce: `0x${"11".repeat(32)}`,
    step: 3,
  };
}

const random = new Random(4);
const x = tensor(random, [40, 70], "int8"); // 3 x 5 tiles: depth 4, one leaf of padding
const relu = record({ opcode: OP.RELU }, [x]);
const product = record({ opcode: OP.MATMUL, rows: 40, cols: 40, attrs: [0, 1] }, [
  x,
  tensor(random, [40, 70], "int16"),
]);

async function refuses(functionName: string, args: readonly unknown[], error: string, found?: readonly unknown[]) {
  const answer = await court.ask(functionName, args);
  assert.ok("error" in answer, `${error} wanted, the judge answered ${JSON.stringify(answer, (_, v) => String(v))}`);
  assert.equal(answer.error, error);
  if (found) assert.deepEqual(answer.args, found);
}

test("the judge answers the untouched questions that the refusals below start from", async () => {
  const scope = { states: [], consts: [], nonce: relu.nonce, step: relu.step };
  const value = evaluateRecord(relu.record, relu.inputs, scope).data[20 * 70 + 33]!;
  assert.deepEqual(await court.ask("expectedElement", argsOf(question(relu, 20, 33))), { value: BigInt(value) });
  assert.ok("value" in (await court.ask("chunkSum", argsOf(question(product, 20, 33, 4), {}))));
});

test("DSP-23 alias: a genuine tile with its genuine proof is refused at any other place (W6, J1)", async () => {
  for (const [row, col] of [
    [0, 0],
    [20, 34 + 16],
    [4, 33],
    [39, 69],
  ] as const) {
    const elsewhere = question(relu, row, col);
    await refuses("expectedElement", argsOf(elsewhere, { row: 20, col: 33 }), "Judge_Root");
  }
  const swapped = argsOf(question(product, 20, 33, 4)).slice() as unknown[];
  swapped[4] = 3;
  await refuses("chunkSum", swapped, "Judge_Root");
});

test("DSP-23 short and long proofs are refused, the ones that lead to the root included (W6)", async () => {
  const one = question(relu, 20, 33);
  const [tile] = one.pool as [TileArgs];
  const cut = { ...tile, proof: tile.proof.slice(0, -1) };
  await refuses("expectedElement", argsOf(one, { tiles: [cut] }), "Judge_ProofLength", [3n, 4n]);
  const long = { ...tile, proof: [...tile.proof, tile.proof[0]!] };
  await refuses("expectedElement", argsOf(one, { tiles: [long] }), "Judge_ProofLength", [5n, 4n]);
  await refuses("expectedElement", argsOf(one, { tiles: [{ ...tile, proof: [] }] }), "Judge_ProofLength", [0n, 4n]);
  // A tensor of one tile under the tile's own hash is a different tensor: the empty proof of it is not one of x.
  const leaf = keccak256(concatHex(["0x0001", tile.data]));
  const rooted = argsOf(one, { tiles: [{ ...tile, proof: [] }], roots: [leaf] });
  await refuses("expectedElement", rooted, "Judge_ProofLength", [0n, 4n]);
});

test("DSP-24 short and long leaves are refused before they are hashed (W12)", async () => {
  const one = question(relu, 20, 33);
  const [tile] = one.pool as [TileArgs];
  for (const [data, found] of [
    ["0x", 0n],
    ["0x010203", 3n],
    [tile.data.slice(0, -2) as Hex, 255n],
    [`${tile.data}00`, 257n],
    [`${tile.data}${tile.data.slice(2)}`, 512n],
  ] as const) {
    await refuses("expectedElement", argsOf(one, { tiles: [{ ...tile, data }] }), "Judge_DataLength", [found, 256n]);
  }
  // A committed three-byte leaf: the root really is the hash of those bytes, the length still decides.
  const single = record({ opcode: OP.RELU }, [tensor(random, [1, 1], "int8")]);
  const small = question(single, 0, 0);
  const root = keccak256("0x0001010203");
  const args = argsOf(small, { roots: [root], tiles: [{ data: "0x010203", proof: [] }] });
  await refuses("expectedElement", args, "Judge_DataLength", [3n, 256n]);
});

test("second preimage: an inner node is no leaf, whatever length it is given (V27)", async () => {
  const one = question(relu, 20, 33);
  const [tile] = one.pool as [TileArgs];
  const leaf = keccak256(concatHex(["0x0001", tile.data]));
  // index of the tile: row 1, column 2 of 5 -> 7, an odd leaf: its sibling stands left
  const node = concatHex(["0x01", tile.proof[0]!, leaf]);
  const posing = { data: node, proof: tile.proof.slice(1) };
  await refuses("expectedElement", argsOf(one, { tiles: [posing] }), "Judge_DataLength", [65n, 256n]);
  const padded = { data: concatHex([node, `0x${"00".repeat(191)}`]), proof: tile.proof.slice(1) };
  await refuses("expectedElement", argsOf(one, { tiles: [padded] }), "Judge_ProofLength", [3n, 4n]);
  await refuses("expectedElement", argsOf(one, { tiles: [{ ...padded, proof: tile.proof }] }), "Judge_Root");
});

test("the element type comes from the record: the same bytes as another type are refused", async () => {
  const one = question(relu, 20, 33);
  const inputs = one.op.inputs.map((input, k) => (k === 0 ? { ...input, dtype: 2 } : input));
  await refuses("expectedElement", argsOf(one, { op: { inputs } }), "Judge_DataLength", [256n, 512n]);
  const [tile] = one.pool as [TileArgs];
  const doubled = { ...tile, data: concatHex([tile.data, tile.data]) };
  await refuses("expectedElement", argsOf(one, { op: { inputs }, tiles: [doubled] }), "Judge_Root");
  for (const dtype of [0, 4, 255]) {
    const unknown = one.op.inputs.map((input, k) => (k === 0 ? { ...input, dtype } : input));
    await refuses("expectedElement", argsOf(one, { op: { inputs: unknown } }), "Judge_ElementType", [dtype]);
    await refuses("expectedElement", argsOf(one, { op: { outDtype: dtype } }), "Judge_ElementType", [dtype]);
  }
});

test("any changed byte of tile, proof or root is refused", async () => {
  const one = question(relu, 20, 33);
  const [tile] = one.pool as [TileArgs];
  const flip = (hex: Hex, byte: number): Hex => {
    const at = 2 + 2 * byte;
    const digit = (Number.parseInt(hex[at]!, 16) ^ 1).toString(16);
    return `${hex.slice(0, at)}${digit}${hex.slice(at + 1)}` as Hex;
  };
  for (const byte of [0, 17, 128, 255]) {
    await refuses("expectedElement", argsOf(one, { tiles: [{ ...tile, data: flip(tile.data, byte) }] }), "Judge_Root");
  }
  for (let level = 0; level < 4; level++) {
    const proof = tile.proof.map((node, l) => (l === level ? flip(node, 31) : node));
    await refuses("expectedElement", argsOf(one, { tiles: [{ ...tile, proof }] }), "Judge_Root");
  }
  await refuses("expectedElement", argsOf(one, { roots: [flip(one.roots[0]!, 0)] }), "Judge_Root");
});

test("numbers of tiles and roots are the record's (J3)", async () => {
  const one = question(relu, 20, 33);
  const [tile] = one.pool as [TileArgs];
  await refuses("expectedElement", argsOf(one, { tiles: [] }), "Judge_TileCount", [0n, 1n]);
  await refuses("expectedElement", argsOf(one, { tiles: [tile, tile] }), "Judge_TileCount", [2n, 1n]);
  const padding = argsOf(question(relu, 40, 0), { tiles: [tile] });
  await refuses("expectedElement", padding, "Judge_TileCount", [1n, 0n]);
  await refuses("expectedElement", argsOf(one, { roots: [] }), "Judge_RootCount", [0n, 1n]);
  const two = [one.roots[0]!, one.roots[0]!];
  await refuses("expectedElement", argsOf(one, { roots: two }), "Judge_RootCount", [2n, 1n]);
  const dot = question(product, 20, 33, 4);
  const [a] = dot.questions[0]!.tiles.map((index) => dot.pool[index]!);
  await refuses("chunkSum", argsOf(dot, { tiles: [a!] }), "Judge_TileCount", [1n, 2n]);
});

test("EXA-11: opcodes are asked where they belong, unknown ones nowhere", async () => {
  const one = question(relu, 20, 33);
  for (const opcode of [0, OP.CHAIN, OP.UNPOOL + 1, 255]) {
    await refuses("expectedElement", argsOf(one, { op: { opcode } }), "Judge_Opcode", [opcode]);
  }
  const dot = question(product, 20, 33, 4);
  const element = [dot.op, dot.roots, { nonce: dot.nonce, step: 0n, row: 20, col: 33 }, dot.pool.slice(0, 2)];
  await refuses("expectedElement", element, "Judge_Opcode", [OP.MATMUL]);
  await refuses("chunkSum", argsOf(dot, { op: { opcode: OP.ADD } }), "Judge_Opcode", [OP.ADD]);
});

test("chunkSum refuses elements and chunks outside the contraction", async () => {
  const dot = question(product, 20, 33, 4);
  await refuses("chunkSum", argsOf(dot, { row: 40 }), "Judge_OutOfRange", [40n, 40n]);
  await refuses("chunkSum", argsOf(dot, { col: 2 ** 32 - 1 }), "Judge_OutOfRange", [BigInt(2 ** 32 - 1), 40n]);
  const late = argsOf(dot).slice() as unknown[];
  late[4] = 5; // ceil(70 / 16) = 5 chunks
  await refuses("chunkSum", late, "Judge_OutOfRange", [5n, 5n]);
});

test("DSP-06: records outside caps and shape rules cannot be judged", async () => {
  const one = question(relu, 20, 33);
  const input = one.op.inputs[0]!;
  const wrong: object[] = [
    { nIn: 0 },
    { nIn: 2 },
    { nIn: 200 },
    { rows: 0 },
    { rows: 39 },
    { cols: 71 },
    { rows: 2 ** 24 + 1 },
    { rows: 2 ** 32 - 1, cols: 2 ** 32 - 1 },
    { rows: 2 ** 24, cols: 2 ** 24, inputs: one.op.inputs.map(() => ({ ...input, rows: 2 ** 24, cols: 2 ** 24 })) },
    { inputs: one.op.inputs.map(() => ({ ...input, rows: 0, cols: 0 })) },
  ];
  for (const op of wrong) await refuses("expectedElement", argsOf(one, { op }), "Judge_IllFormedRecord", [OP.RELU]);
  const dot = question(product, 20, 33, 4);
  const longer = dot.op.inputs.map((side) => ({ ...side, cols: 2049 }));
  for (const op of [
    { inputs: longer },
    { attrs: [1n, 1n, 0n, 0n, 0n, 0n, 0n, 0n] },
    { attrs: [2n, 1n, 0n, 0n, 0n, 0n, 0n, 0n] },
    { attrs: [0n, 2n, 0n, 0n, 0n, 0n, 0n, 0n] },
    { attrs: [0n, 1n, -1n, 0n, 0n, 0n, 0n, 0n] },
    { attrs: [0n, 1n, 2n, 0n, 0n, 0n, 0n, 0n] },
  ]) {
    await refuses("chunkSum", argsOf(dot, { op }), "Judge_IllFormedRecord", [OP.MATMUL]);
  }
  const load = record({ opcode: OP.DATALOAD, rows: 4, cols: 10, attrs: [60, 1] }, [x]);
  const loaded = question(load, 1, 2);
  assert.ok("value" in (await court.ask("expectedElement", argsOf(loaded))));
  for (const attrs of [
    [61n, 1n],
    [-1n, 1n],
    [2n ** 63n - 1n, 1n],
    [60n, 2n],
  ]) {
    const op = { attrs: [...attrs, ...Array<bigint>(8 - attrs.length).fill(0n)] };
    await refuses("expectedElement", argsOf(loaded, { op }), "Judge_IllFormedRecord", [OP.DATALOAD]);
  }
});

test("words that do not fit their type are refused by the decoder", async () => {
  const data = court.encode("expectedElement", argsOf(question(relu, 20, 33)));
  assert.ok("value" in (await court.askRaw("expectedElement", data)));
  const dirty = `${data.slice(0, 10)}ff${data.slice(12)}` as Hex; // the opcode's unused high byte
  assert.deepEqual(await court.askRaw("expectedElement", dirty), { error: "nothing", args: [] });
});

test("calldata that ends early or points outside itself is refused", async () => {
  const data = court.encode("expectedElement", argsOf(question(relu, 20, 33)));
  for (const length of [10, 200, data.length - 64, data.length - 2 * 256]) {
    const answer = await court.askRaw("expectedElement", data.slice(0, length) as Hex);
    assert.ok("error" in answer, `${length} digits were enough`);
  }
  const at = 10 + 64 * 34; // the offset of inputRoots
  for (const offset of [2n ** 255n, 2n ** 64n, 2n ** 32n]) {
    const far = `${data.slice(0, at)}${numberToHex(offset, { size: 32 }).slice(2)}${data.slice(at + 64)}` as Hex;
    assert.ok("error" in (await court.askRaw("expectedElement", far)));
  }
});

test("junk in the padding of an agreed operand enters no sum and no maximum (W5)", async () => {
  const junk = { data: `0x${"7f".repeat(256)}` as Hex, proof: [] };
  const root = keccak256(concatHex(["0x0001", junk.data]));
  const side = { kind: 0, idx: 0, dtype: 1, rows: 1, cols: 5 };
  const none = { kind: 0, idx: 0, dtype: 0, rows: 0, cols: 0 };
  const attrs = [0n, 1n, 0n, 0n, 0n, 0n, 0n, 0n];
  const op = {
    opcode: OP.MATMUL,
    outDtype: 3,
    nIn: 2,
    flags: 0,
    rows: 1,
    cols: 1,
    inputs: [side, side, none, none],
    attrs,
  };
  const dot = await court.ask("chunkSum", [op, [root, root], 0, 0, 0, [junk, junk]]);
  assert.deepEqual(dot, { value: 5n * 127n * 127n });
  const sum = { ...op, opcode: OP.ROWSUM16, nIn: 1, inputs: [side, none, none, none] };
  const position = { nonce: root, step: 0n, row: 0, col: 0 };
  assert.deepEqual(await court.ask("expectedElement", [sum, [root], position, [junk]]), { value: 5n * 127n });
  const low = { data: `0x${"80".repeat(5)}${"7f".repeat(251)}` as Hex, proof: [] };
  const lowRoot = keccak256(concatHex(["0x0001", low.data]));
  for (const opcode of [OP.TILEMAX, OP.ROWMAX16]) {
    const max = { ...sum, opcode };
    assert.deepEqual(await court.ask("expectedElement", [max, [lowRoot], position, [low]]), { value: -128n });
  }
});

test("DSP-09: a list grows by H(0x05, list, item)", async () => {
  const [list, item] = [random.hex32(), random.hex32()];
  const wanted = BigInt(keccak256(concatHex(["0x05", list, item])));
  assert.deepEqual(await court.ask("chained", [list, item]), { value: wanted });
  assert.notDeepEqual(await court.ask("chained", [item, list]), { value: wanted });
});

test("saturation stops at the ends of each type (X4)", async () => {
  for (const [dtype, bits] of [
    [1, 8n],
    [2, 16n],
    [3, 32n],
  ] as const) {
    const top = 2n ** (bits - 1n) - 1n;
    for (const [value, wanted] of [
      [top, top],
      [top + 1n, top],
      [2n ** 255n - 1n, top],
      [-top - 1n, -top - 1n],
      [-top - 2n, -top - 1n],
      [-(2n ** 255n), -top - 1n],
      [0n, 0n],
    ] as const) {
      assert.deepEqual(await court.ask("saturated", [dtype, value]), { value: wanted });
    }
  }
  await refuses("saturated", [0, 0n], "Judge_ElementType", [0]);
});
