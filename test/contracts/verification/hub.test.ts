import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { encodeFunctionData, numberToHex, zeroAddress } from "viem";
import { draftJob, type Job, settleArgs } from "../../support/actor.ts";
import {
  createScene,
  MANNER,
  passWindow,
  registerMock,
  type Scene,
  setTerms,
  submittedJob,
  tell,
  VERDICT,
} from "../../support/scene.ts";
import { Refusal, type Target } from "../../support/world.ts";

let scene: Scene;
let one: Target;
let two: Target;
let reset: () => Promise<void>;
before(async () => {
  scene = await createScene();
  one = await registerMock(scene.world, 1);
  two = await registerMock(scene.world, 15);
  reset = await scene.world.snapshot();
});
beforeEach(() => reset());
after(() => scene.world.close());

const BOTH = 0b1000_0000_0000_0011;

function query({ id, terms, run, commitment }: Job) {
  return { id, terms, run, commitment };
}

async function verdict(job: Job): Promise<readonly [number, bigint]> {
  return scene.world.read(scene.world.hub, "verdictOf", [query(job)]);
}

describe("registerStrategy", () => {
  test("adds under a free number, once, VER-03", async () => {
    const { world } = scene;
    assert.equal(await world.read(world.hub, "registered"), BOTH);
    const extra = await world.create("mocks/MockStrategy.sol");
    const refused = (number: number, address: string, error: string) =>
      world.refused(world.deployer, world.hub, ["registerStrategy", [number, address]], error);
    await refused(16, extra.address, "Hub_StrategyOutOfRange");
    await refused(0, extra.address, "Hub_StrategyTaken");
    await refused(1, one.address, "Hub_StrategyTaken");
    await refused(2, scene.anyone.address, "Hub_NotAContract");
    await world.send(world.deployer, world.hub, "registerStrategy", [2, extra.address]);
    assert.equal(await world.read(world.hub, "registered"), BOTH | 4);
    const found = await world.read<string>(world.hub, "strategyOf", [2]);
    assert.equal(found.toLowerCase(), extra.address.toLowerCase());
  });

  test("RevertWhen_NotTheAuthority", async () => {
    const { world, anyone } = scene;
    await anyone.refused(world.hub, "registerStrategy", [2, one.address], "AccessManagedUnauthorized");
  });
});

describe("requireJudgeable, VER-04", () => {
  const args = (policy: number) => {
    const { terms, specWords } = draftJob(scene.world, scene.requester.address, { policy });
    return [terms, specWords];
  };

  test("passes exactly the policies made of registered bits with the window", async () => {
    const { world, anyone } = scene;
    for (let policy = 0; policy < 2 ** 16; policy += policy < 64 ? 1 : 997) {
      const known = (policy & 1) === 1 && (policy & ~BOTH) === 0;
      if (known) await world.read(world.hub, "requireJudgeable", args(policy));
      else await anyone.refused(world.hub, "requireJudgeable", args(policy), "Hub_UnknownPolicy", [policy, BOTH]);
    }
    for (const policy of [1, 3, BOTH, BOTH & ~2]) await world.read(world.hub, "requireJudgeable", args(policy));
  });

  test("RevertWhen_AStrategyDoesNotTakeTheJob: the first that does not is named, others are not asked", async () => {
    const { world, anyone } = scene;
    const refused = (policy: number, number: bigint) =>
      anyone.refused(world.hub, "requireJudgeable", args(policy), "Hub_NotJudgeable", [number]);
    await setTerms(world, two, { refuses: true });
    await refused(BOTH, 15n);
    await refused(BOTH & ~2, 15n);
    await world.read(world.hub, "requireJudgeable", args(3));
    await setTerms(world, one, { refuses: true });
    await refused(BOTH, 1n);
    await setTerms(world, two, {});
    await refused(3, 1n);
    await world.read(world.hub, "requireJudgeable", args(BOTH & ~2));
  });

  test("a strategy that does not answer, or answers no truth value, takes no job", async () => {
    const { world, anyone } = scene;
    for (const code of ["0x5f5ffd", "0x00", "0x60025f5260205ff3", "0xfe"]) {
      await world.provider.request({ method: "hardhat_setCode", params: [one.address, code] });
      await anyone.refused(world.hub, "requireJudgeable", args(3), "nothing");
      await world.read(world.hub, "requireJudgeable", args(BOTH & ~2));
    }
  });
});

