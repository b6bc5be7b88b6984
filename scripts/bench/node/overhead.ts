import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { keccak256, toHex } from "viem";
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
/** Looks at the chain as seldom as on a public one. */
const POLL_MS = "2000";

interface Direct {
  wallSeconds: number;
  cpuSeconds: number;
  seconds: number;
  hashSeconds: number;
  finalState: Hex;
}

export interface Overhead {
  /** Processor time of the node and all its children for a job, over that of the bare run; percent. */
  overheadCpuPercent: number;
  /** The same by the clock, of the run alone: until then and after it the node waits for the chain. */
  overheadWallPercent: number;
  jobSeconds: number;
  /** Of the bare run's processor time: commitments, the daemon, what its children take beyond a direct run; percent. */
  commitmentsPercent: number;
  daemonPercent: number;
  childrenPercent: number;
  /** Seconds by the clock: inputs fetched and checked, the run in its child, the output uploaded and the result sent. */
  stages: { prepare: number; run: number; submit: number };
}

/**
 * What the node adds to a job: the same program, data and nonce are run directly, without commitments reckoned, and by a
 * node, in turns. Processor time says what the node costs, however busy the machine is; of the rounds the cheapest counts.
 * @param seconds of one direct run, about
 */
export async function measureOverhead(
  market: Market,
  { account, seconds, rounds }: { account: number; seconds: number; rounds: number },
): Promise<Overhead> {
  const folder = mkdtempSync(join(tmpdir(), "assay-overhead-"));
  try {
    const probe = await prepare(folder, PROBE_STEPS);
    const nonce = keccak256(toHex("overhead"));
    const { cpuSeconds } = await runDirect(folder, nonce);
    const perStep = cpuSeconds / probe.manifest.program.steps;
    const job = await prepare(folder, Math.max(PROBE_STEPS, Math.ceil(seconds / perStep / 64) * 64));
    const gateway = market.storage.url;
    await uploadFile({ gateway, bytes: job.dataset });
    const { cid } = await uploadFile({ gateway, bytes: encodeManifest(job.manifest) });
    const spec = { ...job.spec, inputs: digestOf(cid) };
    const found: { direct: Direct; node: NodeCost }[] = [];
    for (let round = 0; round < rounds; round++) {
      const node = await runOnNode(market, account, spec);
      const direct = await runDirect(folder, node.nonce);
      if (direct.finalState !== node.finalState) throw new Error("the node's run ended in another state");
      found.push({ direct, node });
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
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", DIRECT, folder, nonce], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let text = "";
  child.stdout.on("data", (part: Buffer) => {
    text += part;
  });
  const [code] = (await once(child, "close")) as [number | null];
  if (code !== 0) throw new Error(`the direct run ended with code ${code}`);
  return JSON.parse(text) as Direct;
}

interface NodeCost {
  nonce: Hex;
  finalState: Hex;
  /** Processor seconds of the daemon itself and of its children. */
  cpu: { own: number; below: number };
  stages: Overhead["stages"];
}

/** One job on a node: processor time of all its processes from the posting to the result on the chain. */
async function runOnNode(market: Market, account: number, spec: Parameters<typeof post>[1]): Promise<NodeCost> {
  const node = await startTestNode(market, { account, env: { ASSAY_NODE_POLL_MS: POLL_MS } });
  try {
    await untilReady(node);
    const [meter, posted] = [new CpuMeter(node.process.pid), Date.now()];
    const provider = market.chain.wallet(account).account.address;
    const { id } = await post(market, spec, { provider, runTime: 6 * 3600 });
    const mine = (message: string) => loggedAt(node, message, id);
    const [starts, finished, submitted] = [
      await mine("run starts"),
      await mine("run finished"),
      await mine("result submitted"),
    ];
    const cpu = meter.stop();
    await waitFor(market, id, "submitted");
    const between = (from: number, to: number) => (to - from) / 1000;
    return {
      nonce: starts.nonce as Hex,
      finalState: finished.finalState as Hex,
      cpu,
      stages: {
        prepare: between(posted, Number(starts.time)),
        run: between(Number(starts.time), Number(finished.time)),
        submit: between(Number(finished.time), Number(submitted.time)),
      },
    };
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

function summarise(found: readonly { direct: Direct; node: NodeCost }[]): Overhead {
  const least = (values: readonly number[]) => Math.min(...values);
  // Commitments are a part of runProgram; what they took of its processor time is not known but by the clock.
  const hashShare = least(found.map(({ direct }) => direct.hashSeconds / direct.seconds));
  const hashed = found.map(({ direct }) => (direct.cpuSeconds * hashShare * direct.seconds) / direct.wallSeconds);
  const bare = least(found.map(({ direct }, n) => direct.cpuSeconds - hashed[n]!));
  const whole = least(found.map(({ direct }) => direct.cpuSeconds));
  const daemon = least(found.map(({ node }) => node.cpu.own));
  const children = least(found.map(({ node }) => node.cpu.below));
  const bareWall = least(found.map(({ direct }) => direct.wallSeconds - direct.hashSeconds));
  const run = least(found.map(({ node: { stages } }) => stages.run));
  const percent = (value: number) => Number((100 * value).toFixed(2));
  const stage = (name: keyof Overhead["stages"]) =>
    Number(least(found.map(({ node: { stages } }) => stages[name])).toFixed(2));
  return {
    overheadCpuPercent: percent((daemon + children) / bare - 1),
    overheadWallPercent: percent(run / bareWall - 1),
    jobSeconds: Number(bareWall.toFixed(1)),
    commitmentsPercent: percent((whole - bare) / bare),
    daemonPercent: percent(daemon / bare),
    childrenPercent: percent((children - whole) / bare),
    stages: { prepare: stage("prepare"), run: stage("run"), submit: stage("submit") },
  };
}
