// The section `randomness`: a beacon on Chainlink's coordinator of VRF v2.5 itself, which gets a real proof and pays for it.
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { type Address, getAddress, type Hex, keccak256, numberToHex, toHex } from "viem";
import { readArtifact } from "../../scripts/deploy/artifacts.ts";
import type { DeployConfig } from "../../scripts/deploy/config.ts";
import { deploy, missingSteps } from "../../scripts/deploy/deploy.ts";
import { createCoordinator, FEE, LEAST_CONFIRMATIONS, randomnessOn, SECRET } from "../support/vrf.ts";
import { prove } from "../support/vrf-proof.ts";
import { createWorld, type Event, type Target, type World } from "../support/world.ts";
import { local } from "./chain.ts";

const TOPIC = keccak256(toHex("which of them"));

let world: World;
let coordinator: Target;
let asker: Address;
let node: Address;
let reset: () => Promise<void>;

before(async () => {
  world = await createWorld();
  [, asker, node] = world.accounts as [Address, Address, Address];
  coordinator = await createCoordinator(world);
  reset = await world.snapshot();
});
beforeEach(() => reset());
after(() => world.close());

const section = () => randomnessOn(coordinator);

/** The configuration that the world was deployed with, and the section. */
function withSection(randomness: NonNullable<DeployConfig["randomness"]>): DeployConfig {
  const { referee: _, ...config } = local();
  config.market = { ...config.market, tipBps: 0, burnBps: 0 };
  for (const token of config.market.tokens) delete token.feeRange;
  return { ...config, randomness };
}

async function deployWith(randomness = section()) {
  const clients = await world.clients();
  const result = await deploy({ ...clients, config: withSection(randomness), path: null });
  world.now = Number((await clients.publicClient.getBlock()).timestamp) + 1;
  return result;
}

async function beaconOf(randomness = section()): Promise<Target> {
  const { deployment } = await deployWith(randomness);
  const { address } = deployment.contracts.RandomnessBeacon!;
  return world.watch({ address, abi: readArtifact("RandomnessBeacon").abi });
}

test("a protocol without a beacon is given one by a later run, which is what the section says", async () => {
  const { deployment, sent } = await deployWith();
  assert.deepEqual(
    sent.map(({ step }) => step),
    ["create RandomnessBeacon"],
  );
  const { address, startBlock } = deployment.contracts.RandomnessBeacon!;
  assert.equal(startBlock, Number(sent[0]!.blockNumber));
  const beacon = { address, abi: readArtifact("RandomnessBeacon").abi };
  const names = ["COORDINATOR", "KEY_HASH", "CONFIRMATIONS", "TIMEOUT", "FEE"];
  const found = await Promise.all(names.map((name) => world.read(beacon, name)));
  assert.deepEqual(found, [getAddress(coordinator.address), section().keyHash, LEAST_CONFIRMATIONS, 30n, FEE]);
  const [, , , owner, consumers] = await world.read<readonly [bigint, bigint, bigint, Address, readonly Address[]]>(
    coordinator,
    "getSubscription",
    [await world.read<bigint>(beacon, "SUBSCRIPTION")],
  );
  assert.deepEqual([owner, consumers], [address, [address]], "nobody else can cancel it or spend from it");
  assert.deepEqual((await deployWith()).sent, []);
  const dearer = await deployWith({ ...section(), fee: 2n * FEE });
  assert.notEqual(dearer.deployment.contracts.RandomnessBeacon!.address, address, "another price is another beacon");
});

test("a coordinator that would never answer is refused before anything is sent, in a dry run too", async () => {
  const { publicClient } = await world.clients();
  const wrong: [Partial<ReturnType<typeof section>>, RegExp][] = [
    [{ coordinator: asker }, /no coordinator of VRF v2\.5/],
    [{ coordinator: world.asy.address }, /no coordinator of VRF v2\.5/],
    [{ confirmations: LEAST_CONFIRMATIONS - 1 }, /answers after 3 confirmations at the earliest, not 2/],
    [{ keyHash: keccak256("0x01") }, /has no proving key/],
  ];
  for (const [change, message] of wrong) {
    const config = withSection({ ...section(), ...change });
    const refusal = { code: "DEPLOY-016", message };
    await assert.rejects(missingSteps({ publicClient, config, deployer: world.deployer }), refusal);
    await assert.rejects(deployWith({ ...section(), ...change }), refusal);
  }
});

interface Asked {
  draw: Hex;
  request: Event["args"];
  block: number;
}

async function ask(beacon: Target): Promise<Asked> {
  const { events, hash } = await world.send(asker, beacon, "ask", [TOPIC], FEE);
  const { draw } = events.find(({ name }) => name === "DrawAsked")!.args as { draw: Hex };
  const { args } = events.find(({ name }) => name === "RandomWordsRequested")!;
  const mined = (await world.provider.request({ method: "eth_getTransactionReceipt", params: [hash] })) as {
    blockNumber: Hex;
  };
  return { draw, request: args, block: Number(mined.blockNumber) };
}

/** The coordinator's node answers. @param change of the proof */
async function answer({ request, block }: Asked, change: (proof: object) => object = (proof) => proof) {
  const params = [numberToHex(block), false];
  const { hash } = (await world.provider.request({ method: "eth_getBlockByNumber", params })) as { hash: Hex };
  const { proof, word } = prove(SECRET, request.preSeed as bigint, hash);
  const { subId, callbackGasLimit, numWords, sender, extraArgs } = request;
  const commitment = { blockNum: BigInt(block), subId, callbackGasLimit, numWords, sender, extraArgs };
  const receipt = await world.send(node, coordinator, "fulfillRandomWords", [change(proof), commitment, false]);
  return { receipt, word, fulfilled: receipt.events.find(({ name }) => name === "RandomWordsFulfilled")!.args };
}

test("the coordinator takes the request, its proof decides the word, the subscription pays in native coin", async () => {
  const beacon = await beaconOf();
  const asked = await ask(beacon);
  const one = (proof: object) => ({ ...proof, s: (proof as { s: bigint }).s + 1n });
  await assert.rejects(answer(asked, one), "another proof is none");
  const { receipt, word, fulfilled } = await answer(asked);
  assert.equal(fulfilled.success, true, "within the gas that the beacon asked for");
  assert.equal(await world.read<Hex>(beacon, "wordOf", [asked.draw]), word);
  const [link, native] = await world.read<readonly bigint[]>(coordinator, "getSubscription", [fulfilled.subId]);
  assert.deepEqual([link, native], [0n, FEE - (fulfilled.payment as bigint)]);
  assert.ok(receipt.gasUsed < 300_000n, `${receipt.gasUsed} gas`);
  await assert.rejects(answer(asked), { errorName: "NoCorrespondingRequest" });
});

test("an answer that comes too late is paid for and ignored", async () => {
  const beacon = await beaconOf();
  const asked = await ask(beacon);
  const [answerUntil] = await world.read<readonly [bigint, bigint]>(beacon, "stateOf", [asked.draw]);
  const head = BigInt((await world.provider.request({ method: "eth_blockNumber" })) as Hex);
  await world.provider.request({ method: "hardhat_mine", params: [numberToHex(answerUntil - head)] });
  world.now += Number(answerUntil - head);
  const { receipt, fulfilled } = await answer(asked);
  assert.equal(fulfilled.success, true);
  assert.deepEqual(receipt.events.find(({ name }) => name === "AnswerIgnored")?.args, { draw: asked.draw });
  await assert.rejects(world.read(beacon, "wordOf", [asked.draw]), { errorName: "Beacon_NotDrawn" });
});
