import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Address } from "viem";
import { OP, OP_NAME } from "../../exact/src/program/opcodes.ts";
import type { OpRecord } from "../../exact/src/program/records.ts";
import { buildsOf } from "./support/builds.ts";
import { Court } from "./support/court.ts";
import { fault, generator } from "./support/faults.ts";
import { decodePlace } from "./support/place.ts";
import { accuseFalsely } from "./support/play.ts";
import { type Accuser, Defender, type Move, RandomAccuser } from "./support/players.ts";
import { prosecute, Stubborn } from "./support/prosecute.ts";
import { TracedRun } from "./support/run.ts";
import { claimOf, type Suit } from "./support/suit.ts";
import { imageTask } from "./support/tasks.ts";

const { RESHAPE, UNSTACK, IM2COL, KFLIP, POOLKEY, POOLMAX, UNPOOL } = OP;

/** The operators that only convolutional programs have, and how to know their records. */
const KINDS: Record<string, (record: OpRecord) => boolean> = {
  ...Object.fromEntries(
    [RESHAPE, UNSTACK, IM2COL, KFLIP, POOLKEY, POOLMAX, UNPOOL].map((opcode) => [
      OP_NAME[opcode],
      (record: OpRecord) => record.opcode === opcode,
    ]),
  ),
  "MATMUL in parts": ({ opcode, attrs }) => opcode === OP.MATMUL && (attrs[2] ?? 0) > 1,
  "DATALOAD of moved images": ({ opcode, attrs }) => opcode === OP.DATALOAD && (attrs[2] ?? 0) > 0,
};

/** Picks this operator, and any child elsewhere. */
class AccuserOf extends RandomAccuser {
  readonly #op: number;
  #atOps = false;

  constructor(op: number, suit: Suit, address: Address, random: (n: number) => number) {
    super(suit, suit.honest, address, random);
    this.#op = op;
  }

  override pickOp(...args: Parameters<Accuser["pickOp"]>): Move {
    this.#atOps = true;
    return super.pickOp(...args);
  }

  override select(count: number): number {
    const chosen = this.#atOps ? this.#op : super.select(count);
    this.#atOps = false;
    return chosen;
  }
}

describe("a convolutional run in court", () => {
  const task = imageTask();
  const random = generator(7);
  let court: Court;
  let challenger: Address;
  before(async () => {
    court = await Court.open(buildsOf());
    challenger = await court.fund(court.world.accounts[5]!);
  });
  after(() => court.close());

  for (const [name, isMeant] of Object.entries(KINDS)) {
    test(`${name}: a fault in each record of it ends with the provider rejected`, async () => {
      const { claimed, honest, back } = await claim();
      const ops = task.compiled.records.flatMap((record, op) => (isMeant(record) ? [op] : []));
      assert.ok(ops.length > 0, "the program has such a record");
      let shown = 0;
      for (const op of ops) {
        const { rows, cols, outDtype } = task.compiled.records[op]!;
        // Products are rounded later on: a small fault in one of them changes nothing.
        const delta = outDtype === "int32" ? 2 ** 16 : 9;
        const drawn = Array.from({ length: 4 }, () => random(rows * cols));
        for (const element of [rows * cols - 1, 0, ...drawn]) {
          const run = new TracedRun(task, claimed.job.nonce, fault(1, op, element, delta));
          if (run.state(3) === honest.state(3) && run.runRoot === honest.runRoot) continue;
          const suit = await court.enter(claimed, honest, claimOf(run));
          const trial = await prosecute(court, Stubborn.of(suit, challenger), new Defender(suit, run));
          assert.deepEqual(trial, { outcome: "proof", retries: 0 }, `record ${op}, element ${element}`);
          assert.equal(await court.verdict(suit), 2);
          shown++;
          await back();
        }
      }
      assert.ok(shown >= 2, `${shown} faults changed the result`);
    });

    test(`${name}: a false accusation of it has nothing to prove`, async () => {
      const { claimed, honest, back } = await claim();
      const op = task.compiled.records.findLastIndex(isMeant);
      for (let i = 0; i < 3; i++) {
        const suit = await court.enter(claimed, honest, claimOf(honest));
        const accuser = new AccuserOf(op, suit, challenger, random);
        const game = await accuseFalsely(court, suit, challenger, random, accuser);
        assert.equal(decodePlace(game.place).op, op);
        await court.refused(challenger, accuser.answer(game, "0x"), "Dispute_NoFraud");
        await back();
      }
    });
  }

  async function claim() {
    const claimed = await court.claim(task);
    const honest = new TracedRun(task, claimed.job.nonce);
    return { claimed, honest, back: await court.world.snapshot() };
  }
});
