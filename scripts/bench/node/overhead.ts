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
const POLL_MS = "4000";

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
  /** Processor seconds of the direct run without commitments. */
  jobSeconds: number;
  /** Of the bare run's processor time: commitments, the daemon, what its children take beyond a direct run; percent. */
  commitmentsPercent: number;
  daemonPercent: number;
  childrenPercent: number;
  /** Seconds by the clock: inputs fetched and checked, the run in its child, the output uploaded and the result sent. */
  stages: { prepare: number; run: number; submit: number };
}

/**
 * What the node adds to a job: the same program, data and nonce are run directly and by a node, at the same time, so that a
 * busy machine slows both alike. Processor time says what the node costs; of the rounds the one that differs least counts, for
 * what others do to the machine only adds.
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
      const { node, direct } = await runBoth(market, account, { spec, folder });
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

/**
 * One job on a node, its processor time from the posting to the result on the chain; and the same run directly, from the moment
 * at which the node's begins.
 */
async function runBoth(
  market: Market,
  account: number,
  { spec, folder }: { spec: Parameters<typeof post>[1]; folder: string },
): Promise<{ node: NodeCost; direct: Direct }> {
  const node = await startTestNode(market, { account, env: { ASSAY_NODE_POLL_MS: POLL_MS } });
  try {
    await untilReady(node);
    const [meter, posted] = [new CpuMeter(node.process.pid), Date.now()];
    const provider = market.chain.wallet(account).account.address;
    const { id } = await post(market, spec, { provider, runTime: 6 * 3600 });
    const starts = await loggedAt(node, "run starts", id);
    const nonce = starts.nonce as Hex;
    const beside = runDirect(folder, nonce);
    const finished = await loggedAt(node, "run finished", id);
    const submitted = await loggedAt(node, "result submitted", id);
    const cpu = meter.stop();
    const direct = await beside;
    await waitFor(market, id, "submitted");
    const between = (from: unknown, to: unknown) => (Number(to) - Number(from)) / 1000;
    const stages = {
      prepare: between(posted, starts.time),
      run: between(starts.time, finished.time),
      submit: between(finished.time, submitted.time),
    };
    return { node: { nonce, finalState: finished.finalState as Hex, cpu, stages }, direct };
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
  const reckoned = found.map(({ direct, node }) => {
    // Commitments are a part of runProgram; what they took of its processor time is not known but by the clock.
    const busy = direct.cpuSeconds / direct.wallSeconds;
    const bare = direct.cpuSeconds - direct.hashSeconds * busy;
    const percent = (seconds: number) => Number(((100 * seconds) / bare).toFixed(2));
    return {
      overheadCpuPercent: percent(node.cpu.own + node.cpu.below - bare),
      overheadWallPercent: Number((100 * (node.stages.run / (direct.wallSeconds - direct.hashSeconds) - 1)).toFixed(2)),
      jobSeconds: Number(bare.toFixed(1)),
      commitmentsPercent: percent(direct.hashSeconds * busy),
      daemonPercent: percent(node.cpu.own),
      childrenPercent: percent(node.cpu.below - direct.cpuSeconds),
      stages: node.stages,
    };
  });
  const [least] = reckoned.toSorted((a, b) => a.overheadCpuPercent - b.overheadCpuPercent);
  if (!least) throw new RangeError("no rounds");
  return least;
}
