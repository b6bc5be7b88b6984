// `npm run -s bench:indexer -- --json`: how fast the index follows, answers, and recovers.

import { mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { deployLocally, startChain } from "../../lib/devnet.ts";
import { SHARED_BUILDS, startLocalIndexer } from "../../lib/indexer.ts";
import { verifyAfterActions } from "./actions.ts";
import { claimJobs, gatherCrowd, playJobs, postJobs } from "./crowd.ts";
import { countEvents, type Indexed, queryP95, reorgSeconds, restartSeconds, secondsToHead } from "./measure.ts";

/** Events of a job's life in the mix: of two jobs one is won by the second of two bids, one is claimed. */
const EVENTS_PER_JOB = 5;

const HELP = `Measures the index on this machine: real contracts, graph-node and PostgreSQL.

Usage: npm run -s bench:indexer -- [options]

  --events N   events of the heaviest mix that the rate is measured with (default 20000)
  --jobs N     jobs in the index when pages are timed (default 50000)
  --actions N  random actions before index and chain are compared (default 2000)
  --seed N     of the random actions (default 1)
  --json       print the result on one line

The steps are told on stderr, with the seconds since the start.

  eventsPerSecond   bids, awards, claims, results and settlements indexed per second, from the first to the head
  queryP95Ms        95th percentile of a page of 100 jobs with nested providers and bids
  reorgSeconds      from the last block of another branch, 5 blocks deep, until the index shows it and nothing else
  restartSeconds    from the start after a kill -9 until the index is at the head again, going on where it was
  verifyMismatches  entities that differ from the chain after the random actions, with reorganisations among them
`;

const { values } = parseArgs({
  options: {
    events: { type: "string", default: "20000" },
    jobs: { type: "string", default: "50000" },
    actions: { type: "string", default: "2000" },
    seed: { type: "string", default: "1" },
    json: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
const began = performance.now();
const say = (text: string) => {
  console.error(`${((performance.now() - began) / 1000).toFixed(0).padStart(5)} s  ${text}`);
};
if (values.help) process.stdout.write(HELP);
else await main();

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "assay-bench-"));
  try {
    const speed = await measureSpeed(join(folder, "speed"), number("events"), number("jobs"));
    say(`comparing index and chain after ${values.actions} random actions`);
    const verified = await verifyAfterActions(number("actions"), number("seed"), say);
    const result = { ...speed, ...verified, cores: cpus().length };
    console.log(JSON.stringify(result, null, values.json ? undefined : 2));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function number(name: "events" | "jobs" | "actions" | "seed"): number {
  const value = Number(values[name]);
  if (Number.isInteger(value) && value > 0) return value;
  throw new Error(`found --${name} ${values[name]}, wanted a whole number above 0`);
}

async function measureSpeed(folder: string, events: number, jobs: number) {
  const chain = await startChain();
  const deploymentPath = `${folder}.deployment.json`;
  let indexed: Indexed | undefined;
  try {
    const deployment = await deployLocally(chain, deploymentPath);
    const crowd = await gatherCrowd(chain, deployment);
    say(`playing ${Math.ceil(events / EVENTS_PER_JOB)} jobs`);
    await playJobs(crowd, Math.ceil(events / EVENTS_PER_JOB));
    const count = await countEvents(crowd);
    // where a machine has no namespaces, its ports are open for the length of the measurement
    const env = { ASSAY_INDEXER_OPEN_PORTS: "1" };
    let indexing = 0;
    const onStep = (step: string) => {
      if (step === "indexing") indexing = performance.now();
    };
    const start = () =>
      startLocalIndexer({ rpcUrl: chain.url, deploymentPath, dataDir: folder, builds: SHARED_BUILDS, onStep, env });
    say(`indexing ${count} events`);
    indexed = { crowd, indexer: await start(), restart: start };
    const eventsPerSecond = count / (await secondsToHead(indexed, indexing));
    say(`${eventsPerSecond.toFixed(0)} events/s; posting jobs up to ${jobs}`);
    const more = await postJobs(crowd, Math.max(0, jobs - crowd.posted), false);
    say(`${crowd.posted} jobs posted; claiming half`);
    await claimJobs(crowd, more.slice(0, Math.floor(more.length / 2)));
    say("claimed; waiting for the index");
    const catchUp = await secondsToHead(indexed);
    say(`caught up in ${catchUp.toFixed(0)} s; asking for pages`);
    const pages = await queryP95(indexed);
    say(`p50 ${pages.p50.toFixed(1)} ms, p95 ${pages.p95.toFixed(1)} ms; reorganising`);
    const reorg = await reorgSeconds(indexed);
    say(`right after ${reorg.toFixed(2)} s; killing`);
    const restart = await restartSeconds(indexed);
    say(`at the head ${restart.toFixed(2)} s after the start`);
    return {
      eventsPerSecond: round(eventsPerSecond),
      queryP95Ms: round(pages.p95),
      reorgSeconds: round(reorg),
      restartSeconds: round(restart),
      events: count,
      jobs: crowd.posted,
      queryP50Ms: round(pages.p50),
    };
  } finally {
    await indexed?.indexer.process.stop(60_000);
    await chain.process.stop();
  }
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
