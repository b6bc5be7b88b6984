import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { keccak256, toHex } from "viem";
import { readLogs } from "../../../compute-node/src/job-logs.ts";
import { heapFlags } from "../../../daemon-kit/src/index.ts";
import {
  assembleJob,
  encodeManifest,
  encodeTensors,
  type Hex,
  type JobManifest,
  parseProgram,
  x24Digits,
} from "../../../exact/src/index.ts";
import { cidOfFile, digestOf, uploadFile } from "../../../storage/src/index.ts";
import { type Market, post, startTestNode, type TestNode, untilReady, waitFor } from "../../../test/e2e/harness.ts";
import { loadDigits, packDigits } from "../../lib/digits.ts";
import { jsonLine } from "../../lib/processes.ts";
import { CpuMeter } from "./cpu-meter.ts";

const PROBE_STEPS = 640;
const DIRECT = new URL("direct.ts", import.meta.url).pathname;
/** Both run with the flags of a node's child, and about its memory. */
const DIRECT_MB = 450;
/** Looks at the chain as seldom as on a public one. */
const POLL_MS = "4000";

interface Direct {
  /** Of the run itself, and of its commitments; by the clock. */
  wallSeconds: number;
  hashSeconds: number;
  /** Processor seconds by what they were spent on. */
  cpuSeconds: Record<"start" | "inputs" | "engine" | "steps", number>;
  finalState: Hex;
}

export interface Overhead {
  /** Processor time of the node and all its children for a job, over that of the bare run; percent, the median round. */
  overheadCpuPercent: number;
  /** The same by the clock, of the run alone: until then and after it the node waits for the chain. */
  overheadWallPercent: number;
  /** Processor seconds of the bare run: a direct one without its commitments. */
  jobSeconds: number;
  /** Where the time goes: of the bare run's processor time, percent. `steps` is what they took beyond those of direct runs. */
  percent: Record<"daemon" | "prepare" | "setup" | "steps" | "commitments" | "checkpoints" | "rest", number>;
  /** Seconds by the clock: inputs fetched and checked, the run in its child, the output uploaded and the result sent. */
  stages: { prepare: number; run: number; submit: number };
  /** `overheadCpuPercent` of every round. */
  rounds: number[];
}

/**
 * What the node adds to a job: the same program, data and nonce are run directly and by a node, by turns, a direct run before
 * and after each of the node's. Processor time says what the node costs, and hardly depends on what else the machine does.
 * @param seconds of processor time of one bare run, about
 */
