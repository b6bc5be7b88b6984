import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readLogs } from "../../../compute-node/src/job-logs.ts";
import type { Hex } from "../../../exact/src/index.ts";
import { type Market, post, startTestNode, type TestNode, untilReady, waitFor } from "../../../test/e2e/harness.ts";
import { jsonLine } from "../../lib/processes.ts";
import { CpuMeter } from "./cpu-meter.ts";
import { type BenchJob, type Direct, makeJob, runDirect, type Spent, spentBy } from "./job.ts";
import { compareSteps, type StepPairs } from "./step-pairs.ts";

/** Looks at the chain as seldom as on a public one. */
const POLL_MS = "4000";
/** Processor seconds of the steps of one side of a pair, about. */
const PAIR_SECONDS = 10;

export interface Overhead {
  /** Processor time of the node and all its children for a job, over that of the bare run; percent: what it does beside the
   *  steps in the median round, and what the steps take longer in the mean of the pairs. */
  overheadCpuPercent: number;
  /** The same by the clock: how much later than a bare run the result is there, not counting what is waited for the chain. */
  overheadWallPercent: number;
  /** Processor seconds of the bare run: a direct one without its commitments. */
  jobSeconds: number;
  /** Where the processor time goes beside the steps: of the bare run's, percent. */
  percent: Record<"daemon" | "prepare" | "setup" | "commitments" | "checkpoints" | "rest", number>;
  /** What the steps themselves take beyond those of a bare process. */
  steps: StepPairs;
  /** Seconds by the clock: inputs fetched and checked, the run in its child, the output uploaded and the result sent. */
  stages: { prepare: number; run: number; submit: number };
  /** What every round took beside the steps, percent of processor time. */
  rounds: number[];
}

/**
 * What the node adds to a job. Beside the steps: of each round's own run, from the posting to the result, against that very
 * run's steps; a direct run of the same nonce after it has to end in the same state, and tells what a bare process takes to
 * start. The steps: by pairs (`compareSteps`), since two runs of the same bits differ by more than all the rest comes to.
 * @param seconds of processor time of one bare run, about
 */
