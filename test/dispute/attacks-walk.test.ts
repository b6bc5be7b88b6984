import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Address } from "viem";
import { operandTiles } from "../../exact/src/dispute/operands.ts";
import { OP } from "../../exact/src/program/opcodes.ts";
import { plainLie } from "./adversary/plans.ts";
import { search, tryPlan } from "./adversary/play.ts";
import { BACKWARDS, nineOperators } from "./adversary/program.ts";
import { buildsOf } from "./support/builds.ts";
import { Court } from "./support/court.ts";
import { drawFault } from "./support/fault-kinds.ts";
import { fault, generator, otherStart } from "./support/faults.ts";
import { StartsRight } from "./support/liars.ts";
import { decodePlace, type Game, LEVEL } from "./support/place.ts";
import { play } from "./support/play.ts";
import { Accuser, Defender } from "./support/players.ts";
import { prosecute, Stubborn } from "./support/prosecute.ts";
import { TracedRun } from "./support/run.ts";
import { claimOf } from "./support/suit.ts";
import { PROGRAMS, smallTask } from "./support/tasks.ts";

// Seven steps in segments of two: three inner boundaries, room for a fourth. Weights are 3 x 2 tiles.
const TASK = nineOperators(7, 2);
const [X, H] = [true, false];
const LAST = 6;
const [_WEIGHTS, PRODUCT] = [7, 1];

