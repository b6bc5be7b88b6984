// kill -9, over and over, while jobs live: what the crash test and the bench of the node share.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { formatUnits, type Hex } from "viem";
import type { Job, SubmittedJob } from "../../sdk/src/index.ts";
import { finalizableAt } from "../../sdk/src/index.ts";
import { FORCED, type ForcedState, StateForcer } from "./crash-states.ts";
import {
  countOf,
  type Market,
  type PreparedInputs,
  post,
  startTestNode,
  type TestNode,
  uploadInputs,
} from "./harness.ts";
import { startRpcProxy } from "./rpc-proxy.ts";

export interface CrashArgs {
  /** Test account of the owner. */
  account: number;
  jobs: number;
  kills: number;
  /** Of a run: how many steps. */
  steps: number;
  seed: number;
  onKill?: (kills: number, done: number) => void;
  /** After each batch of jobs, with what is known so far. */
  onBatch?: (report: CrashReport) => void;
}

export interface CrashReport {
  jobs: number;
  kills: number;
  /** Jobs that were not claimed, submitted and paid, and batches whose payments could not be collected to the last unit. */
  lost: number;
  /** Events of a job beyond the first of its kind, and transactions beyond three for each job. */
  duplicated: number;
  /** ASY of the jobs' prices, and what was collected of it. */
  owed: number;
  collected: number;
  /** How often a killed node's journal held an entry of a status. */
  journal: Record<string, number>;
  /** At how many kills each point of a life was under way. */
  points: Record<string, number>;
}

/** The moments at which the proxy can kill, by what the node is about to ask or has just been told. */
const POINTS = ["claim", "submit", "finalize"] as const;
/** Patience between two looks at the chain. */
const LOOK_MS = 500;
/** A point that a life does not come to any more: then the time is the bound. */
const POINT_MS = 9000;

/**
 * Posts jobs to one provider and kills its node until so many kills are done and every job is paid. The first three kills of
 * a batch come when the journal has been brought into a state that it is seldom in (crash-states.ts). Of the others half come
 * after a random time, a third at a transaction (before or after the chain has it), the rest between the journal's intent
 * and its signature. Nothing here has a deadline: on a busy machine it takes longer.
 */
export async function crashRun(market: Market, args: CrashArgs): Promise<CrashReport> {
  const { account, jobs, kills, steps, seed, onKill, onBatch } = args;
  const random = randomOf(seed);
  const inputs = await uploadInputs(market, steps, `crash ${seed}`);
  const forcer = new StateForcer(market, account);
  const plan = { kill: undefined as (() => void) | undefined, at: "", after: false, armed: false };
  const strike = () => {
    plan.armed = false;
    plan.kill?.();
  };
  let counted = false;
  const proxy = await startRpcProxy(
    market.chain.url,
    (name, raw) => {
      if (!plan.armed || plan.at !== name) return forcer.onTransaction(name, raw);
      // After: the chain gets the transaction, and nobody is left to hear the answer.
      if (plan.after) setImmediate(strike);
      else strike();
      return plan.after ? "dropAfter" : "dropBefore";
    },
    undefined,
    ({ method, params }) => {
      // The nonce is asked for, the intent written, the head asked for, the transaction signed: in this order.
      if (method === "eth_getTransactionCount" && params[1] === "pending") counted = true;
      else if (method === "eth_blockNumber" && counted) {
        counted = false;
        if (plan.armed && plan.at === "intent") {
          strike();
          return { kind: "dropBefore" };
        }
      }
      return undefined;
    },
  );
  const report: CrashReport = {
    ...{ jobs: 0, kills: 0, lost: 0, duplicated: 0, owed: 0, collected: 0 },
    journal: {},
    points: {},
  };
  try {
    while (report.kills < kills) {
      await forcer.postDecoy(inputs);
      const batch: Hex[] = [];
      for (let n = 0; n < jobs; n++) batch.push(await postTo(market, inputs, account));
      await killUntilDone(batch);
      report.jobs += batch.length;
      // Judged as it goes: a long run that is ended early has proven what it has done.
      const found = await judge(market, batch, account);
      report.lost += found.lost;
      report.owed += found.owed;
      report.collected += found.collected;
      report.duplicated += found.duplicated;
      onBatch?.({ ...report, duplicated: report.duplicated + (await beyond()) });
    }
    report.duplicated += await beyond();
  } finally {
    await proxy.close();
  }
  return report;

  /** Transactions of the operator beyond three for each job. */
  async function beyond(): Promise<number> {
    const { address } = market.chain.wallet(account + 1).account;
    const sent = await market.chain.publicClient.getTransactionCount({ address });
    return Math.max(0, sent - 3 * report.jobs - forcer.extra);
  }

  async function killUntilDone(batch: readonly Hex[]): Promise<void> {
    const forced: ForcedState[] = [...FORCED];
    for (;;) {
      const node = await startTestNode(market, {
        account,
        rpcUrl: proxy.url,
        env: { ASSAY_NODE_MAX_PARALLEL_JOBS: "2" },
      });
      const done = settled(market, batch);
      if (report.kills >= kills) {
        await done.all;
        done.stop();
        await node.process.stop();
        return;
      }
      arm(node, forced.shift());
      // No deadline: the kill itself is one, and a busy machine may be late with it.
      const ended = await Promise.race([node.process.exited.then(() => true), done.all.then(() => false)]);
      plan.armed = false;
      forcer.disarm();
      done.stop();
      if (!ended) {
        await node.process.stop();
        return;
      }
      report.kills += 1;
      report.points[plan.at] = (report.points[plan.at] ?? 0) + 1;
      for (const status of statusesOf(join(market.dir, `node-${account}`))) {
        report.journal[status] = (report.journal[status] ?? 0) + 1;
      }
      onKill?.(report.kills, report.jobs);
    }
  }

  function arm(node: TestNode, state: ForcedState | undefined): void {
    plan.kill = () => node.process.kill("SIGKILL");
    counted = false;
    if (state) {
      plan.at = state;
      forcer.arm(state, node, strike);
      return;
    }
    const draw = random();
    plan.after = random() < 0.5;
    plan.at = draw < 0.5 ? "time" : draw < 0.85 ? (POINTS[Math.floor(random() * POINTS.length)] ?? "claim") : "intent";
    plan.armed = true;
    const timer = setTimeout(strike, plan.at === "time" ? 200 + random() * 6000 : POINT_MS);
    void node.process.exited.then(() => clearTimeout(timer));
  }
}

