import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { type Job, laneStatus, STATUS } from "../../support/actor.ts";
import { createScene, DEPOSIT, MANNER, registerMock, type Scene, STAKE, tell, VERDICT } from "../../support/scene.ts";
import { Refusal, type Target } from "../../support/world.ts";

const POLICY = 3;
const FOREVER = 200 * 86_400;

let scene: Scene;
let strategy: Target;
let reset: () => Promise<void>;
before(async () => {
  scene = await createScene();
  strategy = await registerMock(scene.world, 1);
  reset = await scene.world.snapshot();
});
beforeEach(() => reset());
after(() => scene.world.close());

interface Row {
  state: string;
  /** brings the job into the state */
  reach(job: Job): Promise<unknown>;
  /** what the strategy says from then on */
  manner: number;
  verdict: number;
  /** the only exit that a stranger finds open */
  exit: "cancel" | "expire" | "finalize" | "reject" | "resolveStalled";
  ends: number;
  /** who the escrow belongs to afterwards */
  to: "requester" | "provider";
}

const open = async () => {};
const claimed = (job: Job) => scene.provider.claim(job);
const submitted = async (job: Job) => {
  await scene.provider.claim(job);
  await scene.provider.submit(job);
};
const A = MANNER.answer;
const ROWS: readonly Row[] = [
  { state: "open", reach: open, manner: A, verdict: 0, exit: "cancel", ends: STATUS.cancelled, to: "requester" },
  { state: "claimed", reach: claimed, manner: A, verdict: 0, exit: "expire", ends: STATUS.expired, to: "requester" },
  ...[A, MANNER.revert, MANNER.burnGas, MANNER.returnNothing, MANNER.returnUnknownVerdict].map(
    (manner): Row => ({
      state: `submitted, a strategy silent in manner ${manner}`,
      reach: submitted,
      manner,
      verdict: VERDICT.pending,
      exit: "resolveStalled",
      ends: STATUS.unresolved,
      to: "requester",
    }),
  ),
  {
    state: "submitted and accepted",
    reach: submitted,
    manner: A,
    verdict: VERDICT.accepted,
    exit: "finalize",
    ends: STATUS.finalized,
    to: "provider",
  },
  {
    state: "submitted and rejected",
    reach: submitted,
    manner: A,
    verdict: VERDICT.rejected,
    exit: "reject",
    ends: STATUS.rejected,
    to: "requester",
  },
];

describe("each state that holds money has one exit that a stranger may take, while everything is paused, JOB-42", () => {
  for (const row of ROWS) {
    test(`${row.state}: ${row.exit}`, async () => {
      const { world, requester, provider, anyone } = scene;
      const job = await requester.postNew({ policy: POLICY });
      await row.reach(job);
      await tell(world, strategy, row.manner, row.verdict);
      await world.send(world.deployer, world.market, "setPause", [3]);
      world.pass(FOREVER);
      const undo = await world.snapshot();
      for (const exit of ["cancel", "expire", "finalize", "reject", "resolveStalled"] as const) {
        await undo();
        if (exit === row.exit) await anyone[exit](job);
        else await assert.rejects(anyone[exit](job), Refusal, `${exit} is shut`);
      }
      await undo();
      await anyone[row.exit](job);
      assert.equal(await laneStatus(world, job), row.ends);
      const { gross } = await provider.earned();
      assert.equal(await requester.balance(), row.to === "requester" ? DEPOSIT : DEPOSIT - job.fields.maxPrice);
      assert.equal(gross, row.to === "provider" ? job.fields.maxPrice : 0n);
      assert.equal((await provider.stakes()).locked, 0n);
      const { stake } = await provider.stakes();
      const owed = await world.read<bigint>(world.staking, "totalOwed");
      assert.ok(stake <= STAKE && owed >= stake);
    });
  }
});
