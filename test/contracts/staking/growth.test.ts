// No function's gas grows with the number of delegators: the same calls with 2 and with 2,000.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type Address, numberToHex } from "viem";
import { HOUR, PoolScene } from "../../support/delegators.ts";

let p: PoolScene;
before(async () => {
  p = await PoolScene.create();
});
after(() => p.scene.world.close());

/** Gas of each call on a pool that has been used before; everything is undone afterwards. */
async function costs(): Promise<Record<string, number>> {
  const { world, provider } = p.scene;
  const back = await world.snapshot();
  const gas: Record<string, number> = {};
  const note = async (name: string, call: Promise<{ gasUsed: bigint }>) => {
    gas[name] = Number((await call).gasUsed);
  };
  await note("delegateStake", p.delegate(p.ann, 100n));
  await note("undelegateStake", p.undelegate(p.ann, 10n));
  await note("lock", p.lock(100n));
  await note("forfeit", p.lose(100n));
  world.pass(HOUR);
  await note("redelegateStake", p.redelegate(p.ann, 10n));
  await note("withdrawDelegation", p.withdraw(p.ann));
  await note("syncVotes", p.scene.anyone.send(world.pools, "syncVotes", [p.owner, p.ann.address]));
  await note("setCut", provider.send(world.pools, "setCut", [100]));
  await back();
  return gas;
}

/** Delegators from nowhere: funded by the deployer, one unit each. */
async function crowd(from: number, to: number): Promise<void> {
  const { world } = p.scene;
  for (let index = from; index < to; index++) {
    const account = numberToHex(0x10_0000 + index, { size: 20 }) as Address;
    await world.impersonate(account);
    await world.send(world.deployer, world.asy, "transfer", [account, 10n]);
    await world.send(account, world.asy, "approve", [world.pools.address, 10n]);
    await world.send(account, world.pools, "delegateStake", [p.owner, 10n]);
  }
}

test("with 2 and with 2,000 delegators every call costs the same", async () => {
  await p.delegate(p.ann, 1_000n);
  await crowd(0, 2);
  const few = await costs();
  await crowd(2, 2_000);
  const many = await costs();
  for (const [name, gas] of Object.entries(few)) {
    // checkpoints are found by binary search only when the past is asked for; numbers in calldata differ by some bytes
    assert.ok(Math.abs(many[name]! - gas) < 3_000, `${name}: ${gas} with 2, ${many[name]} with 2,000`);
  }
  assert.equal((await p.pool()).assets, 1_000n + 20_000n);
});
