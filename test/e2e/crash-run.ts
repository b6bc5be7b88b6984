// kill -9, over and over, while jobs live: what the crash test and the bench of the node share.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { SubmittedJob } from "../../sdk/src/index.ts";
import { finalizableAt } from "../../sdk/src/index.ts";
import {
  countOf,
  type Market,
  type PreparedInputs,
  post,
  startTestNode,
  type TestNode,
  uploadInputs,
  waitFor,
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
  /** Jobs that were not claimed, submitted and paid. */
  lost: number;
  /** Events of a job beyond the first of its kind, and transactions beyond three for each job. */
  duplicated: number;
  /** How often a killed node's journal held an entry of a status. */
  journal: Record<string, number>;
  /** At how many kills each point of a life was under way. */
  points: Record<string, number>;
}

/** The moments at which the proxy can kill, by what the node is about to ask or has just been told. */
const POINTS = ["claim", "submit", "finalize"] as const;

/**
 * Posts jobs to one provider and kills its node until so many kills are done and every job is paid. Half of the kills come
 * after a random time, a third at a transaction (before or after the chain has it), the others between the journal's intent
 * and its signature.
 */
export async function crashRun(market: Market, args: CrashArgs): Promise<CrashReport> {
  const { account, jobs, kills, steps, seed, onKill, onBatch } = args;
  const random = randomOf(seed);
  const inputs = await uploadInputs(market, steps, `crash ${seed}`);
  const plan = { kill: undefined as (() => void) | undefined, at: "", after: false, armed: false };
  const strike = () => {
    plan.armed = false;
    plan.kill?.();
  };
  let counted = false;
  const proxy = await startRpcProxy(
    market.chain.url,
    (name) => {
      if (!plan.armed || plan.at !== name) return "forward";
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
  const report: CrashReport = { jobs: 0, kills: 0, lost: 0, duplicated: 0, journal: {}, points: {} };
  const posted: SubmittedJob["id"][] = [];
  try {
    while (report.kills < kills) {
      const batch: SubmittedJob["id"][] = [];
      for (let n = 0; n < jobs; n++) batch.push(await postTo(market, inputs, account));
      posted.push(...batch);
      await killUntilDone(batch);
      // Judged as it goes: a long run that is ended early has proven what it has done.
      Object.assign(report, { jobs: posted.length, ...(await judge(market, posted, account)) });
      onBatch?.({ ...report });
    }
  } finally {
    await proxy.close();
  }
  return report;

  async function killUntilDone(batch: readonly SubmittedJob["id"][]): Promise<void> {
    for (;;) {
      const node = await startTestNode(market, {
        account,
        rpcUrl: proxy.url,
        env: { ASSAY_NODE_MAX_PARALLEL_JOBS: "2" },
      });
      const done = settled(market, batch);
      if (report.kills >= kills) {
        await done.all;
        await node.process.stop();
        return;
      }
      arm(node);
      // No deadline: the kill itself is one, and a busy machine may be late with it.
      const ended = await Promise.race([node.process.exited.then(() => true), done.all.then(() => false)]);
      plan.armed = false;
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
      onKill?.(report.kills, posted.length);
    }
  }

  function arm(node: TestNode): void {
    const draw = random();
    plan.kill = () => node.process.kill("SIGKILL");
    plan.after = random() < 0.5;
    plan.at = draw < 0.5 ? "time" : draw < 0.85 ? (POINTS[Math.floor(random() * POINTS.length)] ?? "claim") : "intent";
    plan.armed = true;
    counted = false;
    // At a point that does not come any more the node would live for ever: the time is the other bound.
    const timer = setTimeout(strike, plan.at === "time" ? 200 + random() * 6000 : 9000);
    void node.process.exited.then(() => clearTimeout(timer));
  }
}

async function postTo(market: Market, inputs: PreparedInputs, account: number) {
  const provider = market.chain.wallet(account).account.address;
  const { timestamp } = await market.chain.publicClient.getBlock();
  const claimBy = Number(timestamp) + 6 * 3600;
  return (await post(market, inputs.spec, { provider, claimBy, runTime: 6 * 3600 })).id;
}

/** Lets the windows of the jobs pass as they are submitted, and resolves when all are paid. */
function settled(market: Market, batch: readonly SubmittedJob["id"][]): { all: Promise<void>; stop: () => void } {
  let stopped = false;
  const all = (async () => {
    while (!stopped) {
      const jobs = await Promise.all(batch.map((id) => market.requester.getJob({ id })));
      if (jobs.every(({ status }) => status === "finalized")) return;
      const waiting = jobs.filter((job): job is SubmittedJob => job.status === "submitted");
      if (waiting.length > 0 && jobs.every(({ status }) => status === "submitted" || status === "finalized")) {
        const { timestamp } = await market.chain.publicClient.getBlock();
        const latest = Math.max(...waiting.map((job) => finalizableAt(job)));
        if (latest > Number(timestamp)) await market.pass(latest - Number(timestamp));
      }
      await new Promise((resolve) => setTimeout(resolve, 500));
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

async function judge(market: Market, ids: readonly SubmittedJob["id"][], account: number) {
  let lost = 0;
  let duplicated = 0;
  for (const id of ids) {
    const job = await waitFor(market, id, "finalized");
    const counts = (["JobClaimed", "ResultSubmitted", "JobFinalized"] as const).map((name) => countOf(job, name));
    if (counts.some((count) => count === 0)) lost += 1;
    duplicated += counts.reduce((sum, count) => sum + Math.max(0, count - 1), 0);
  }
  const { publicClient } = market.chain;
  const operator = market.chain.wallet(account + 1).account.address;
  duplicated += Math.max(0, (await publicClient.getTransactionCount({ address: operator })) - 3 * ids.length);
  const provider = market.chain.wallet(account).account.address;
  const { earnedGross } = await market.requester.getBalance({ account: provider });
  const owed = (await Promise.all(ids.map((id) => waitFor(market, id, "finalized")))).reduce(
    (sum, { price }) => sum + price,
    0n,
  );
  if (earnedGross !== owed) lost += 1;
  return { lost, duplicated };
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