describe("verdictOf, VER-02", () => {
  const P = VERDICT.pending;
  const A = VERDICT.accepted;
  const R = VERDICT.rejected;
  const rows: { first: number; second: number; ready: [number, number]; wanted: readonly [number, bigint] }[] = [
    { first: A, second: A, ready: [5, 6], wanted: [A, 0n] },
    { first: P, second: A, ready: [5, 6], wanted: [P, 5n] },
    { first: P, second: P, ready: [5, 6], wanted: [P, 6n] },
    { first: P, second: P, ready: [5, 0], wanted: [P, 0n] },
    { first: P, second: P, ready: [0, 6], wanted: [P, 0n] },
    { first: R, second: A, ready: [5, 6], wanted: [R, 0n] },
    { first: P, second: R, ready: [5, 6], wanted: [R, 0n] },
    { first: A, second: R, ready: [0, 0], wanted: [R, 0n] },
  ];
  for (const { first, second, ready, wanted } of rows) {
    test(`${first} and ${second}, ready ${ready}: ${wanted}`, async () => {
      const job = await submittedJob(scene, { policy: BOTH });
      passWindow(scene.world, job);
      await tell(scene.world, one, MANNER.answer, first, ready[0]);
      await tell(scene.world, two, MANNER.answer, second, ready[1]);
      assert.deepEqual(await verdict(job), wanted);
    });
  }

  test("the window waits with its own readyAt", async () => {
    const job = await submittedJob(scene, { policy: BOTH });
    await tell(scene.world, one, MANNER.answer, A);
    await tell(scene.world, two, MANNER.answer, A);
    const now = scene.world.now;
    assert.deepEqual(await verdict(job), [P, BigInt(now + job.fields.window)]);
    passWindow(scene.world, job);
    assert.deepEqual(await verdict(job), [A, 0n]);
  });

  for (const [name, manner] of Object.entries(MANNER).slice(1)) {
    test(`a strategy that chooses to ${name} counts as pending and stops nobody, VER-05`, async () => {
      const job = await submittedJob(scene, { policy: BOTH });
      passWindow(scene.world, job);
      await tell(scene.world, one, manner, A);
      await tell(scene.world, two, MANNER.answer, A);
      assert.deepEqual(await verdict(job), [P, 0n]);
      await tell(scene.world, two, MANNER.answer, R);
      assert.deepEqual(await verdict(job), [R, 0n]);
    });
  }

  test("RevertWhen_TooLittleGas: a caller cannot make a strategy fail by starving it, VER-06", async () => {
    const { world, anyone } = scene;
    const job = await submittedJob(scene, { policy: BOTH });
    world.pass(86_400 * 60);
    await tell(world, one, MANNER.answer, A);
    await tell(world, two, MANNER.answer, R);
    const data = encodeFunctionData({
      abi: world.market.abi,
      functionName: "resolveStalled",
      args: settleArgs(job) as unknown[],
    });
    for (let gas = 60_000n; gas < 1_500_000n; gas += 30_000n) {
      const call = { from: anyone.address, to: world.market.address, data, gas: numberToHex(gas) };
      await assert.rejects(
        world.provider.request({ method: "eth_call", params: [call, "latest"] }),
        `with ${gas} gas the rejection was not seen`,
      );
    }
    await anyone.refused(world.market, "resolveStalled", settleArgs(job), "Market_NotStalled");
    const starved = { from: anyone.address, to: world.market.address, data, gas: numberToHex(400_000n) };
    const error = await world.attempt(starved);
    assert.ok(error instanceof Refusal);
    assert.equal(error.errorName, "Hub_NotEnoughGas");
  });
});

describe("OptimisticWindow, VER-01", () => {
  test("says what the market says of a window-only job, at every moment around the deadline, VER-07", async () => {
    const { world, anyone } = scene;
    const job = await submittedJob(scene);
    passWindow(world, job);
    const ready = world.now;
    for (const now of [ready - 600, ready - 1, ready, ready + 1]) {
      world.now = now;
      const [found, readyAt] = await world.read<readonly [number, bigint]>(world.window, "verdict", [query(job)]);
      assert.equal(readyAt, BigInt(ready));
      assert.equal(found, now >= ready ? VERDICT.accepted : VERDICT.pending);
      assert.deepEqual(await verdict(job), [found, now >= ready ? 0n : BigInt(ready)]);
      if (now < ready) await anyone.refused(world.market, "finalize", settleArgs(job), "Market_TooEarly");
    }
    await anyone.finalize(job);
  });

  test("it takes every job and names nobody", async () => {
    const { world } = scene;
    const job = await submittedJob(scene);
    assert.equal(await world.read(world.window, "accepts", [job.terms, job.specWords]), true);
    assert.deepEqual(await world.read(world.window, "rejectionOf", [job.commitment]), [false, zeroAddress]);
  });
});
