import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { Actor, ASY_UNIT } from "../../support/actor.ts";
import { createWorld, type World } from "../../support/world.ts";

const CAP = 1_000_000_000n * ASY_UNIT;
const SUPPLY = 100_000_000n * ASY_UNIT;

let world: World;
let reset: () => Promise<void>;
before(async () => {
  world = await createWorld();
  reset = await world.snapshot();
});
beforeEach(() => reset());
after(() => world.close());

describe("AssayToken, ASY-01", () => {
  test("starts with the configured supply under the configured cap", async () => {
    assert.equal(await world.read(world.asy, "name"), "Assay");
    assert.equal(await world.read(world.asy, "symbol"), "ASY");
    assert.equal(await world.read(world.asy, "decimals"), 18);
    assert.equal(await world.read(world.asy, "cap"), CAP);
    assert.equal(await world.read(world.asy, "totalSupply"), SUPPLY);
    assert.equal(await world.read(world.asy, "balanceOf", [world.deployer]), SUPPLY);
  });

  test("only the authority mints, only up to the cap", async () => {
    const anyone = new Actor(world, 4);
    await anyone.refused(world.asy, "mint", [anyone.address, 1n], "AccessManagedUnauthorized");
    const args = [anyone.address, CAP - SUPPLY + 1n];
    await world.refused(world.deployer, world.asy, ["mint", args], "ERC20ExceededCap", [CAP + 1n, CAP]);
    await world.send(world.deployer, world.asy, "mint", [anyone.address, CAP - SUPPLY]);
    assert.equal(await anyone.wallet(), CAP - SUPPLY);
  });

  test("holders burn their own tokens, and nobody else's without an allowance", async () => {
    const anyone = new Actor(world, 4);
    await world.send(world.deployer, world.asy, "burn", [SUPPLY / 2n]);
    assert.equal(await world.read(world.asy, "totalSupply"), SUPPLY / 2n);
    await anyone.refused(world.asy, "burnFrom", [world.deployer, 1n], "ERC20InsufficientAllowance");
  });

  test("votes follow the block's time", async () => {
    const anyone = new Actor(world, 4);
    assert.equal(await world.read(world.asy, "CLOCK_MODE"), "mode=timestamp");
    assert.equal(await world.read(world.asy, "clock"), world.now);
    await world.send(world.deployer, world.asy, "transfer", [anyone.address, 7n]);
    await anyone.send(world.asy, "delegate", [anyone.address]);
    const at = world.now;
    world.pass(10);
    await anyone.send(world.asy, "transfer", [world.deployer, 3n]);
    world.pass(10);
    assert.equal(await world.read(world.asy, "getVotes", [anyone.address]), 4n);
    assert.equal(await world.read(world.asy, "getPastVotes", [anyone.address, at + 9]), 7n);
  });
});
