import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Address } from "viem";
import { initialState } from "../../exact/src/data/init.ts";
import { compileProgram } from "../../exact/src/program/compile.ts";
import { type Program, parseProgram } from "../../exact/src/program/schema.ts";
import { x24Digits } from "../../exact/src/recipes.ts";
import type { IntTensor } from "../../exact/src/types.ts";
import { productionBuilds } from "./support/builds.ts";
import { Court } from "./support/court.ts";
import { fault } from "./support/faults.ts";
import { play } from "./support/play.ts";
import { Accuser, Defender } from "./support/players.ts";
import type { Task } from "./support/run.ts";

/** The most expensive kind of dispute: a wrong sum in the gradient of the first layer's weights. */
describe("gas of a whole dispute, both sides, production profile", () => {
  let court: Court;
  let challenger: Address;
  before(async () => {
    court = await Court.open(productionBuilds());
    challenger = await court.fund(court.world.accounts[5]!, 10_000n * 10n ** 18n);
    await court.send(challenger, ["deposit", [challenger, 1_000n * 10n ** 18n]]);
  });
  after(() => court.close());

  async function dispute(task: Task, step: number): Promise<{ total: number; terminal: number; rounds: number }> {
    const note = "layer1 weight gradient";
    const op = task.compiled.records.findIndex((record) => record.note === note);
    const suit = await court.submit(task, { span: { first: step, count: 1 }, tamper: fault(step, op, 777) });
    court.gas.length = 0;
    const accuser = new Accuser(suit, suit.honest, challenger);
    await play(court, accuser, new Defender(suit, suit.claimed));
    assert.equal(await court.verdict(suit), 2);
    const total = court.gas.reduce((sum, [, gas]) => sum + gas, 0);
    return {
      total,
      terminal: court.gas.at(-1)![1],
      rounds: court.gas.filter(([move]) => move.startsWith("reveal")).length,
    };
  }

  // docs/adr/186 has the account of every move
  test("digits: at most 1.1 M, terminal move at most 130 k", async () => {
    const { total, terminal } = await dispute(taskOf(x24Digits()), 1_000);
    assert.ok(total <= 1_100_000, String(total));
    assert.ok(terminal <= 130_000, String(terminal));
  });

  test("10^12 operations: at most 1.2 M and 8 rounds", async () => {
    const program = parseProgram({
      ...x24Digits(),
      name: "784-256-10",
      layers: [
        { type: "dense", units: 256, activation: "relu", weightBits: 9, weightExponent: 12 },
        { type: "dense", units: 10, activation: "softmax", weightBits: 9, weightExponent: 10 },
      ],
      steps: 19_098,
    });
    const { total, rounds } = await dispute(taskOf(program), 9_000);
    assert.ok(total <= 1_200_000, String(total));
    assert.ok(rounds <= 8, String(rounds));
  });
});

/** Eight thousand rows would only make the data root slow; what the walk costs depends on the step's operators alone. */
function taskOf(program: Program): Task {
  const small = parseProgram({ ...program, input: { ...program.input, rows: 128 } });
  const compiled = compileProgram(small);
  const cols = compiled.consts[0]!.cols;
  const data = new Int8Array(128 * cols);
  for (let i = 0; i < data.length; i++) data[i] = i % cols < small.input.features ? (i * 7919) % 32 : 0;
  for (let row = 0; row < 128; row++) data[row * cols + small.input.features + (row % 10)] = 1;
  const dataset: IntTensor = { name: "dataset", rows: 128, cols, dtype: "int8", data };
  return { compiled, dataset, start: initialState(compiled, `0x${"5a".repeat(32)}`) };
}
