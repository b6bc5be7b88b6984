import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type DType, type Hex, KIND, OP, OP_NAME, type OpRecord, tilePreimage, toHex } from "@assay/exact";
import { concatHex, keccak256 } from "viem";
import { Court } from "./court.ts";
import { recordArgs, type TileArgs } from "./questions.ts";
import { Random, tensor } from "./random.ts";

/*
 * Gas of a question as a whole transaction (intrinsic gas, calldata floor and proofs included), for tensors whose trees
 * are 10 or 16 deep. The bounds are what a dispute budgets for; the diagnostics show how much of it is used.
 */
let court: Court;
const random = new Random(8);
before(async () => {
  court = await Court.open();
});
after(() => court.close());

type Depth = 10 | 16;
/** Shapes with 2^depth tiles; sides stay within the longest contraction where one is needed. */
const SHAPE: Record<Depth, { rows: number; cols: number }> = {
  10: { rows: 512, cols: 512 },
  16: { rows: 2048, cols: 8192 },
};
const CODE = { int8: "0x0001", int16: "0x0002", int32: "0x0003" } as const;

/** A random tile at grid position (0, 0) of a tensor of 2^depth tiles, under the root its random proof leads to. */
function planted(depth: number, dtype: DType): { tile: TileArgs; root: Hex } {
  const data = toHex(tilePreimage(tensor(random, [16, 16], dtype), 0, 0).subarray(2));
  const proof = Array.from({ length: depth }, () => random.hex32());
  const leaf = keccak256(concatHex([CODE[dtype], data]));
  return { tile: { data, proof }, root: proof.reduce((at, next) => keccak256(concatHex(["0x01", at, next])), leaf) };
}

type Shape = { rows: number; cols: number };

function record(
  opcode: OpRecord["opcode"],
  out: Shape,
  inputs: readonly (Shape & { dtype: DType })[],
  attrs: number[],
) {
  const operands = inputs.map((input, idx) => ({ kind: KIND.VALUE, idx, ...input }));
  return recordArgs({ opcode, outDtype: "int32", flags: 1, ...out, inputs: operands, attrs, note: "gas" });
}

interface Gas {
  transaction: number;
  execution: number;
}

/** The question must have an answer. */
async function gasOf(functionName: string, args: readonly unknown[]): Promise<Gas> {
  const answer = await court.ask(functionName, args);
  assert.ok("value" in answer, `the judge reverted: ${"error" in answer ? answer.error : ""}`);
  return {
    transaction: Number(await court.transactionGas(functionName, args)),
    execution: Number(await court.executionGas(functionName, args)),
  };
}

test("sixteen multiply-adds of int8 cost at most 90,000 gas at depth 10, 105,000 at depth 16", async (t) => {
  for (const [depth, left, right, bound] of [
    [10, "int8", "int8", 90_000],
    [16, "int8", "int8", 105_000],
    [10, "int8", "int16", 98_000],
    [16, "int16", "int16", 121_000],
  ] as const) {
    const [a, b] = [planted(depth, left), planted(depth, right)];
    const shape = SHAPE[depth];
    const out = { rows: shape.cols, cols: shape.cols };
    const op = record(
      OP.MATMUL,
      out,
      [
        { ...shape, dtype: left },
        { ...shape, dtype: right },
      ],
      [1, 0],
    );
    const gas = await gasOf("chunkSum", [op, [a.root, b.root], 3, 5, 0, [a.tile, b.tile]]);
    t.diagnostic(`chunkSum ${left} x ${right}, depth ${depth}: ${gas.transaction} gas, ${gas.execution} executed`);
    assert.ok(gas.transaction <= bound, `${gas.transaction} gas, at most ${bound} wanted`);
    assert.ok(gas.execution <= 30_000, `${gas.execution} gas executed`);
  }
});

/** Operators by what they read: one large tensor, two, one and a scalar, one and a table. */
const UNARY = [OP.MULC, OP.CLIP, OP.RELU, OP.RHU, OP.DATALOAD] as const;
const REDUCTIONS = [OP.TILEMAX, OP.TILEMAXABS, OP.ROWMAX16, OP.ROWSUM16] as const;
const BINARY = [OP.ADD, OP.SUB, OP.MASKGT0, OP.EQ, OP.GT, OP.INTDIV] as const;

