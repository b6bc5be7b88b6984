// What becomes of a settlement that was mined in vain, with a sender that keeps keys as the real one does.
import assert from "node:assert/strict";
import { test } from "node:test";
import { type TxEntry, TxRevertedError, type TxStatus } from "@assay/daemon-kit";
import { type Job, jobMarketplaceAbi, NO_DEMANDS } from "@assay/sdk";
import {
  type Address,
  concat,
  encodeErrorResult,
  encodeEventTopics,
  encodeFunctionResult,
  type Hex,
  keccak256,
  numberToHex,
  pad,
} from "viem";
import type { KeeperContext } from "../../bot.ts";
import { Waiting } from "../../duty/waiting.ts";
import { type SettleDeps, type SettleNote, settle } from "./act.ts";
import type { SettleAction } from "./decide.ts";

const address = (n: number): Address => pad(numberToHex(n), { size: 20 });
const word = (n: number): Hex => keccak256(numberToHex(n));
const MARKET = address(0xa5);
const TOO_EARLY = encodeErrorResult({ abi: jobMarketplaceAbi, errorName: "Market_TooEarly", args: [2n, 1n] });

const terms = {
  ...{ requester: address(1), provider: address(2), token: address(3), specHash: word(4), judge: address(0) },
  ...{ maxPrice: 5n, minPrice: 5n, bond: 5n, rampStart: 0, rampLength: 0, claimBy: 1000, runTime: 60, window: 60 },
  ...NO_DEMANDS,
  ...{ feeBps: 0, minReputation: 0, generation: 1, lane: 0, policy: 1, version: 2 },
};
const run = { provider: address(2), claimedAt: 1000, span: 0, rescued: 0, quote: 0 };
const jobOf = (n: number, status: string) =>
  ({
    ...{ id: word(n), status, terms, run, nonce: word(n + 100), claimer: address(2), commitment: word(n + 200) },
    ...{ runRoot: word(5), finalState: word(6), outputDigest: word(7), provider: address(2) },
  }) as unknown as Job;

const finalized = {
  address: MARKET,
  topics: encodeEventTopics({
    ...{ abi: jobMarketplaceAbi, eventName: "JobFinalized", args: { id: word(1), provider: address(2) } },
  }),
  data: concat([pad("0x05"), pad("0x00")]),
};

/**
 * A chain on which every simulation passes.
 * @param ends of the transactions: in a block, with so many jobs finalized, or reverted with this data
 */
function scene(jobs: readonly Job[], tipBps: number, ...ends: (number | Hex)[]) {
  const entries = new Map<string, TxEntry>();
  const receipts = new Map<string, unknown>();
  const sent: string[] = [];
  const settled: number[] = [];
  const setStatus = (key: string, status: TxStatus) => void entries.set(key, { key, status } as TxEntry);
  const reverted = (key: string, data?: Hex) =>
    new TxRevertedError({ key } as TxEntry, word(9), "reverted", undefined, data);
  const send = async ({ key }: { key: string }) => {
    if (entries.get(key)?.status === "failed") throw reverted(key);
    if (entries.get(key)?.status === "mined") return receipts.get(key);
    sent.push(key);
    const end = ends.shift();
    setStatus(key, typeof end === "number" ? "mined" : "failed");
    if (typeof end !== "number") throw reverted(key, end);
    receipts.set(key, {
      transactionHash: word(8),
      gasUsed: 1n,
      effectiveGasPrice: 1n,
      logs: Array(end).fill(finalized),
    });
    return receipts.get(key);
  };
  const index = {
    get: (id: Hex) => jobs.find((job) => job.id === id),
    reload: async () => {},
    reloadAll: async () => {},
  };
  const answer = encodeFunctionResult({
    abi: jobMarketplaceAbi,
    functionName: "finalizeBatch",
    result: BigInt(jobs.length),
  });
  const context = {
    client: { deployment: { contracts: { JobMarketplace: { address: MARKET } } } },
    config: { settle: { mode: "auto" } },
    rpc: { call: async () => ({ data: answer }) },
    account: { address: address(1) },
    approvals: { all: () => [], drop() {} },
    duties: { waiting: { set() {} } },
    turns: { lasts: () => true },
    budget: { charge: () => 1n },
    metrics: { gasSpent: { inc() {} } },
    log: { info() {}, warn() {} },
    journal: { get: (key: string) => entries.get(key), setStatus },
    ...{ sender: { send }, index },
  } as unknown as KeeperContext;
  const notes = new Map<Hex, SettleNote>(jobs.map(({ id }) => [id, { notBefore: 0, rejected: false }]));
  const metrics = { settled: { inc: (_: unknown, n = 1) => settled.push(n) }, lost: { inc() {} } };
  const waiting = new Waiting(context, "settle");
  const note = (id: Job["id"]) => notes.get(id)!;
  const deps = { context, metrics, note, now: () => 5000, tipBps: () => tipBps, waiting };
  return { deps: deps as unknown as SettleDeps, sent, settled, notes };
}

test("what reverted is tried again under a key of its own: finalize, expire, cancel, reject", async () => {
  const ways: [SettleAction["type"], string, string][] = [
    ["finalize", "submitted", `settle:finalize:${keccak256(word(201))}`],
    ["expire", "claimed", `settle:expire:${word(1)}:${word(101)}`],
    ["cancel", "open", `settle:cancel:${word(1)}`],
    ["reject", "submitted", `settle:reject:${word(201)}`],
  ];
  for (const [type, status, key] of ways) {
    const { deps, sent, settled, notes } = scene([jobOf(1, status)], 0, TOO_EARLY, "0x", 1);
    const action = (type === "finalize" ? { type, ids: [word(1)] } : { type, id: word(1) }) as SettleAction;
    await settle(deps, action);
    assert.equal(notes.get(word(1))?.notBefore, 5001, "too early is soon not too early");
    for (let n = 0; n < 2; n++) await settle(deps, action);
    assert.deepEqual(sent, [key, `${key}:2`, `${key}:3`]);
    assert.deepEqual(settled, [1], type);
  }
});

test("a batch that was mined and skipped all is no deed that is done; one that settled some is", async () => {
  const jobs = [jobOf(1, "submitted"), jobOf(2, "submitted")];
  const { deps, sent, settled, notes } = scene(jobs, 100, 0, 0, 2);
  const action = { type: "finalize", ids: jobs.map(({ id }) => id) } as SettleAction;
  for (let n = 0; n < 4; n++) await settle(deps, action);
  const [key] = sent as [string];
  assert.deepEqual(sent, [key, `${key}:2`, `${key}:3`], "the last look finds the deed done");
  assert.deepEqual(settled, [2, 2]);
  assert.ok([...notes.values()].every(({ notBefore }) => notBefore === 5001));
});
