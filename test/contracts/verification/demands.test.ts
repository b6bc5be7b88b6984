// Demands for withheld inputs, DSP-92.
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { concatHex, getAddress, type Hex, keccak256, maxUint256, padHex } from "viem";
import { stateHash } from "../../../sdk/src/codec/commitments.ts";
import { Actor, ASY_UNIT, draftJob, type Job, sampleSpec } from "../../support/actor.ts";
import { createScene, type Scene } from "../../support/scene.ts";
import type { Target } from "../../support/world.ts";

const HOURS_6 = 21_600;
const FEE = 2n * ASY_UNIT;
const tile = (value: Hex) => padHex(value, { size: 256 });
const leaf = (data: Hex) => keccak256(concatHex(["0x0001", data]));
const node = (left: Hex, right: Hex) => keccak256(concatHex(["0x01", left, right]));
const Z0 = keccak256("0x02");
const TILES = ["0x0a", "0x0b", "0x0c"].map((value) => tile(value as Hex));
const [A, B, C] = TILES.map(leaf) as [Hex, Hex, Hex];
/** three tiles, one padding leaf */
const ROOT = node(node(A, B), node(C, Z0));
/** two tiles: a full tree */
const FULL = node(A, B);
const ROOTS = [FULL, ROOT];
const STATES = [A, ROOT, FULL];

let scene: Scene;
let demands: Target;
let job: Job;
let reset: () => Promise<void>;
before(async () => {
  scene = await createScene();
  demands = await scene.world.create("verification/DataDemands.sol", [scene.world.asy.address]);
  await scene.anyone.funded(100n * ASY_UNIT);
  for (const actor of [scene.anyone, scene.provider]) await approve(actor);
  const spec = sampleSpec({ dataRoot: keccak256(concatHex(["0x0f", ...ROOTS])), initState: stateHash(0, STATES) });
  job = draftJob(scene.world, scene.requester.address, {}, spec);
  reset = await scene.world.snapshot();
});
beforeEach(() => reset());
after(() => scene.world.close());

const approve = (actor: Actor) => actor.send(scene.world.asy, "approve", [demands.address, maxUint256]);
const balance = (address: Hex) => scene.world.read<bigint>(scene.world.asy, "balanceOf", [address]);
const ask = (index: number, tensor = 1, fee = FEE) =>
  [job.terms, job.specWords, false, ROOTS, tensor, index, fee] as const;
const demand = (actor: Actor, index: number, tensor = 1) => actor.send(demands, "demand", ask(index, tensor));
const answer = (dtype: number, data: Hex, proof: Hex[]) => [scene.anyone.address, dtype, data, proof] as const;

describe("DSP-92: an answer", () => {
  test("earns the fee, once, and nothing stays behind", async () => {
    await demand(scene.anyone, 2);
    const held = await balance(scene.provider.address);
    const args = answer(1, TILES[2]!, [Z0, node(A, B)]);
    await scene.provider.send(demands, "answer", args);
    assert.equal((await balance(scene.provider.address)) - held, FEE);
    assert.equal(await balance(demands.address), 0n);
    await scene.provider.refused(demands, "answer", args, "Demand_NotOpen");
    assert.equal(await scene.world.read(demands, "openOf", [job.id]), 0n);
  });

  test("is the tile that was asked for and no other", async () => {
    await demand(scene.anyone, 2);
    const right = [Z0, node(A, B)];
    const refused = (dtype: number, data: Hex, proof: Hex[], error: string) =>
      scene.provider.refused(demands, "answer", answer(dtype, data, proof), error);
    await refused(1, TILES[0]!, [B, node(C, Z0)], "Demand_WrongTile");
    await refused(1, TILES[1]!, right, "Demand_WrongTile");
    await refused(0, "0x", [C, node(A, B)], "Demand_WrongTile");
    await refused(1, "0x00", right, "Judge_DataLength");
    await refused(4, TILES[2]!, right, "Judge_ElementType");
    await refused(1, TILES[2]!, Array(41).fill(Z0), "Demand_ProofTooLong");
  });

  test("shows the padding or the end of the tree where there is no such tile", async () => {
    await demand(scene.anyone, 3);
    await scene.provider.send(demands, "answer", answer(0, "0x", [C, node(A, B)]));
    await demand(scene.anyone, 1000, 0);
    await scene.provider.send(demands, "answer", answer(1, TILES[0]!, [B]));
  });

  test("may show a tile of the initial state", async () => {
    const args = [job.terms, job.specWords, true, STATES, 0, 0, FEE];
    await scene.anyone.send(demands, "demand", args);
    await scene.provider.send(demands, "answer", answer(1, TILES[0]!, []));
  });

  test("comes before the sixth hour ends; a reclaim not before", async () => {
    await demand(scene.anyone, 2);
    const args = answer(1, TILES[2]!, [Z0, node(A, B)]);
    scene.world.pass(HOURS_6 - 1);
    await scene.provider.refused(demands, "reclaim", [scene.anyone.address], "Demand_Early");
    scene.world.pass(1);
    await scene.provider.refused(demands, "answer", args, "Demand_Late");
    const { events } = await scene.provider.send(demands, "reclaim", [scene.anyone.address]);
    const withheld = events.find(({ name }) => name === "Withheld");
    assert.deepEqual([withheld?.args.job, withheld?.args.tensor, withheld?.args.index], [job.id, 1n, 2n]);
    assert.equal(await balance(scene.anyone.address), 100n * ASY_UNIT);
    await scene.provider.refused(demands, "reclaim", [scene.anyone.address], "Demand_NotOpen");
  });
});

describe("DSP-92: a demand", () => {
  test("names inputs that the job committed and pays for them", async () => {
    const refused = (args: readonly unknown[], error: string) => scene.anyone.refused(demands, "demand", args, error);
    const [terms, words, , , ...rest] = ask(0);
    await refused([terms, [...words.slice(0, 5), Z0], false, ROOTS, ...rest], "Demand_WrongSpec");
    await refused([terms, words, false, [ROOT, FULL], ...rest], "Demand_WrongRoots");
    await refused([terms, words, true, ROOTS, ...rest], "Demand_WrongRoots");
    await refused(ask(0, 2), "Demand_NoSuchTensor");
    await refused(ask(0, 1, ASY_UNIT - 1n), "Demand_FeeTooLow");
  });

  test("K6: a thousand demands", async () => {
    await demand(scene.anyone, 0);
    const me = getAddress(scene.anyone.address);
    for (let index = 1; index < 1000; ++index) {
      await scene.anyone.refused(demands, "demand", ask(index), "Demand_AlreadyOpen", [me]);
    }
    for (let n = 5; n < 20; ++n) {
      const other = await new Actor(scene.world, n).funded(FEE);
      await approve(other);
      await demand(other, n);
    }
    await scene.provider.refused(demands, "demand", ask(0), "Demand_JobFull", [job.id, 16n]);
    assert.equal(await balance(demands.address), 16n * FEE);
    await scene.provider.send(demands, "answer", answer(1, TILES[0]!, [B, node(C, Z0)]));
    await demand(scene.provider, 0);
  });
});
