// A dApp that uses ethers: whole jobs with the exported ABIs and EIP-712 types, and none of the sdk's functions. Words are
// packed as docs/spec/commitments.md lays them out.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import {
  BrowserProvider,
  Contract,
  type ContractTransactionResponse,
  concat,
  hexlify,
  type JsonRpcSigner,
  keccak256,
  type LogDescription,
  type Result,
  randomBytes,
  Signature,
  solidityPacked,
  ZeroAddress,
  ZeroHash,
} from "ethers";
import {
  assayTokenAbi,
  bidTypes,
  erc20Abi,
  erc20PermitAbi,
  jobMarketplaceAbi,
  orderTypes,
  permitTypes,
  stakingManagerAbi,
} from "../../sdk/src/index.ts";
import { createNetwork, type Network } from "./harness.ts";

const ASY = 10n ** 18n;
const PRICE = 100n * ASY;
const BOND = 10n * ASY;
const WINDOW = 60;
const FEE_BPS = 250;
const SPARE = "0x00000000";

let network: Network;
let requester: JsonRpcSigner;
let provider: JsonRpcSigner;
let keeper: JsonRpcSigner;
/** Contracts as anybody reads them; `connect` makes them a signer's. */
let market: Contract;
let token: Contract;
let staking: Contract;
let chainId: bigint;

before(async () => {
  network = await createNetwork();
  const { deployment } = network;
  // blocks are mined on demand here: nothing may be answered from a cache
  const rpc = new BrowserProvider(network.provider, undefined, { cacheTimeout: -1 });
  rpc.pollingInterval = 20;
  [keeper, requester, provider] = await Promise.all([rpc.getSigner(0), rpc.getSigner(1), rpc.getSigner(2)]);
  const at = (name: string) => deployment.contracts[name]!.address;
  market = new Contract(at("JobMarketplace"), jobMarketplaceAbi, rpc);
  token = new Contract(at("AssayToken"), [...assayTokenAbi, ...erc20PermitAbi], rpc);
  staking = new Contract(at("StakingManager"), stakingManagerAbi, rpc);
  chainId = (await rpc.getNetwork()).chainId;
  for (const signer of [requester, provider]) await send(token, keeper, "transfer", signer.address, 10_000n * ASY);
  await send(token, provider, "approve", await staking.getAddress(), 1_000n * ASY);
  await send(staking, provider, "stakeFor", provider.address, 1_000n * ASY);
});
after(() => network.close());

/** Sends a call of a contract and returns its event of this name, decoded by the contract's ABI. */
async function send(contract: Contract, signer: JsonRpcSigner, name: string, ...args: unknown[]): Promise<Result[]> {
  const method = contract.connect(signer) as Contract;
  const sent = (await method.getFunction(name)(...args)) as ContractTransactionResponse;
  const receipt = await sent.wait();
  assert.equal(receipt?.status, 1, name);
  return receipt.logs
    .map((log) => contract.interface.parseLog(log))
    .filter((found): found is LogDescription => found !== null)
    .map((found) => found.args);
}

/** The outcome of a call as its last event tells it. */
async function outcome(signer: JsonRpcSigner, name: string, ...args: unknown[]): Promise<Result> {
  return (await send(market, signer, name, ...args)).at(-1)!;
}

async function now(): Promise<number> {
  return (await keeper.provider.getBlock("latest"))!.timestamp;
}

interface Draft {
  fields: Record<string, unknown>;
  terms: bigint[];
  spec: string[];
  id: string;
}

/** A job's words, made by hand. */
async function draft(lane: number, rule: { until?: number; weight?: number } = {}): Promise<Draft> {
  const spec = [
    ...[1, 2, 3].map(() => hexlify(randomBytes(32))),
    // steps, segmentLength, outIdx, stateCount, rulesVersion, refSeconds, spare
    solidityPacked(["uint64", "uint16", "uint16", "uint16", "uint16", "uint40", "uint88"], [100, 32, 2, 3, 1, 60, 0]),
    hexlify(randomBytes(32)),
    ZeroHash,
  ];
  const fields = {
    requester: requester.address,
    maxPrice: PRICE,
    token: await token.getAddress(),
    minPrice: rule.until ? 1n : PRICE,
    bond: BOND,
    rampStart: rule.until ?? 0,
    rampLength: 0,
    claimBy: (await now()) + 3_600,
    runTime: 600,
    feeBps: FEE_BPS,
    minReputation: 0,
    provider: ZeroAddress,
    generation: 1,
    lane,
    window: WINDOW,
    policy: 1,
    specHash: keccak256(concat(spec)),
    minStake: 0n,
    capabilities: 0n,
    memoryClass: 0,
    rule: rule.until ? 1 : 0,
  };
  const f = fields;
  const words = [
    solidityPacked(["address", "uint96"], [f.requester, f.maxPrice]),
    solidityPacked(["address", "uint96"], [f.token, f.minPrice]),
    solidityPacked(
      ["uint96", "uint40", "uint24", "uint40", "uint24", "uint16", "uint16"],
      [f.bond, f.rampStart, f.rampLength, f.claimBy, f.runTime, f.feeBps, f.minReputation],
    ),
    solidityPacked(
      ["address", "uint32", "uint16", "uint24", "uint16", "uint8"],
      [f.provider, f.generation, f.lane, f.window, f.policy, 2],
    ),
    f.specHash,
    solidityPacked(
      ["uint96", "uint64", "uint8", "uint8", "uint16", "uint16", "uint16", "bytes4"],
      [f.minStake, f.capabilities, f.memoryClass, f.rule, rule.weight ?? 0, 0, 0, SPARE],
    ),
  ];
  return { fields, terms: words.map(BigInt), spec, id: keccak256(concat(words)) };
}