describe("attacks on the walk", () => {
  let court: Court;
  let challenger: Address;
  before(async () => {
    court = await Court.open(buildsOf());
    challenger = await court.fund(court.world.accounts[5]!);
  });
  after(() => court.close());

  const outcome = (plan: Parameters<typeof tryPlan>[3], task = TASK) => tryPlan(court, task, challenger, plan);
  const plain = plainLie(TASK, LAST);

  test("run root, final state and output cannot be forged one without the others (W1)", async () => {
    for (const boundaries of [
      [X, H, H],
      [H, X, H],
      [H, H, X],
      [X, X, X],
    ]) {
      const step = 2 * boundaries.indexOf(X) + 1;
      assert.equal(await outcome({ ...plainLie(TASK, step), boundaries, final: false }), "proof", "the run root alone");
    }
    assert.equal(await outcome(plain), "proof", "the end alone");
    // any one tensor of the final state, the output among them: nothing that a run ends with
    for (const k of [0, 1]) {
      const claimed = await court.claim(TASK);
      const honest = new TracedRun(TASK, claimed.job.nonce);
      const other = honest.root({ ...honest.states[1]![0]!, data: new Int32Array(33 * 17) });
      const suit = await court.enter(claimed, honest, claimOf(honest, {}, { [k]: other }));
      const trial = await prosecute(court, Stubborn.of(suit, challenger), new Defender(suit, honest));
      assert.equal(trial.outcome, "silence");
    }
  });

  test("the honest results of a step under a wrong state are refused, and silence costs the bond (W2)", async () => {
    assert.equal(await outcome({ ...plain, disown: LEVEL.Ops }), "silence");
  });

  test("DSP-52: prefix sums that do not end at the element are refused, whichever of both is wrong (W3)", async () => {
    const wrongElement = plainLie(TASK, LAST, PRODUCT);
    assert.equal(await outcome({ ...wrongElement, disown: LEVEL.Prefix }), "silence");
    assert.equal(await outcome({ ...wrongElement, sums: [0, 0, 5], loose: true }), "silence");
    assert.equal(await outcome({ ...wrongElement, sums: [7, -3, 0] }), "proof", "and wherever the lie is hidden");
  });

  test("DSP-31: a run from other weights than the job's is found in its first segment (W4)", async () => {
    const claimed = await court.claim(TASK);
    const honest = new TracedRun(TASK, claimed.job.nonce);
    const run = new TracedRun(TASK, claimed.job.nonce, otherStart());
    const suit = await court.enter(claimed, honest, claimOf(run));
    const trial = await prosecute(court, Stubborn.of(suit, challenger), new StartsRight(suit, run));
    assert.equal(trial.outcome, "proof");
  });

  test("bait: junk behind the last leaf, behind an edge, behind the last step, cannot be told from a lie (W5)", async () => {
    const inner = [H, H, H];
    assert.equal(await outcome({ ...plain, boundaries: [...inner, X], final: false }), "silence", "run tree");
    const tiles = [H, H, H, H, H, H, X, H];
    assert.equal(await outcome({ ...plain, tiles }), "silence", "tile tree");
    for (const element of [15, 240]) {
      const corner = { ...plain, tiles: [H, H, H, H, H, X], deltas: { [element]: 1 } };
      assert.equal(await outcome(corner), "proof", "padding of an edge tile");
    }
    assert.equal(await outcome({ ...plainLie(TASK, 1), states: [H, H, X] }), "silence", "a step too many");
  });

  test("a program listed backwards cannot make two lies vouch for each other (W8)", async () => {
    const tally = await search(court, nineOperators(7, 2, BACKWARDS), challenger, { full: false });
    assert.deepEqual([tally.plays, tally.escaped], [1, undefined]);
  });

  test("an output of an inference run, altered or left out, is found although no weight changes (W9)", async () => {
    const task = smallTask({ kind: "infer" });
    const logits = task.compiled.records.findIndex(({ opcode }) => opcode === OP.CHAIN) - 1;
    for (const tamper of ["altered", "left out"] as const) {
      const claimed = await court.claim(task);
      const honest = new TracedRun(task, claimed.job.nonce);
      const run =
        tamper === "altered"
          ? new TracedRun(task, honest.nonce, fault(3, logits, 4))
          : drawFault("an output left out (W9)", honest, generator(3)).run;
      const suit = await court.enter(claimed, honest, claimOf(run));
      const trial = await prosecute(court, Stubborn.of(suit, challenger), new Defender(suit, run));
      assert.equal(trial.outcome, "proof", tamper);
    }
  });

  test("DSP-61: no element of any operator takes more than three tiles, one of each input (W10)", () => {
    const random = generator(10);
    for (const [name, make] of Object.entries(PROGRAMS)) {
      const run = new TracedRun(make(), `0x${"11".repeat(32)}`);
      for (const record of run.phase(0).records) {
        if (record.opcode === OP.CHAIN) continue;
        const inputs = run.inputs(0, record);
        for (let i = 0; i < 20; i++) {
          const at = { row: random(record.rows), col: random(record.cols) };
          const chunk = record.opcode === OP.MATMUL ? { chunk: 0 } : {};
          const tiles = operandTiles(record, inputs, { step: 0, nonce: run.nonce }, { ...at, ...chunk });
          assert.ok(tiles.length <= 3, `${name}: opcode ${record.opcode}`);
          assert.deepEqual(
            tiles.map(({ input }) => input),
            record.inputs.map((_, k) => k),
          );
        }
      }
    }
  });

  test("a list that is short or ends elsewhere than disputed is refused at every level that has one (W11)", async () => {
    for (const states of [[X], [H, H], [X, H], [H, X, X]]) {
      assert.equal(await outcome({ ...plainLie(TASK, 1), states }), "silence", JSON.stringify(states));
    }
    assert.equal(await outcome({ ...plain, disown: LEVEL.Segment }), "silence");
    assert.equal(await outcome({ ...plain, disown: LEVEL.Tiles }), "silence");
  });

  test("who picks the second wrong operator finds it right, for its inputs are wrong: the first is the rule (W14)", async () => {
    const suit = await court.submit(smallTask(), { tamper: fault(3, 8, 60, 100_000) });
    const first = new Accuser(suit, suit.honest, challenger);
    const second = new SecondOperator(suit, suit.honest, challenger);
    const defender = new Defender(suit, suit.claimed);
    let game = await court.challenge(second);
    while (decodePlace(game.place).level !== LEVEL.Ops) {
      game = (await court.pick(second, game, await court.reveal(defender, game)))!;
    }
    const roots = await court.reveal(defender, game);
    const fork = await court.world.snapshot();
    const stray = (await court.pick(second, game, roots))!;
    assert.notEqual(decodePlace(stray.place).op, 8);
    await assert.rejects(async () => {
      for (let at: Game | undefined = stray; at; ) {
        const data = decodePlace(at.place).level === LEVEL.Proof ? "0x" : await court.reveal(defender, at);
        at = await court.pick(second, at, data);
      }
    });
    assert.equal(await court.verdict(suit), 0, "nothing is proven on that way");
    await fork();
    await play(court, first, defender, game);
    assert.equal(await court.verdict(suit), 2);
  });
});

/** Takes the second operator that differs where the first is the one to take. */
class SecondOperator extends Accuser {
  #atOps = false;

  override pickOp(...args: Parameters<Accuser["pickOp"]>): ReturnType<Accuser["pickOp"]> {
    this.#atOps = true;
    const move = super.pickOp(...args);
    this.#atOps = false;
    return move;
  }

  override select(count: number, differ: readonly number[]): number {
    return super.select(count, this.#atOps ? differ.slice(1) : differ);
  }
}