async function postTo(market: Market, inputs: PreparedInputs, account: number): Promise<Hex> {
  const provider = market.chain.wallet(account).account.address;
  const { timestamp } = await market.chain.publicClient.getBlock();
  const claimBy = Number(timestamp) + 6 * 3600;
  return (await post(market, inputs.spec, { provider, claimBy, runTime: 6 * 3600 })).id;
}

/** Asks until there is an answer: a busy machine's chain may be late. */
async function patiently<T>(ask: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  }
}

function jobsOf(market: Market, ids: readonly Hex[]): Promise<Job[]> {
  return patiently(() => Promise.all(ids.map((id) => market.requester.getJob({ id }))));
}

/** Lets the windows of the jobs pass as they are submitted, and resolves when all are paid. */
function settled(market: Market, batch: readonly Hex[]): { all: Promise<void>; stop: () => void } {
  let stopped = false;
  const all = (async () => {
    while (!stopped) {
      const jobs = await jobsOf(market, batch);
      if (jobs.every(({ status }) => status === "finalized")) return;
      const waiting = jobs.filter((job): job is SubmittedJob => job.status === "submitted");
      if (waiting.length > 0 && jobs.every(({ status }) => status === "submitted" || status === "finalized")) {
        const { timestamp } = await patiently(() => market.chain.publicClient.getBlock());
        const latest = Math.max(...waiting.map((job) => finalizableAt(job)));
        if (latest > Number(timestamp)) await market.pass(latest - Number(timestamp));
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
    await new Promise(() => {});
  })();
  return {
    all,
    stop: () => {
      stopped = true;
    },
  };
}

/** What became of a batch whose jobs are all paid; collects what they earned. */
async function judge(market: Market, ids: readonly Hex[], account: number) {
  let lost = 0;
  let duplicated = 0;
  let owed = 0n;
  for (const job of (await jobsOf(market, ids)) as SubmittedJob[]) {
    const counts = (["JobClaimed", "ResultSubmitted", "JobFinalized"] as const).map((name) => countOf(job, name));
    if (counts.some((count) => count === 0)) lost += 1;
    duplicated += counts.reduce((sum, count) => sum + Math.max(0, count - 1), 0);
    owed += job.price;
  }
  const { net, fee, shared } = await market.client(account).collect({});
  const collected = net + fee + shared;
  if (collected !== owed) lost += 1;
  const asy = (amount: bigint) => Number(formatUnits(amount, 18));
  return { lost, duplicated, owed: asy(owed), collected: asy(collected) };
}

/** Statuses in the journal of a node that is dead. */
function statusesOf(dataDir: string): string[] {
  const path = join(dataDir, "journal.sqlite");
  if (!existsSync(path)) return [];
  const db = new DatabaseSync(path);
  try {
    return (db.prepare("SELECT DISTINCT status FROM tx").all() as { status: string }[]).map(({ status }) => status);
  } catch {
    return []; // killed before it had its tables
  } finally {
    db.close();
  }
}

/** A small generator with a seed, so that a run can be made again. */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