/** From the claim to the money in the provider's wallet. */
async function deliver({ terms, id }: Draft, claim: Result): Promise<void> {
  assert.equal(claim.id, id);
  const [runRoot, finalState, digest] = [1, 2, 3].map(() => hexlify(randomBytes(32))) as [string, string, string];
  await outcome(provider, "submit", terms, claim.run, claim.nonce, runRoot, finalState, digest);
  const claimedAt = Number((claim.run >> 56n) & ((1n << 40n) - 1n));
  const span = BigInt((await now()) - claimedAt);
  const run = claim.run | (span << 32n);
  const commitment = keccak256(concat(["0x0b", id, claim.nonce, runRoot, finalState]));
  const early = market.connect(keeper) as Contract;
  await assert.rejects(early.getFunction("finalize").staticCall(terms, run, commitment), (error: { data?: string }) => {
    assert.equal(market.interface.parseError(error.data!)?.name, "Market_TooEarly", "errors are in the ABI");
    return true;
  });
  await network.pass(WINDOW);
  const paid = await outcome(keeper, "finalize", terms, run, commitment);
  assert.equal(paid.price, claim.price);
  assert.equal(paid.fee, (claim.price * BigInt(FEE_BPS)) / 10_000n);
  const { net } = await outcome(keeper, "collect", await token.getAddress(), provider.address);
  assert.equal(net, paid.price - paid.fee);
  const before = await token.getFunction("balanceOf")(provider.address);
  await outcome(provider, "withdraw", await token.getAddress(), provider.address, net);
  assert.equal((await token.getFunction("balanceOf")(provider.address)) - before, net);
}

/** A contract's EIP-712 domain, from the contract (EIP-5267). */
async function domainOf(contract: Contract) {
  const [, name, version, , verifyingContract] = await contract.getFunction("eip712Domain")();
  return { name, version, chainId, verifyingContract };
}

/** viem's types are constant, ethers takes mutable arrays. */
const typesOf = (types: object) => JSON.parse(JSON.stringify(types));

describe("an ethers client does whole jobs with nothing but ABIs and EIP-712 types", () => {
  test("permit, post, claim, submit, finalize, collect, withdraw", async () => {
    const [spender, deadline] = [await market.getAddress(), (await now()) + 3_600];
    const nonce = await token.getFunction("nonces")(requester.address);
    const permit = { owner: requester.address, spender, value: 2n * PRICE, nonce, deadline };
    const { v, r, s } = Signature.from(
      await requester.signTypedData(await domainOf(token), typesOf(permitTypes), permit),
    );
    await outcome(requester, "depositWithPermit", await token.getAddress(), 2n * PRICE, deadline, v, r, s);
    assert.equal(await market.getFunction("balanceOf")(await token.getAddress(), requester.address), 2n * PRICE);
    const job = await draft(0);
    const posted = await outcome(requester, "postJob", job.terms, job.spec);
    assert.deepEqual([...posted.terms], job.terms);
    const [claim] = (await send(market, provider, "claim", job.terms, provider.address)).slice(-1);
    await deliver(job, claim!);
  });

  test("approval, and a job by signed order", async () => {
    await send(
      new Contract(await token.getAddress(), erc20Abi),
      requester,
      "approve",
      await market.getAddress(),
      PRICE,
    );
    await outcome(requester, "deposit", await token.getAddress(), requester.address, PRICE);
    const job = await draft(1);
    const epoch = await market.getFunction("epochOf")(requester.address);
    const order = { ...job.fields, epoch };
    const signature = await requester.signTypedData(await domainOf(market), typesOf(orderTypes), order);
    const nonces = await keeper.provider.getTransactionCount(requester.address);
    const claim = await outcome(provider, "claimOrder", job.terms, job.spec, provider.address, signature);
    await deliver(job, claim);
    assert.equal(await keeper.provider.getTransactionCount(requester.address), nonces, "the requester sent nothing");
  });

  test("a job by signed bid, brought and awarded by somebody else", async () => {
    await send(token, requester, "approve", await market.getAddress(), PRICE);
    await outcome(requester, "deposit", await token.getAddress(), requester.address, PRICE);
    const until = (await now()) + 600;
    const job = await draft(2, { until, weight: 1 });
    await outcome(requester, "postJob", job.terms, job.spec);
    const bid = {
      provider: provider.address,
      bidder: provider.address,
      price: 40n * ASY,
      expiry: job.fields.claimBy as number,
    };
    const epoch = await market.getFunction("epochOf")(provider.address);
    const typed = { job: job.id, ...bid, epoch };
    const signature = await provider.signTypedData(await domainOf(market), typesOf(bidTypes), typed);
    const none = { provider: ZeroAddress, bidder: ZeroAddress, quote: 0n, score: 0n };
    const placed = await outcome(keeper, "placeBid", job.terms, none, bid, signature);
    const { provider: by, bidder, quote, score } = placed;
    await network.pass(601);
    const claim = await outcome(keeper, "award", job.terms, { provider: by, bidder, quote, score });
    assert.ok(claim.price >= bid.price && claim.price < bid.price + bid.price / 1_000_000n);
    await deliver(job, claim);
  });
});
