import assert from "node:assert/strict";
import { type Address, zeroAddress } from "viem";
import { Actor, ASY_UNIT } from "./actor.ts";
import { asMarket, createScene, penalty, type Scene, STAKE } from "./scene.ts";
import type { Receipt } from "./world.ts";

/** The local configuration's thaw period. */
export const HOUR = 3_600;

export interface PoolInfo {
  assets: bigint;
  shares: bigint;
  exiting: bigint;
  epoch: bigint;
  cutBps: bigint;
}

export interface DelegationInfo {
  shares: bigint;
  assets: bigint;
  exiting: bigint;
  movableAt: bigint;
}

export function argsOf({ events }: Receipt, wanted: string): Record<string, unknown> | undefined {
  return events.find(({ name }) => name === wanted)?.args;
}

/** The scene of most tests with two delegators and a second provider. Pools are the scene's provider's unless named. */
export class PoolScene {
  readonly scene: Scene;
  readonly ann: Actor;
  readonly bob: Actor;
  readonly rival: Actor;
  reset: () => Promise<void> = async () => {};

  private constructor(scene: Scene) {
    this.scene = scene;
    this.ann = new Actor(scene.world, 6);
    this.bob = new Actor(scene.world, 7);
    this.rival = new Actor(scene.world, 8);
  }

  static async create(): Promise<PoolScene> {
    const pools = new PoolScene(await createScene());
    for (const one of [pools.ann, pools.bob, pools.rival]) await one.funded(10_000n * ASY_UNIT);
    await pools.rival.stake(STAKE);
    pools.reset = await pools.scene.world.snapshot();
    return pools;
  }

  get owner(): Address {
    return this.scene.provider.address;
  }

  delegate(who: Actor, amount: bigint, to = this.owner) {
    return who.send(this.scene.world.pools, "delegateStake", [to, amount]);
  }

  undelegate(who: Actor, shares: bigint) {
    return who.send(this.scene.world.pools, "undelegateStake", [this.owner, shares]);
  }

  redelegate(who: Actor, shares: bigint) {
    return who.send(this.scene.world.pools, "redelegateStake", [this.owner, this.rival.address, shares]);
  }

  withdraw(who: Actor) {
    return this.scene.anyone.send(this.scene.world.pools, "withdrawDelegation", [this.owner, who.address]);
  }

  pool(of = this.owner): Promise<PoolInfo> {
    return this.scene.world.read(this.scene.world.pools, "poolOf", [of]);
  }

  held(who: Actor, at = this.owner): Promise<DelegationInfo> {
    return this.scene.world.read(this.scene.world.pools, "delegationOf", [at, who.address]);
  }

  lock(amount: bigint) {
    return asMarket(this.scene.world, "lock", [this.owner, this.owner, amount]);
  }

  release(amount: bigint) {
    return asMarket(this.scene.world, "release", [this.owner, amount]);
  }

  /** Loses a locked bond whole. */
  lose(bond: bigint) {
    return asMarket(this.scene.world, "forfeit", [this.owner, bond, penalty(zeroAddress, 0n, bond)]);
  }

  async lockRefused(amount: bigint, error: string, args?: readonly unknown[]) {
    const { world } = this.scene;
    await world.impersonate(world.market.address);
    await world.refused(
      world.market.address,
      world.staking,
      ["lock", [this.owner, this.owner, amount, 0n, 0n]],
      error,
      args,
    );
  }

  /** What pools and staking manager hold is what they owe. */
  async assertSolvent() {
    const { world } = this.scene;
    const total = (await this.pool()).assets + (await this.pool(this.rival.address)).assets;
    assert.equal(await world.read(world.pools, "totalAssets"), total);
    assert.equal(await world.read(world.asy, "balanceOf", [world.pools.address]), total);
    const owed = await world.read(world.staking, "totalOwed");
    assert.equal(await world.read(world.asy, "balanceOf", [world.staking.address]), owed);
  }
}
