/**
 * The provider's node on a local chain: how fast it starts, claims and works, what it holds when idle, and what it loses
 * when it is killed over and over.
 *
 *     npm run bench:node -- --json                 300 kills over batches of ten jobs; an hour on two cores
 *     npm run bench:node -- --json --kills 20
 *
 * `kills, lost, duplicated`: kill -9 at random times and at chosen points of the transaction journal (test/e2e/crash-run.ts);
 * `jobsPerMinute`: ten small jobs, two at a time, from the first posting to the last result; `idleRssMb`: resident memory of
 * the daemon itself ten seconds after it was ready, its keystore opened; `readyMs`: from its start to the first /readyz that says yes;
 * `claimLatencyMs`: from a posting in a block to the sending of its claim, the median, inputs fetched and verified between;
 * `claimLatencyBlocks`: blocks that were made between, the most of five, on a chain that makes one a second and one for each transaction; `overhead`: what the node takes beyond the bare
 * run of a job of a minute (overhead.ts): `--rounds` of them, and `--pairs` of short ones for the steps. `--only kills|calm|overhead` leaves the rest out.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { writeKeystore } from "../../../daemon-kit/src/index.ts";
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
import { measureOverhead } from "./overhead.ts";

const { values: flags } = parseArgs({
  options: {
    json: { type: "boolean" },
    kills: { type: "string", default: "300" },
    jobs: { type: "string", default: "10" },
    seed: { type: "string", default: "1" },
    seconds: { type: "string", default: "60" },
    rounds: { type: "string", default: "3" },
    pairs: { type: "string", default: "16" },
    only: { type: "string" },
  },
});
const ACCOUNT = { calm: 2, crashed: 4, timed: 6 } as const;
const IDLE_MS = 10_000;
const CALM_JOBS = 10;

const market = await openMarket();
try {
  const wanted = (part: string) => flags.only === undefined || flags.only === part;
  const calm = wanted("calm") ? await measureCalm(market) : {};
  const overhead = wanted("overhead") ? { overhead: await overheadOf(market) } : {};
  const crash = wanted("kills") ? await measureCrashes(market) : undefined;
  const report = { ...crash, ...calm, ...overhead };
  console.log(flags.json ? JSON.stringify(report) : report);
  process.exitCode = crash && crash.lost + crash.duplicated > 0 ? 1 : 0;
} finally {
  await market.close();
}

async function overheadOf(market: Market) {
  await market.enrol(ACCOUNT.timed);
  const [seconds, rounds, pairs] = [flags.seconds, flags.rounds, flags.pairs].map(Number) as [number, number, number];
  return await measureOverhead(market, { account: ACCOUNT.timed, seconds, rounds, pairs });
}

async function measureCrashes(market: Market) {
  await market.enrol(ACCOUNT.crashed);
  const began = performance.now();
  const { jobs, ...found } = await crashRun(market, {
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
  return { ...found, crashJobs: jobs, seconds: Math.round((performance.now() - began) / 1000) };
}

async function measureCalm(market: Market) {
  await market.enrol(ACCOUNT.calm);
  const inputs = await uploadInputs(market, 192, "calm");
  const began = performance.now();
  const keystore = await writeKey(market);
  const node = await startTestNode(market, {
    account: ACCOUNT.calm,
    env: { ...keystore, ASSAY_NODE_MAX_PARALLEL_JOBS: "2" },
  });
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

  const latencies = await claimLatencies(market, inputs.spec);
  return {
    jobsPerMinute: Number(jobsPerMinute.toFixed(1)),
    idleRssMb,
    readyMs,
    claimLatencyMs: median(latencies.map(({ ms }) => ms)),
    claimLatencyBlocks: Math.max(...latencies.map(({ blocks }) => blocks)),
    calmJobs: jobs.length,
  };
}

/** A keystore of the usual cost, so that what opening it leaves behind is counted. @returns the settings that name it */
async function writeKey(market: Market): Promise<Record<string, string | undefined>> {
  const [path, passwordFile] = [join(market.dir, "keystore.json"), join(market.dir, "password")];
  await writeKeystore({ path, privateKey: market.chain.key(ACCOUNT.calm + 1), password: "bench" });
  writeFileSync(passwordFile, "bench", { mode: 0o600 });
  return {
    ASSAY_NODE_PRIVATE_KEY: undefined,
    ASSAY_NODE_KEYSTORE: path,
    ASSAY_NODE_PASSWORD_FILE: passwordFile,
  };
}

/** One job at a time: the node is idle when it appears. There is a block a second, and one at once for each transaction. */
async function claimLatencies(
  market: Market,
  spec: Parameters<typeof post>[1],
): Promise<{ ms: number; blocks: number }[]> {
  const node = await startTestNode(market, { account: ACCOUNT.calm });
  await untilReady(node);
  const provider = market.chain.wallet(ACCOUNT.calm).account.address;
  const latencies: { ms: number; blocks: number }[] = [];
  for (let n = 0; n < 5; n++) {
    const { id } = await post(market, spec, { provider });
    const seen = performance.now();
    await node.logged("transaction sent", ({ key }) => key === `claim:${id}`);
    const ms = performance.now() - seen;
    const { timeline } = await waitFor(market, id, "submitted");
    const blockOf = (name: string) => Number(timeline.find(({ eventName }) => eventName === name)?.blockNumber);
    latencies.push({ ms, blocks: blockOf("JobClaimed") - blockOf("JobPosted") - 1 });
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
