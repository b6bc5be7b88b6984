import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { keccak256, toHex } from "viem";
import { heapFlags } from "../../../daemon-kit/src/index.ts";
import {
  assembleJob,
  encodeManifest,
  encodeTensors,
  type Hex,
  type JobManifest,
  parseProgram,
  type SpecFields,
  x24Digits,
} from "../../../exact/src/index.ts";
import { cidOfFile, digestOf, uploadFile } from "../../../storage/src/index.ts";
import { loadDigits, packDigits } from "../../lib/digits.ts";
import { jsonLine } from "../../lib/processes.ts";

const PROBE_STEPS = 640;
const DIRECT = new URL("direct.ts", import.meta.url).pathname;
/** Both run with the flags of a node's child, and about its memory. */
const DIRECT_MB = 450;

/** The training that is run both ways, its inputs on a gateway and in a folder. */
export interface BenchJob {
  spec: SpecFields & { inputs: Hex };
  gateway: string;
  /** Holds `manifest` and `dataset`, for direct runs. */
  folder: string;
}

/** What a direct run took. */
export interface Direct {
  /** Of the run itself, and of its commitments; by the clock. */
  wallSeconds: number;
  hashSeconds: number;
  /** Processor seconds by what they were spent on. */
  cpuSeconds: Record<"start" | "inputs" | "engine" | "steps", number>;
  finalState: Hex;
}

/**
 * A training of the digits that takes a process about so many processor seconds here. Of jobs that are made later in the same
 * folder only the last one can be run directly.
 */
export async function makeJob(folder: string, gateway: string, seconds: number): Promise<BenchJob> {
  await writeJob(folder, PROBE_STEPS);
  const { cpuSeconds } = await runDirect(folder, keccak256(toHex("overhead")));
  const steps = Math.ceil((seconds * PROBE_STEPS) / cpuSeconds.steps / 64) * 64;
  const { manifest, dataset, spec } = await writeJob(folder, Math.max(PROBE_STEPS, steps));
  await uploadFile({ gateway, bytes: dataset });
  const { cid } = await uploadFile({ gateway, bytes: encodeManifest(manifest) });
  return { spec: { ...spec, inputs: digestOf(cid) }, gateway, folder };
}

async function writeJob(folder: string, steps: number) {
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
  const { spec } = await assembleJob(manifest, { dataset: tensor });
  return { manifest, dataset, spec };
}

/** Runs the folder's job in a bare process: no daemon, no sandbox, no checkpoints. */
export async function runDirect(folder: string, nonce: Hex): Promise<Direct> {
  const flags = ["--disable-warning=ExperimentalWarning", ...heapFlags(DIRECT_MB)];
  const child = spawn(process.execPath, [...flags, DIRECT, folder, nonce], { stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  child.stdout.on("data", (part: Buffer) => {
    text += part;
  });
  const [code] = (await once(child, "close")) as [number | null];
  if (code !== 0) throw new Error(`the direct run ended with code ${code}`);
  return JSON.parse(text) as Direct;
}

/** Seconds of a child of the node, by part: of the processor and by the clock. */
export interface Spent {
  cpuSeconds: Record<string, number>;
  wallSeconds: Record<string, number>;
}

/** What a child of the node says last of its time in its log. */
export function spentBy(log: string): Spent {
  const told = log.split("\n").map((line) => jsonLine(line) as Partial<Spent> | undefined);
  const last = told.findLast((line) => line?.cpuSeconds !== undefined);
  return { cpuSeconds: {}, wallSeconds: {}, ...last };
}
