// One word for each asker and topic, from Chainlink's coordinator or from a block named before: nobody chooses, nobody waits.
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import {
  type Address,
  encodeAbiParameters,
  type Hex,
  keccak256,
  numberToHex,
  parseEther,
  toHex,
  toRlp,
  zeroAddress,
} from "viem";
import { compileChainlink } from "../../support/chainlink.ts";
import { createWorld, type Target, type World } from "../../support/world.ts";

const SOURCE = "verification/RandomnessBeacon.sol";
/** Answers what a test tells it to; the coordinator itself is in test/deploy/randomness.test.ts. */
const { VRFCoordinatorV2_5Mock: vrfMock } = compileChainlink({ VRFCoordinatorV2_5Mock: "vrf/mocks" }, 1_000);
const KEY_HASH = keccak256("0x01");
const CONFIRMATIONS = 3;
const TIMEOUT = 20;
const FEE = parseEther("0.01");
const TOPIC = keccak256(toHex("which of them"));

let world: World;
let vrf: Target;
let beacon: Target;
let asker: Address;
let stranger: Address;
let reset: () => Promise<void>;

before(async () => {
  world = await createWorld();
  vrf = await world.createFrom(vrfMock, [parseEther("0.001"), 1_000_000_000n, 4_000_000_000_000_000n]);
  beacon = await world.create(SOURCE, [vrf.address, KEY_HASH, CONFIRMATIONS, TIMEOUT, FEE]);
  [, asker, stranger] = world.accounts as [Address, Address, Address];
  reset = await world.snapshot();
});
beforeEach(() => reset());
after(() => world.close());

interface Asked {
  draw: Hex;
  requestId: bigint;
  fallbackBlock: number;
}

async function ask(topic: Hex = TOPIC, from: Address = asker): Promise<Asked> {
  const { events } = await world.send(from, beacon, "ask", [topic], FEE);
  const asked = events.find(({ name }) => name === "DrawAsked")!.args as { draw: Hex; fallbackBlock: bigint };
  const requested = events.find(({ name }) => name === "RandomWordsRequested")!.args as { requestId: bigint };
  return { draw: asked.draw, requestId: requested.requestId, fallbackBlock: Number(asked.fallbackBlock) };
}

const answer = ({ requestId }: Asked, words: readonly bigint[] = []) =>
  world.send(stranger, vrf, "fulfillRandomWordsWithOverride", [requestId, beacon.address, words]);
const wordOf = ({ draw }: Asked) => world.read<Hex>(beacon, "wordOf", [draw]);
const refused = (functionName: string, args: readonly unknown[], error: string, from = stranger) =>
  world.refused(from, beacon, [functionName, args], error);
const request = (method: string, params: unknown[]) => world.provider.request({ method, params });
const head = async () => Number(await request("eth_blockNumber", []));

/** Mines until `number` is the last block. */
async function mineTo(number: number): Promise<void> {
  await request("hardhat_mine", [numberToHex(number - (await head()))]);
  world.now = Number(((await request("eth_getBlockByNumber", ["latest", false])) as { timestamp: Hex }).timestamp) + 1;
}

/** A block's header, RLP, and its prevrandao. */
async function headerOf(number: number): Promise<{ header: Hex; prevrandao: Hex; hash: Hex }> {
  const block = (await request("eth_getBlockByNumber", [numberToHex(number), false])) as Record<string, Hex>;
  const scalar = (name: string): Hex => (BigInt(block[name]!) === 0n ? "0x" : toHex(BigInt(block[name]!)));
  const fields: Hex[] = [
    ...["parentHash", "sha3Uncles", "miner", "stateRoot", "transactionsRoot", "receiptsRoot", "logsBloom"].map(
      (name) => block[name]!,
    ),
    ...["difficulty", "number", "gasLimit", "gasUsed", "timestamp"].map(scalar),
    ...["extraData", "mixHash", "nonce"].map((name) => block[name]!),
    scalar("baseFeePerGas"),
    block.withdrawalsRoot!,
    ...["blobGasUsed", "excessBlobGas"].map(scalar),
    block.parentBeaconBlockRoot!,
    ...(block.requestsHash ? [block.requestsHash] : []),
  ];
  return { header: toRlp(fields), prevrandao: block.mixHash!, hash: block.hash! };
}

test("RND-01, RND-02 asked and paid once, answered by the coordinator once", async () => {
  const asked = await ask();
  await refused("wordOf", [asked.draw], "Beacon_NotDrawn");
  await refused("rawFulfillRandomWords", [asked.requestId, [7n]], "Beacon_NotCoordinator");
  const { events } = await answer(asked, [7n]);
  assert.equal(events.find(({ name }) => name === "RandomWordsFulfilled")?.args.success, true);
  assert.equal(await wordOf(asked), numberToHex(7, { size: 32 }));
  await assert.rejects(world.send(asker, beacon, "ask", [TOPIC], FEE), { errorName: "Beacon_AlreadyAsked" });
  await refused("drawFromHeader", [asked.draw, "0x"], "Beacon_AlreadyDrawn");
  await refused("postpone", [asked.draw], "Beacon_AlreadyDrawn");
  const [, native] = await world.read<readonly [bigint, bigint]>(vrf, "getSubscription", [
    await world.read<bigint>(beacon, "SUBSCRIPTION"),
  ]);
  assert.ok(native > 0n && native < FEE, "native coin paid for it; what is left is for later draws");
});

