import { createHash } from "node:crypto";
import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
} from "node:fs";
import { join } from "node:path";
import { facts, writeDurably } from "@assay/daemon-kit";
import { stateHash } from "@assay/sdk";
import type { Hex } from "viem";
import { runResult } from "./child-answers.ts";
import { nodeError } from "./errors.ts";
import { OUTPUT_FILE, RESULT_FILE } from "./run-files.ts";
import type { LocalRun, RunResult } from "./state.ts";

const ATTEMPTS_FILE = "attempts.json";

/**
 * The local folder of one job: below it, a folder for each nonce with checkpoints, result and log of its run. All of it
 * may be deleted at any time; what is missing is computed again, to the same bits.
 */
export function jobFolder(dataDir: string, id: Hex): string {
  return join(dataDir, "jobs", id.toLowerCase());
}

export function runFolder(dataDir: string, id: Hex, nonce: Hex): string {
  const folder = join(jobFolder(dataDir, id), nonce.toLowerCase());
  mkdirSync(folder, { recursive: true });
  return folder;
}

/**
 * Where the child of a run writes, and nowhere else: checkpoints, result and output. What the node itself writes stands
 * beside it, so that no link that a child leaves is ever followed by a write.
 */
export function filesFolder(runFolder: string): string {
  const folder = join(runFolder, "files");
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** What the disk tells of a run: attempts, and whether it is finished. */
export function readLocalRun(dataDir: string, id: Hex, nonce: Hex): LocalRun {
  const folder = runFolder(dataDir, id, nonce);
  const noted = readJson(join(folder, ATTEMPTS_FILE)) as Pick<LocalRun, "attempts" | "gaveUp"> | undefined;
  return {
    nonce,
    attempts: noted?.attempts ?? 0,
    retryAtMs: 0,
    gaveUp: noted?.gaveUp,
    finished: existsSync(join(filesFolder(folder), RESULT_FILE)),
  };
}

/** Where the failed attempts of a run are counted; without it the run is tried again. */
export function attemptsFile(dataDir: string, id: Hex, nonce: Hex): string {
  return join(runFolder(dataDir, id, nonce), ATTEMPTS_FILE);
}

/** Keeps the count of failed attempts across restarts, so that a job that always fails is given up all the same. */
export function noteAttempts(dataDir: string, id: Hex, { nonce, attempts, gaveUp }: LocalRun): void {
  const text = JSON.stringify({ attempts, gaveUp });
  writeDurably(attemptsFile(dataDir, id, nonce), new TextEncoder().encode(text));
}

/**
 * A finished run's result and output, checked against each other.
 * @param steps of the job, from which the final state's hash is computed again
 * @throws CN-031 after removing the files, so that the run is done again from its last checkpoint
 */
export function readResult(folder: string, steps: number): { result: RunResult; output: Uint8Array } {
  let result: RunResult | undefined;
  let output: Uint8Array | undefined;
  try {
    result = runResult.parse(JSON.parse(readOwn(join(folder, RESULT_FILE), MAX_RESULT_BYTES).toString("utf8")));
    output = readOwn(join(folder, OUTPUT_FILE), result.outputBytes);
    const hash = createHash("sha256").update(output).digest("hex");
    if (result && hash === result.outputHash && stateHash(steps, result.finalRoots) === result.finalState) {
      return { result, output };
    }
  } catch {
    output = undefined;
  }
  dropResult(folder);
  throw nodeError("CN-031", {
    kind: "Retryable",
    found: output ? `${output.length} bytes that do not belong to the noted result` : "no output file",
    wanted: result ? `${result.outputBytes} bytes, sha256 ${result.outputHash}` : "a whole result file",
    hint: `nothing was submitted; the run goes on from its last checkpoint. Check the disk of ${folder}`,
  });
}

/** Longest result file: a program has at most some dozens of state tensors. */
const MAX_RESULT_BYTES = 2 ** 20;

/** A file that a child wrote: no link, no device, and no longer than it may be. */
function readOwn(path: string, maxBytes: number): Buffer {
  const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const found = fstatSync(file);
    if (!found.isFile() || found.size > maxBytes) throw new RangeError(`${path} is no file of ${maxBytes} bytes`);
    return readFileSync(file);
  } finally {
    closeSync(file);
  }
}

export function dropResult(folder: string): void {
  for (const name of [RESULT_FILE, OUTPUT_FILE]) rmSync(join(folder, name), { force: true });
}

/** Removes all that is kept of a job. */
export function forgetJob(dataDir: string, id: Hex): void {
  rmSync(jobFolder(dataDir, id), { recursive: true, force: true });
}

/** Ids of the jobs that have a folder. */
export function jobsOnDisk(dataDir: string): Hex[] {
  const folder = join(dataDir, "jobs");
  if (!existsSync(folder)) return [];
  return readdirSync(folder).filter((name): name is Hex => /^0x[0-9a-f]{64}$/.test(name));
}

/** MiB of all that is kept of jobs. */
export function jobsMb(dataDir: string): number {
  const folder = join(dataDir, "jobs");
  if (!existsSync(folder)) return 0;
  const bytes = readdirSync(folder, { recursive: true, encoding: "utf8" }).reduce(
    // a checkpoint may be replaced while they are counted
    (sum, name) => sum + (lstatSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0),
    0,
  );
  return Math.ceil(bytes / 2 ** 20);
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    if (facts(error).code !== "ENOENT" && !(error instanceof SyntaxError)) throw error;
    return undefined;
  }
}
