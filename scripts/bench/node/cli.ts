/**
 * The provider's node on a local chain: how fast it starts, claims and works, what it holds when idle, and what it loses
 * when it is killed over and over.
 *
 *     npm run bench:node -- --json                 300 kills over batches of ten jobs; an hour on two cores
 *     npm run bench:node -- --json --kills 20
 *
 * `kills, lost, duplicated`: kill -9 at random times and at chosen points of the transaction journal (test/e2e/crash-run.ts);
 * `jobsPerMinute`: ten small jobs, two at a time, from the first posting to the last result; `idleRssMb`: resident memory of
 * the daemon itself ten seconds after it was ready; `readyMs`: from its start to the first /readyz that says yes;
 * `claimLatencyMs`: from the block of a posting to the block of its claim, the median, inputs fetched and verified between.
 */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { crashRun } from "../../../test/e2e/crash-run.ts";
import {
  type Market,
  openMarket,
  post,
  startTestNode,
  untilReady,
  uploadInputs,
  waitFor,
} from "../../../test/e2e/harness.ts";

const { values: flags } = parseArgs({
  options: {
    json: { type: "boolean" },
    kills: { type: "string", default: "300" },
    jobs: { type: "string", default: "10" },
    seed: { type: "string", default: "1" },
  },
});
const ACCOUNT = { calm: 2, crashed: 4 } as const;
const IDLE_MS = 10_000;
const CALM_JOBS = 10;

const market = await openMarket();
try {
  const calm = await measureCalm(market);
  await market.enrol(ACCOUNT.crashed);
  const began = performance.now();
  const crash = await crashRun(market, {
    account: ACCOUNT.crashed,
    jobs: Number(flags.jobs),
    kills: Number(flags.kills),
    steps: 192,
    seed: Number(flags.seed),
    onKill: (kills) => {
      if (!flags.json || kills % 10 === 0) process.stderr.write(`${kills} kills\n`);
    },
    onBatch: ({ kills, jobs, lost, duplicated }) => {
      process.stderr.write(`${kills} kills, ${jobs} jobs: ${lost} lost, ${duplicated} duplicated\n`);
    },
  });
  const { kills, lost, duplicated, jobs, journal, points } = crash;
  const report = {
    kills,
    lost,
    duplicated,
    crashJobs: jobs,
    journal,
    points,
    ...calm,
    seconds: Math.round((performance.now() - began) / 1000),
  };
  console.log(flags.json ? JSON.stringify(report) : report);
  process.exitCode = lost + duplicated > 0 ? 1 : 0;
} finally {
  await market.close();
}

async function measureCalm(market: Market) {
  await market.enrol(ACCOUNT.calm);
  const inputs = await uploadInputs(market, 192, "calm");
  const began = performance.now();
  const node = await startTestNode(market, { account: ACCOUNT.calm, env: { ASSAY_NODE_MAX_PARALLEL_JOBS: "2" } });
  await untilReady(node);
  const readyMs = Math.round(performance.now() - began);
  await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
  const idleRssMb = rssMb(node.process.pid);

  const started = performance.now();
  const provider = market.chain.wallet(ACCOUNT.calm).account.address;
  const ids = [];
  for (let n = 0; n < CALM_JOBS; n++) ids.push((await post(market, inputs.spec, { provider })).id);
  const jobs = await Promise.all(ids.map((id) => waitFor(market, id, "submitted")));
  const jobsPerMinute = (CALM_JOBS * 60_000) / (performance.now() - started);
  await node.process.stop();

  const single = await claimLatencies(market, inputs.spec);
  return {
    jobsPerMinute: Number(jobsPerMinute.toFixed(1)),
    idleRssMb,
    readyMs,
    claimLatencyMs: median(single),
    calmJobs: jobs.length,
  };
}

/** One job at a time: the node is idle when it appears. */
async function claimLatencies(market: Market, spec: Parameters<typeof post>[1]): Promise<number[]> {
  const node = await startTestNode(market, { account: ACCOUNT.calm });
  await untilReady(node);
  const provider = market.chain.wallet(ACCOUNT.calm).account.address;
  const latencies: number[] = [];
  for (let n = 0; n < 5; n++) {
    const { id } = await post(market, spec, { provider });
    const seen = performance.now();
    await node.logged("transaction sent", ({ key }) => key === `claim:${id}`);
    latencies.push(performance.now() - seen);
    await waitFor(market, id, "submitted");
  }
  await node.process.stop();
  return latencies;
}

/** Resident memory of a process, MiB; 0 where the system does not tell. */
function rssMb(pid: number): number {
  try {
    const kib = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return Math.round(Number(kib ?? 0) / 1024);
  } catch {
    return 0;
  }
}

function median(values: readonly number[]): number {
  return Math.round(values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0);
}