export async function measureOverhead(
  market: Market,
  { account, seconds, rounds, pairs }: { account: number; seconds: number; rounds: number; pairs: number },
): Promise<Overhead> {
  const folder = mkdtempSync(join(tmpdir(), "assay-overhead-"));
  try {
    const gateway = market.storage.url;
    const job = await makeJob(folder, gateway, seconds);
    const found: Round[] = [];
    for (let round = 0; round < rounds; round++) {
      const node = await runByNode(market, account, { spec: job.spec, dataDir: `overhead-${round}` });
      const direct = await runDirect(folder, node.nonce);
      if (direct.finalState !== node.finalState) throw new Error("the node's run ended in another state");
      found.push({ node, direct });
      process.stderr.write(`round ${round + 1} of ${rounds}\n`);
    }
    const steps = await compareSteps(await makeJob(folder, gateway, Math.min(seconds, PAIR_SECONDS)), pairs);
    return summarise(found, steps);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Round {
  direct: Direct;
  node: NodeCost;
}

interface NodeCost {
  nonce: Hex;
  finalState: Hex;
  /** Processor seconds of the daemon itself and of its children. */
  cpu: { own: number; below: number };
  prepare: Spent;
  run: Spent;
  stages: Overhead["stages"];
}

/** One job on a node, its processor time from the posting to the result on the chain. */
async function runByNode(
  market: Market,
  account: number,
  { spec, dataDir }: { spec: BenchJob["spec"]; dataDir: string },
): Promise<NodeCost> {
  const env = { ASSAY_NODE_POLL_MS: POLL_MS, ASSAY_NODE_LOG_LEVEL: "info" };
  const node = await startTestNode(market, { account, dataDir, env });
  try {
    await untilReady(node);
    const [meter, posted] = [new CpuMeter(node.process.pid), Date.now()];
    const provider = market.chain.wallet(account).account.address;
    const { id } = await post(market, spec, { provider, runTime: 6 * 3600 });
    const starts = await loggedAt(node, "run starts", id);
    const finished = await loggedAt(node, "run finished", id);
    const submitted = await loggedAt(node, "result submitted", id);
    const cpu = meter.stop();
    await waitFor(market, id, "submitted");
    const between = (from: unknown, to: unknown) => (Number(to) - Number(from)) / 1000;
    const stages = {
      prepare: between(posted, starts.time),
      run: between(starts.time, finished.time),
      submit: between(finished.time, submitted.time),
    };
    const [prepare, run] = readLogs(join(market.dir, dataDir), id).map(({ text }) => spentBy(text));
    if (!prepare || !run) throw new Error("the node kept no logs of the job");
    return { nonce: starts.nonce as Hex, finalState: finished.finalState as Hex, cpu, prepare, run, stages };
  } finally {
    await node.process.stop();
  }
}

/** The line, however long the job takes. */
function loggedAt(node: TestNode, message: string, id: Hex): Promise<Record<string, unknown>> {
  return node.process.waitForLine(
    (text) => {
      const line = jsonLine(text);
      return line?.msg === message && line.jobId === id ? line : undefined;
    },
    2 ** 31 - 1,
  );
}

const sum = (parts: Record<string, number>) => Object.values(parts).reduce((total, seconds) => total + seconds, 0);

function summarise(rounds: readonly Round[], steps: StepPairs): Overhead {
  const reckoned = rounds.map(reckon).toSorted((a, b) => a.overheadCpuPercent - b.overheadCpuPercent);
  const median = reckoned[Math.floor((reckoned.length - 1) / 2)];
  if (!median) throw new RangeError("no rounds");
  const { overheadCpuPercent, overheadWallPercent, ...rest } = median;
  return {
    overheadCpuPercent: Number((overheadCpuPercent + steps.mean).toFixed(2)),
    overheadWallPercent: Number((overheadWallPercent + steps.mean).toFixed(2)),
    ...rest,
    steps,
    rounds: reckoned.map(({ overheadCpuPercent }) => overheadCpuPercent),
  };
}

/** A round, its steps taken for what they would take in a bare process. */
function reckon({ direct, node }: Round): Omit<Overhead, "rounds" | "steps"> {
  const { prepare, run, cpu, stages } = node;
  const started = ({ start, inputs, engine }: Record<string, number>) => (start ?? 0) + (inputs ?? 0) + (engine ?? 0);
  // Commitments are a part of the run's steps; what they take of them is known by the clock.
  const share = direct.hashSeconds / direct.wallSeconds;
  const steps = run.cpuSeconds.steps ?? 0;
  const bareStart = started(direct.cpuSeconds);
  const bare = bareStart + (1 - share) * steps;
  const parts = {
    daemon: cpu.own,
    prepare: sum(prepare.cpuSeconds),
    setup: started(run.cpuSeconds) - bareStart,
    commitments: share * steps,
    checkpoints: run.cpuSeconds.checkpoints ?? 0,
  };
  const taken = cpu.own + cpu.below - bare;
  // A bare process starts by the clock about as fast as the run's child, whose start is told.
  const bareWall = started(run.wallSeconds) + (1 - share) * (run.wallSeconds.steps ?? 0);
  const waited = sum(prepare.wallSeconds) + stages.run + stages.submit;
  const percent = (seconds: number) => Number(((100 * seconds) / bare).toFixed(2));
  return {
    overheadCpuPercent: percent(taken),
    overheadWallPercent: Number((100 * (waited / bareWall - 1)).toFixed(2)),
    jobSeconds: Number(bare.toFixed(1)),
    percent: mapped({ ...parts, rest: taken - sum(parts) }, percent),
    stages,
  };
}

function mapped<K extends string>(parts: Record<K, number>, to: (value: number) => number): Record<K, number> {
  return Object.fromEntries(Object.entries<number>(parts).map(([name, value]) => [name, to(value)])) as Record<
    K,
    number
  >;
}
