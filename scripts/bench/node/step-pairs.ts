import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { keccak256, toHex } from "viem";
import { engineChoice, prepareInputs, probeEngine, runJob } from "../../../compute-node/src/children.ts";
import { loadNodeConfig, type NodeConfig } from "../../../compute-node/src/config.ts";
import { memoryLimit } from "../../../compute-node/src/engine.ts";
import type { InputsRequest } from "../../../compute-node/src/tasks.ts";
import type { JobSpec } from "../../../sdk/src/index.ts";
import { type BenchJob, runDirect, spentBy } from "./job.ts";

/** What the steps of a run take in a node's child beyond what they take in a bare process, percent of processor time. */
export interface StepPairs {
  mean: number;
  /** Of the mean. */
  standardError: number;
  pairs: number;
}

/**
 * Runs the job in the node's child, shut in and watched as by the daemon, and in a bare process, both at a time on one core: so
 * whatever else the machine does is met by both. Two processes differ by some percent all the same, by where their pages
 * happen to lie; only the mean of many pairs tells.
 */
export async function compareSteps(job: BenchJob, pairs: number): Promise<StepPairs> {
  const { config } = loadNodeConfig({ env: {} });
  const settings: NodeConfig = { ...config, dataDir: join(job.folder, "node") };
  const inputs: InputsRequest = {
    gateways: [job.gateway],
    timeoutMs: 30_000,
    blocks: join(settings.dataDir, "blocks"),
    spec: job.spec as unknown as JobSpec,
    maxBytes: settings.maxJobBytes,
    kept: [],
  };
  mkdirSync(settings.dataDir, { recursive: true });
  const prepared = await prepareInputs(settings, inputs, { logFile: join(settings.dataDir, "prepare.log") });
  // As the daemon reckons it: V8 lets a heap grow by its limit, and larger heaps are slower to work in.
  const memoryMb = memoryLimit(prepared.memoryMb);
  // As the daemon does at its start: a child that has to probe its engine itself would run its steps in a process that has
  // seen more than a bare one.
  const { fingerprint } = await probeEngine(settings, "wasm");
  const engine = engineChoice(settings, "wasm", fingerprint);
  const logs: number[] = [];
  pinTo("0");
  try {
    for (let pair = 0; pair < pairs; pair++) {
      logs.push(Math.log(await ratioOf(pair)));
      process.stderr.write(`pair ${pair + 1} of ${pairs}\n`);
    }
  } finally {
    pinTo(`0-${cpus().length - 1}`);
  }
  const mean = logs.reduce((sum, x) => sum + x, 0) / pairs;
  const variance = logs.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (pairs - 1);
  return { mean: percent(Math.expm1(mean)), standardError: percent(Math.sqrt(variance / pairs)), pairs };

  async function ratioOf(pair: number): Promise<number> {
    const nonce = keccak256(toHex(`pair ${pair}`));
    const folder = join(settings.dataDir, `run-${pair}`);
    const logFile = `${folder}.log`;
    mkdirSync(folder);
    const task = { task: "run", inputs, nonce, folder, engine } as const;
    const [node, direct] = await Promise.all([
      runJob(settings, task, { logFile, wallClockMs: 3_600_000, memoryMb }),
      runDirect(job.folder, nonce),
    ]);
    if (node.finalState !== direct.finalState) throw new Error("the node's child ended in another state");
    return spentBy(readFileSync(logFile, "utf8")).cpuSeconds.steps! / direct.cpuSeconds.steps;
  }
}

/** Binds this process, and what it starts from now on, to some cores. */
function pinTo(cores: string): void {
  execFileSync("taskset", ["--all-tasks", "--cpu-list", "--pid", cores, String(process.pid)], { stdio: "ignore" });
}

function percent(value: number): number {
  return Number((100 * value).toFixed(2));
}
