/**
 * What a dispute costs. For each size the same, most expensive kind of fault (a wrong sum in the gradient of the first
 * layer's weights) is walked down to sixteen multiply-adds on a chain of its own, with the contracts as they are deployed:
 *
 *     digits   the digits network, 4,000 steps
 *     1e12     10^12 operations, a multiply-add being two (784-256-10, as many steps as it takes)
 *     1e15     a thousand times as many steps: everything but the disputed step is a commitment without a run behind it,
 *              which costs the walk the same
 *
 * `digits` has two more figures: `wallSeconds`, from challenge to verdict between a live challenger and a live provider on a
 * local chain (training of 1,024 steps, a weight changed by one), and `honestOverheadRatio`, a whole run's time with
 * commitments over its time without. `--json` prints one JSON object on one line; `--no-live` leaves both out.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { compileProgram, initialState, type Program, parseProgram, runProgram, x24Digits } from "@assay/exact";
import { loadNodeBackend } from "@assay/exact/node";
import { productionBuilds } from "../../test/dispute/support/builds.ts";
import { Court } from "../../test/dispute/support/court.ts";
import { fault } from "../../test/dispute/support/faults.ts";
import { play } from "../../test/dispute/support/play.ts";
import { Accuser, Defender } from "../../test/dispute/support/players.ts";
import type { Task } from "../../test/dispute/support/run.ts";
import { startNetwork } from "../demo/network.ts";
import { playDispute } from "../demo/second-act.ts";
import type { View } from "../demo/view.ts";
import { loadDigits, packDigits } from "../lib/digits.ts";

const { values: flags } = parseArgs({
  options: { json: { type: "boolean" }, live: { type: "boolean", default: true } },
  allowNegative: true,
});

const ASY = 10n ** 18n;
const big = (steps: number): Program =>
  parseProgram({
    ...x24Digits(),
    name: "784-256-10",
    layers: [
      { type: "dense", units: 256, activation: "relu", weightBits: 9, weightExponent: 12 },
      { type: "dense", units: 10, activation: "softmax", weightBits: 9, weightExponent: 10 },
    ],
    steps,
  });

/** How many steps of the big program make so many operations. */
function stepsFor(flops: number): number {
  return Math.ceil(flops / (2 * compileProgram(big(1)).estimate.macsPerStep));
}

interface Walk {
  flops: number;
  rounds: number;
  gasTotal: number;
  gasTerminal: number;
  gasPerRound: number;
}

/** The program on few rows: what the walk costs depends on the step's operators, not on the data set's length. */
function taskOf(program: Program): Task {
  const small = parseProgram({ ...program, input: { ...program.input, rows: 128 } });
  const compiled = compileProgram(small);
  const { train } = loadDigits();
  const dataset = packDigits(
    { images: train.images.slice(0, 128), labels: train.labels.slice(0, 128) },
    program.input.bits,
  );
  return { compiled, dataset, start: initialState(compiled, `0x${"5a".repeat(32)}`) };
}

async function walk(program: Program): Promise<Walk> {
  const task = taskOf(program);
  const court = await Court.open(productionBuilds());
  try {
    const challenger = await court.fund(court.world.accounts[5]!, 10_000n * ASY);
    await court.send(challenger, ["deposit", [challenger, 1_000n * ASY]]);
    const op = task.compiled.records.findIndex(({ note }) => note === "layer1 weight gradient");
    const step = Math.floor(program.steps / 2);
    const suit = await court.submit(task, { span: { first: step, count: 1 }, tamper: fault(step, op, 777) });
    court.gas.length = 0;
    await play(court, new Accuser(suit, suit.honest, challenger), new Defender(suit, suit.claimed));
    if ((await court.verdict(suit)) !== 2) throw new Error("found a result that stands, wanted it rejected");
    const rounds = court.gas.filter(([move]) => move.startsWith("reveal")).length;
    const gasTotal = court.gas.reduce((sum, [, gas]) => sum + gas, 0);
    return {
      flops: 2 * task.compiled.estimate.macsPerStep * program.steps,
      rounds,
      gasTotal,
      gasTerminal: court.gas.at(-1)![1],
      gasPerRound: Math.round(gasTotal / rounds),
    };
  } finally {
    await court.close();
  }
}

/** A whole honest run: its time over the time it would have taken without commitments. */
async function honestOverhead(): Promise<number> {
  const program = x24Digits();
  const compiled = compileProgram(program);
  const dataset = packDigits(loadDigits().train, program.input.bits);
  const start = { step: 0, state: initialState(compiled, `0x${"01".repeat(32)}`), boundaries: [] };
  const backend = await loadNodeBackend("wasm");
  const { seconds, hashSeconds } = await runProgram({
    compiled,
    backend,
    dataset,
    nonce: `0x${"02".repeat(32)}`,
    start,
  });
  return seconds / (seconds - hashSeconds);
}

const SILENT: View = { heading() {}, done() {}, note() {}, progress() {}, lines() {}, table() {} };

/** Challenger and provider as processes of their own, on a local chain. */
async function liveSeconds(): Promise<number> {
  const dir = mkdtempSync(join(tmpdir(), "assay-bench-dispute-"));
  const stops: (() => Promise<void>)[] = [];
  try {
    const network = await startNetwork(dir, "wasm", SILENT, (_, stop) => stops.push(stop));
    return (await playDispute(network, SILENT, "wasm")).seconds;
  } finally {
    for (const stop of stops.reverse()) await stop();
    rmSync(dir, { recursive: true, force: true });
  }
}

const digits = await walk(x24Digits());
const live = flags.live
  ? {
      honestOverheadRatio: Number((await honestOverhead()).toFixed(4)),
      wallSeconds: Number((await liveSeconds()).toFixed(1)),
    }
  : {};
const facts = {
  digits: { ...digits, ...live },
  "1e12": await walk(big(stepsFor(1e12))),
  "1e15": await walk(big(stepsFor(1e15))),
};
console.log(flags.json ? JSON.stringify(facts) : JSON.stringify(facts, null, 2));