test("RND-01 the price is fixed, and nobody asks in another's place", async () => {
  for (const value of [0n, FEE - 1n, FEE + 1n]) {
    await assert.rejects(world.send(asker, beacon, "ask", [TOPIC], value), { errorName: "Beacon_WrongFee" });
  }
  const theirs = await ask(TOPIC, stranger);
  const mine = await ask();
  assert.notEqual(mine.draw, theirs.draw);
  assert.equal(mine.draw, await world.read<Hex>(beacon, "drawOf", [asker, TOPIC]));
  const unknown = keccak256("0x99");
  await refused("drawFromHeader", [unknown, "0x"], "Beacon_NotAsked");
  await refused("postpone", [unknown], "Beacon_NotAsked");
});

test("RND-03 a silent coordinator: the named block's prevrandao decides, whoever brings it and whenever", async () => {
  const asked = await ask();
  await mineTo(asked.fallbackBlock - 1);
  await refused("drawFromHeader", [asked.draw, "0x"], "Beacon_TooEarly");
  await mineTo(asked.fallbackBlock + 5);
  const { header, prevrandao, hash } = await headerOf(asked.fallbackBlock);
  assert.equal(keccak256(header), hash, "the header is whole");
  const another = await headerOf(asked.fallbackBlock + 1);
  await refused("drawFromHeader", [asked.draw, another.header], "Beacon_WrongHeader");
  await refused("drawFromHeader", [asked.draw, `${header}00`], "Beacon_WrongHeader");
  await world.send(stranger, beacon, "drawFromHeader", [asked.draw, header]);
  const chainId = BigInt((await request("eth_chainId", [])) as Hex);
  const parts = ["uint256", "address", "bytes32", "bytes32"].map((type) => ({ type }));
  assert.equal(
    await wordOf(asked),
    keccak256(encodeAbiParameters(parts, [chainId, beacon.address, asked.draw, prevrandao])),
  );
});

test("RND-04 once the fallback block can be seen, the coordinator's word is without effect: nobody has two to choose from", async () => {
  const open = await ask();
  await mineTo(open.fallbackBlock - 2);
  await answer(open, [1n]);
  assert.equal(await wordOf(open), numberToHex(1, { size: 32 }), "in the last block before it still counts");

  const late = await ask(keccak256("0x02"));
  await mineTo(late.fallbackBlock - 1);
  const { events } = await answer(late, [1n]);
  assert.ok(events.some(({ name }) => name === "AnswerIgnored"));
  await refused("wordOf", [late.draw], "Beacon_NotDrawn");
  const { header } = await headerOf(late.fallbackBlock);
  await world.send(stranger, beacon, "drawFromHeader", [late.draw, header]);
  assert.notEqual(await wordOf(late), numberToHex(1, { size: 32 }));
});

test("RND-05 a hash that the chain has forgotten: another block is named, and the coordinator stays out", async () => {
  const asked = await ask();
  await refused("postpone", [asked.draw], "Beacon_NotForgotten");
  await mineTo(asked.fallbackBlock + 1);
  await refused("postpone", [asked.draw], "Beacon_NotForgotten");
  const { header } = await headerOf(asked.fallbackBlock);
  await mineTo(asked.fallbackBlock + 8_300);
  await refused("drawFromHeader", [asked.draw, header], "Beacon_HashForgotten");
  const postponed = await world.send(stranger, beacon, "postpone", [asked.draw]);
  const next = Number(postponed.events.find(({ name }) => name === "FallbackPostponed")!.args.fallbackBlock);
  assert.equal(next, (await head()) + TIMEOUT);
  assert.ok((await answer(asked, [9n])).events.some(({ name }) => name === "AnswerIgnored"));
  await mineTo(next);
  await world.send(stranger, beacon, "drawFromHeader", [asked.draw, (await headerOf(next)).header]);
  await wordOf(asked);
});

test("RND-06 an empty subscription or a reorganisation costs the coordinator's word, never the draw", async () => {
  const undo = await world.snapshot();
  const before = await ask();
  await undo();
  const again = await ask();
  assert.equal(again.draw, before.draw, "asked again on the other fork, as if for the first time");
  const dear = await world.createFrom(vrfMock, [FEE * 2n, 1n, 1n]);
  const poor = await world.create(SOURCE, [dear.address, KEY_HASH, CONFIRMATIONS, TIMEOUT, FEE]);
  const { events } = await world.send(asker, poor, "ask", [TOPIC], FEE);
  const { draw, fallbackBlock } = events.find(({ name }) => name === "DrawAsked")!.args as Record<string, never>;
  const requestId = events.find(({ name }) => name === "RandomWordsRequested")!.args.requestId;
  await world.refused(stranger, dear, ["fulfillRandomWords", [requestId, poor.address]], "InsufficientBalance");
  await mineTo(Number(fallbackBlock));
  await world.send(stranger, poor, "drawFromHeader", [draw, (await headerOf(Number(fallbackBlock))).header]);
  assert.notEqual(await world.read<Hex>(poor, "wordOf", [draw]), numberToHex(0, { size: 32 }));
});

test("it cannot be made without a coordinator, or with a fallback that comes too soon", async () => {
  const make = (coordinator: Address, timeout: number) =>
    world.create(SOURCE, [coordinator, KEY_HASH, CONFIRMATIONS, timeout, FEE]);
  await assert.rejects(make(zeroAddress, TIMEOUT), { errorName: "Beacon_ZeroAddress" });
  await assert.rejects(make(vrf.address, 2 * CONFIRMATIONS), { errorName: "Beacon_TimeoutTooShort" });
});