export async function measureOverhead(
  market: Market,
  { account, seconds, rounds }: { account: number; seconds: number; rounds: number },
): Promise<Overhead> {
  const folder = mkdtempSync(join(tmpdir(), "assay-overhead-"));
  try {
    const probe = await prepare(folder, PROBE_STEPS);
    const { cpuSeconds } = await runDirect(folder, keccak256(toHex("overhead")));
    const perStep = cpuSeconds.steps / probe.manifest.program.steps;
    const job = await prepare(folder, Math.max(PROBE_STEPS, Math.ceil(seconds / perStep / 64) * 64));
    const gateway = market.storage.url;
    await uploadFile({ gateway, bytes: job.dataset });
    const { cid } = await uploadFile({ gateway, bytes: encodeManifest(job.manifest) });
    const spec = { ...job.spec, inputs: digestOf(cid) };
    const found: Round[] = [];
    let before = await runDirect(folder, keccak256(toHex("before")));
    for (let round = 0; round < rounds; round++) {
      const node = await runByNode(market, account, { spec, dataDir: `overhead-${round}` });
      const after = await runDirect(folder, node.nonce);
      if (after.finalState !== node.finalState) throw new Error("the node's run ended in another state");
      found.push({ node, direct: mean(before, after) });
      before = after;
    }
    return summarise(found);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Writes a job of so many steps into the folder. */
async function prepare(folder: string, steps: number) {
  const program = parseProgram({ ...x24Digits(), steps });
  const tensor = packDigits(loadDigits().train, program.input.bits);
  const dataset = encodeTensors([tensor]);
  const manifest: JobManifest = {
    version: 1,
    program,
    dataset: { cid: (await cidOfFile(dataset)).toString(), rows: tensor.rows, columns: tensor.cols },
    init: { seed: keccak256(toHex("overhead")) },
  };
  writeFileSync(join(folder, "manifest"), encodeManifest(manifest));
  writeFileSync(join(folder, "dataset"), dataset);
  return { manifest, dataset, spec: assembleJob(manifest, { dataset: tensor }).spec };
}

async function runDirect(folder: string, nonce: Hex): Promise<Direct> {
  const child = spawn(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", ...heapFlags(DIRECT_MB), DIRECT, folder, nonce],
    {
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  let text = "";
  child.stdout.on("data", (part: Buffer) => {
    text += part;
  });
  const [code] = (await once(child, "close")) as [number | null];
  if (code !== 0) throw new Error(`the direct run ended with code ${code}`);
  return JSON.parse(text) as Direct;
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
  /** What the children say of their own processor seconds. */
  prepare: Record<string, number>;
  run: Record<string, number>;
  stages: Overhead["stages"];
}

/** One job on a node, its processor time from the posting to the result on the chain. */
async function runByNode(
  market: Market,
  account: number,
  { spec, dataDir }: { spec: Parameters<typeof post>[1]; dataDir: string },
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
    const [prepare = {}, run = {}] = readLogs(join(market.dir, dataDir), id).map(({ text }) => spentBy(text));
    return { nonce: starts.nonce as Hex, finalState: finished.finalState as Hex, cpu, prepare, run, stages };
  } finally {
    await node.process.stop();
  }
}

/** What a child tells last of its processor time. */
function spentBy(log: string): Record<string, number> {
  const told = log.split("\n").map((line) => jsonLine(line)?.cpuSeconds as Record<string, number> | undefined);
  return told.findLast((spent) => spent !== undefined) ?? {};
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

function mean(a: Direct, b: Direct): Direct {
  const half = (x: number, y: number) => (x + y) / 2;
  const part = (name: keyof Direct["cpuSeconds"]) => half(a.cpuSeconds[name], b.cpuSeconds[name]);
  return {
    finalState: b.finalState,
    wallSeconds: half(a.wallSeconds, b.wallSeconds),
    hashSeconds: half(a.hashSeconds, b.hashSeconds),
    cpuSeconds: { start: part("start"), inputs: part("inputs"), engine: part("engine"), steps: part("steps") },
  };
}

const sum = (parts: Record<string, number>) => Object.values(parts).reduce((total, seconds) => total + seconds, 0);

function summarise(rounds: readonly Round[]): Overhead {
  const reckoned = rounds.map(reckon).toSorted((a, b) => a.overheadCpuPercent - b.overheadCpuPercent);
  const median = reckoned[Math.floor((reckoned.length - 1) / 2)];
  if (!median) throw new RangeError("no rounds");
  return { ...median, rounds: reckoned.map(({ overheadCpuPercent }) => overheadCpuPercent) };
}

function reckon({ direct, node }: Round): Omit<Overhead, "rounds"> {
  const { cpuSeconds, hashSeconds, wallSeconds } = direct;
  // Commitments are a part of runProgram; what they took of its processor time is not known but by the clock.
  const commitments = (hashSeconds / wallSeconds) * cpuSeconds.steps;
  const bare = sum(cpuSeconds) - commitments;
  const percent = (seconds: number) => Number(((100 * seconds) / bare).toFixed(2));
  const { prepare, run, cpu, stages } = node;
  const of = (part: string) => run[part] ?? 0;
  const parts = {
    daemon: cpu.own,
    prepare: sum(prepare),
    setup: of("start") + of("inputs") + of("engine") - cpuSeconds.start - cpuSeconds.inputs - cpuSeconds.engine,
    steps: of("steps") - cpuSeconds.steps,
    commitments,
    checkpoints: of("checkpoints"),
  };
  const taken = cpu.own + cpu.below - bare;
  const rest = taken - sum(parts);
  const bareWall = wallSeconds - hashSeconds;
  return {
    overheadCpuPercent: percent(taken),
    overheadWallPercent: Number((100 * (stages.run / bareWall - 1)).toFixed(2)),
    jobSeconds: Number(bare.toFixed(1)),
    percent: mapped({ ...parts, rest }, percent),
    stages,
  };
}

function mapped<K extends string>(parts: Record<K, number>, to: (value: number) => number): Record<K, number> {
  return Object.fromEntries(Object.entries<number>(parts).map(([name, value]) => [name, to(value)])) as Record<
    K,
    number
  >;
}