function questionsAt(depth: Depth): { opcode: OpRecord["opcode"]; args: readonly unknown[] }[] {
  const shape = SHAPE[depth];
  const ask: Ask = (opcode, out, inputs, attrs) => {
    const tiles = inputs.map((input) => planted(input.depth, input.dtype));
    const position = { nonce: random.hex32(), step: 7n, row: 0, col: 0 };
    const roots = tiles.map(({ root }) => root);
    return { opcode, args: [record(opcode, out, inputs, attrs), roots, position, tiles.map(({ tile }) => tile)] };
  };
  const large = { ...shape, dtype: "int32" as DType, depth };
  const scalar = { rows: 1, cols: 1, dtype: "int32" as DType, depth: 0 };
  // Every row of the data set that a step may load lies in the tile the test has planted.
  const data = { rows: 16, cols: 16 * 2 ** depth, dtype: "int8" as DType, depth };
  const table = { rows: 1, cols: 16, dtype: "int16" as DType, depth: 0 };
  const grid = { rows: shape.rows / 16, cols: shape.cols / 16 };
  return [
    ...UNARY.map((opcode) =>
      ask(opcode, opcode === OP.DATALOAD ? data : shape, [opcode === OP.DATALOAD ? data : large], [0, 0]),
    ),
    ...REDUCTIONS.map((opcode) =>
      ask(opcode, opcode >= OP.ROWMAX16 ? { rows: shape.rows, cols: grid.cols } : grid, [large], []),
    ),
    ...BINARY.map((opcode) => ask(opcode, shape, [large, large], [])),
    ask(OP.RHU, shape, [large, scalar], [3, 1, -100, 100]),
    ask(OP.LUT, shape, [large, table], []),
    ask(OP.EXPADD, scalar, [scalar, scalar], [1]),
    ask(OP.EXPNORM, scalar, [scalar], [1]),
    ...images(depth, ask),
  ];
}

type Ask = (
  opcode: OpRecord["opcode"],
  out: Shape,
  inputs: readonly (Shape & { dtype: DType; depth: number })[],
  attrs: number[],
) => { opcode: OpRecord["opcode"]; args: readonly unknown[] };

/**
 * The operators on images, each of the largest type that a program gives it: copies are of activations and gradients,
 * which are narrow, keys and their maxima are int32.
 */
function images(depth: Depth, ask: Ask) {
  const [pixels, cols] = [2 ** (depth + 4), 16];
  const map = (rows: number, dtype: DType, deep: number) => ({ rows, cols, dtype, depth: deep });
  const [x, key] = [map(pixels, "int16", depth), map(pixels, "int32", depth)];
  const [gradient, max] = [map(pixels / 4, "int8", depth - 2), map(pixels / 4, "int32", depth - 2)];
  const data = { rows: 16, cols: 16 * 2 ** depth, dtype: "int8" as DType, depth };
  const sides = [4, 4];
  return [
    ask(OP.DATALOAD, { rows: 16, cols: 16 }, [data], [0, 0, 1, 4, 4, 1]),
    ask(OP.RESHAPE, { rows: pixels / 16, cols: 256 }, [x], []),
    ask(OP.UNSTACK, { rows: pixels * 8, cols: 2 }, [x], []),
    ask(OP.IM2COL, { rows: pixels, cols: 400 }, [{ ...x, dtype: "int8" }], [...sides, 5]),
    // The first element of a turned kernel is of the last place: one of 16 channels, so that the whole kernel is a tile.
    ask(OP.KFLIP, { rows: 16, cols: 16 }, [map(16, "int16", 0)], [1]),
    ask(OP.POOLKEY, key, [key], sides),
    ask(OP.POOLMAX, max, [key, key], sides),
    ask(OP.UNPOOL, key, [gradient, key, max], sides),
  ];
}

for (const depth of [10, 16] as const) {
  test(`an element costs at most 105,000 gas of one tile, 155,000 of two, 190,000 of three, at depth ${depth}`, async (t) => {
    for (const { opcode, args } of questionsAt(depth)) {
      const gas = await gasOf("expectedElement", args);
      const tiles = (args[3] as unknown[]).length;
      const name = `${OP_NAME[opcode]} of ${tiles} tile${tiles > 1 ? "s" : ""}`;
      t.diagnostic(`${name}, depth ${depth}: ${gas.transaction} gas, ${gas.execution} executed`);
      assert.ok(gas.transaction <= [105_000, 155_000, 190_000][tiles - 1]!, `${name}: ${gas.transaction} gas`);
      assert.ok(gas.execution <= 60_000, `${name}: ${gas.execution} gas executed`);
    }
  });
}
