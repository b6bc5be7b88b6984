// No function's gas grows with the number of jobs, providers or proposals: the same calls with 2 and with 2,000 of each.
// The same for delegators: staking/growth.test.ts.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type Abi, type Address, encodeFunctionData, numberToHex } from "viem";
import { type Actor, ASY_UNIT, draftJob } from "../support/actor.ts";
import { createGoverned, FOR, type Governed, propose } from "../support/governed.ts";
import { passWindow } from "../support/scene.ts";
import type { Receipt, Target } from "../support/world.ts";

const FEW = 2;
const MANY = 2_000;
/** Numbers in calldata and checkpoints differ by some bytes. */
const TOLERANCE = 3_000;

let g: Governed;
let crowd: Target;
let puppet: Address;
let requester: Actor;
let provider: Actor;

before(async () => {
  g = await createGoverned();
  const { world, whale } = g;
  crowd = await world.create("mocks/Crowd.sol", [1]);
  [puppet] = (await world.read<readonly Address[]>(crowd, "puppets")) as [Address];
  requester = g.alice;
  provider = g.bob;
  await whale.send(world.asy, "transfer", [puppet, 1_000_000n * ASY_UNIT]);
  await requester.deposit(10_000n * ASY_UNIT);
  await provider.stake(10_000n * ASY_UNIT);
  await play(world.asy, [
    ["approve", [world.market.address, 2n ** 256n - 1n]],
    ["approve", [world.staking.address, 2n ** 256n - 1n]],
    ["delegate", [puppet]],
  ]);
  await play(world.market, [["deposit", [world.asy.address, puppet, 500_000n * ASY_UNIT]]]);
  world.pass(10);
});
after(() => g.world.close());

/** Calls of the puppet, as many to a transaction as fit; each must go through. */
async function play(to: Target, calls: readonly (readonly [name: string, args: readonly unknown[]])[]): Promise<void> {
  const { world } = g;
  const encoded = calls.map(([functionName, args]) => ({
    who: 0n,
    target: to.address,
    data: encodeFunctionData({ abi: to.abi as Abi, functionName, args: args as unknown[] }),
  }));
  for (let start = 0; start < encoded.length; ) {
    const { events } = await world.send(world.deployer, crowd, "play", [encoded.slice(start, start + 100)]);
    const { count, passed } = events.find(({ name }) => name === "Played")!.args as { count: bigint; passed: bigint };
    assert.equal(passed, (1n << count) - 1n, "all of them went through");
    start += Number(count);
  }
}

/** Posts jobs, stakes for providers from nowhere and proposes, until there are so many of each. */
async function grow(from: number, to: number): Promise<void> {
  const { world, governor } = g;
  const numbers = Array.from({ length: to - from }, (_, index) => from + index);
  const jobs = numbers.map((lane) => draftJob(world, puppet, { lane, maxPrice: ASY_UNIT, minPrice: ASY_UNIT }));
  await play(
    world.market,
    jobs.map(({ terms, specWords }) => ["postJob", [terms, specWords]]),
  );
  await play(
    world.staking,
    numbers.map((index) => ["stakeFor", [numberToHex(0x20_0000 + index, { size: 20 }), 10n]]),
  );
  await play(
    governor,
    numbers.map((index) => ["propose", [[world.market.address], [0n], ["0x"], `proposal ${index}`]]),
  );
}

/** Gas of each call; everything is undone afterwards. */
async function costs(): Promise<Record<string, number>> {
  const { world, whale, anyone } = g;
  const back = await world.snapshot();
  const gas: Record<string, number> = {};
  const note = async (name: string, call: Promise<Receipt>) => {
    gas[name] = Number((await call).gasUsed);
  };
  const job = draftJob(world, requester.address);
  await note("post", requester.post(job));
  await note("claim", provider.claim(job));
  await note("submit", provider.submit(job));
  passWindow(world, job);
  await note("finalize", anyone.finalize(job));
  await note("collect", anyone.send(world.market, "collect", [world.asy.address, provider.address]));
  await note("stakeFor", provider.stake(ASY_UNIT));
  await note("requestThaw", provider.send(world.staking, "requestThaw", [ASY_UNIT]));
  await note("delegateStake", requester.send(world.pools, "delegateStake", [provider.address, ASY_UNIT]));
  const proposal = await propose(g, [{ to: world.market, functionName: "setMinWindow", args: [120] }], "measured");
  await note("castVote", whale.send(g.governor, "castVote", [proposal.id, FOR]));
  world.pass(3_601);
  await note("queue", anyone.send(g.governor, "queue", proposal.args));
  world.pass(7_201);
  await note("execute", anyone.send(g.governor, "execute", proposal.args));
  await back();
  return gas;
}

test("with 2 and with 2,000 jobs, providers and proposals every call costs the same", async (t) => {
  await grow(0, FEW);
  const few = await costs();
  await grow(FEW, MANY);
  const many = await costs();
  t.diagnostic(JSON.stringify({ few, many }));
  for (const [name, gas] of Object.entries(few)) {
    assert.ok(Math.abs(many[name]! - gas) < TOLERANCE, `${name}: ${gas} with ${FEW}, ${many[name]} with ${MANY}`);
  }
});
