import { request } from "node:http";
import {
  type Address,
  decodeEventLog,
  encodeFunctionData,
  type Hex,
  hexToBigInt,
  keccak256,
  numberToHex,
  toHex,
  zeroHash,
} from "viem";
import {
  jobMarketplaceAbi,
  POLICY,
  packJobSpec,
  packJobTerms,
  resultCommitment,
  type TermsWords,
} from "../../sdk/src/index.ts";
import { ASY, type Market } from "./harness.ts";

/** A submitted job with the words that settle it. */
export interface DueJob {
  id: Hex;
  terms: TermsWords;
  run: bigint;
  commitment: Hex;
  /** Chain time from which on it can be paid. */
  due: number;
}

export interface ManyJobs {
  count: number;
  /** Test accounts of the requester and of a provider with stake enough. */
  requester: number;
  provider: number;
  /** Seconds from the result of job `index` to its payment, 0 to 2^24 - 1. */
  windowOf: (index: number) => number;
}

const PER_BATCH = 100;
const PRICE = ASY("2");
const GAS = numberToHex(16_000_000);
/** One segment, so that there is no run root. What it says does not matter: nobody challenges it. */
export const SPEC = {
  programHash: keccak256("0x01"),
  dataRoot: keccak256("0x02"),
  initState: keccak256("0x03"),
  steps: 10,
  segmentLength: 32,
  outIdx: 2,
  stateCount: 3,
  rulesVersion: 1,
  refSeconds: 1,
  inputs: keccak256("0x04"),
  judge: `0x${"00".repeat(20)}` as Address,
};
const FINAL = keccak256(toHex("any"));

/** Posts, claims and submits many jobs, as many to a transaction and a block as fit. What they say does not matter. */
export async function submitMany(
  market: Pick<Market, "chain" | "deployment" | "client">,
  args: ManyJobs,
): Promise<DueJob[]> {
  const { chain, deployment } = market;
  const [requester, provider] = [args.requester, args.provider].map((n) => chain.wallet(n).account.address) as [
    Address,
    Address,
  ];
  const to = deployment.contracts.JobMarketplace.address;
  const { terms: first } = await market.client(args.requester).preparePostJob({
    spec: SPEC,
    price: PRICE,
    policy: POLICY.window,
    runTime: 86_400,
  });
  const words = Array.from({ length: args.count }, (_, index) => {
    return packJobTerms({ ...first, lane: first.lane + index, window: args.windowOf(index) });
  });
  const specWords = packJobSpec(SPEC);
  const send = (from: Address, data: Hex) => ({ from, to, data, gas: GAS });
  const encode = (functionName: string, values: readonly unknown[]) =>
    encodeFunctionData({ abi: jobMarketplaceAbi, functionName, args: values } as never);
  const groups = chunks(words, PER_BATCH);
  await sendAll(
    market,
    groups.map((group) => send(requester, encode("postBatch", [group.map((terms) => ({ terms, spec: specWords }))]))),
    2,
  );
  const claims = groups.map((group) => send(provider, encode("claimBatch", [group, provider])));
  const claimed = new Map<Hex, { run: bigint; nonce: Hex }>();
  for (const { topics, data } of await sendAll(market, claims, 2)) {
    const event = readEvent(topics, data);
    if (event?.eventName !== "JobClaimed") continue;
    const { id, run, nonce } = event.args as { id: Hex; run: bigint; nonce: Hex };
    claimed.set(id, { run, nonce });
  }
  const ids = words.map((terms) => keccakOf(terms));
  const submissions = words.map((terms, index) => {
    const { run, nonce } = claimed.get(ids[index]!)!;
    return send(provider, encode("submit", [terms, run, nonce, zeroHash, FINAL, keccak256("0x06")]));
  });
  const times = new Map<Hex, number>();
  for (const log of await sendAll(
    market,
    submissions.map((call) => ({ ...call, gas: numberToHex(120_000) })),
    200,
  )) {
    const event = readEvent(log.topics, log.data);
    if (event?.eventName === "ResultSubmitted") times.set((event.args as { id: Hex }).id, log.time);
  }
  return words.map((terms, index) => {
    const id = ids[index]!;
    const { run, nonce } = claimed.get(id)!;
    const at = times.get(id)!;
    const claimedAt = Number((run >> 56n) & ((1n << 40n) - 1n));
    return {
      id,
      terms,
      run: run | (BigInt(at - claimedAt) << 32n),
      commitment: resultCommitment({ id, nonce, runRoot: zeroHash, finalState: FINAL }),
      due: at + args.windowOf(index),
    };
  });
}

interface TimedLog {
  topics: [Hex, ...Hex[]];
  data: Hex;
  time: number;
}

/** Sends from unlocked accounts, so many to a block, and returns the logs. */
async function sendAll(market: Pick<Market, "chain">, calls: readonly object[], perBlock: number): Promise<TimedLog[]> {
  const logs: TimedLog[] = [];
  for (const group of chunks(calls, perBlock)) {
    await rpc(market, [{ method: "evm_setAutomine", params: [false] }]);
    const hashes = (await rpc(
      market,
      group.map((call) => ({ method: "eth_sendTransaction", params: [call] })),
    )) as Hex[];
    await rpc(market, [
      { method: "evm_setAutomine", params: [true] },
      { method: "evm_mine", params: [] },
    ]);
    const receipts = (await rpc(
      market,
      hashes.map((hash) => ({ method: "eth_getTransactionReceipt", params: [hash] })),
    )) as { status: Hex; blockNumber: Hex; logs: { topics: [Hex, ...Hex[]]; data: Hex }[] }[];
    const blocks = new Map<Hex, number>();
    for (const { status, blockNumber, logs: found } of receipts) {
      if (status !== "0x1") throw new Error("a transaction of the set-up reverted");
      if (!blocks.has(blockNumber)) {
        const [block] = (await rpc(market, [{ method: "eth_getBlockByNumber", params: [blockNumber, false] }])) as {
          timestamp: Hex;
        }[];
        blocks.set(blockNumber, Number(hexToBigInt(block!.timestamp)));
      }
      for (const { topics, data } of found) logs.push({ topics, data, time: blocks.get(blockNumber)! });
    }
  }
  return logs;
}

/** One request for many calls. */
async function rpc(
  market: Pick<Market, "chain">,
  calls: readonly { method: string; params: readonly unknown[] }[],
): Promise<unknown[]> {
  const body = JSON.stringify(calls.map((call, id) => ({ jsonrpc: "2.0", id, ...call })));
  const results = JSON.parse(await post(market.chain.url, body)) as {
    id: number;
    result?: unknown;
    error?: { message: string };
  }[];
  return results
    .sort((a, b) => a.id - b.id)
    .map(({ result, error }) => {
      if (error) throw new Error(error.message);
      return result;
    });
}

/** By a connection of its own: one that is kept may be closed by the other side in the moment of its use. */
function post(url: string, body: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "application/json" };
    const sent = request(url, { method: "POST", headers, agent: false }, (response) => {
      const parts: Buffer[] = [];
      response.on("data", (part: Buffer) => parts.push(part));
      response.on("end", () => resolve(Buffer.concat(parts).toString()));
      response.on("error", reject);
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

function readEvent(topics: [Hex, ...Hex[]], data: Hex) {
  try {
    return decodeEventLog({ abi: jobMarketplaceAbi, topics, data });
  } catch {
    return undefined;
  }
}

function keccakOf(terms: TermsWords): Hex {
  return keccak256(`0x${terms.map((word) => word.toString(16).padStart(64, "0")).join("")}`);
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, n) => items.slice(n * size, (n + 1) * size));
}
