import { mkdirSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { writeDurably } from "@assay/daemon-kit";
import { decodeTensors, encodeTensors, type IntTensor } from "@assay/exact";
import { bytesToHex, type Hex, hexToBytes } from "viem";
import type { CheckOutcome } from "./tasks.ts";

const RESULT_FILE = "result.json";
const NAME = /^segment-(\d{13})\.bin$/;
/** How many states of a run are kept: what lies between is computed again when a game asks for it. */
export const MAX_STATES = 32;

/** The folder of a result's re-run. */
export function caseFolder(dataDir: string, commitment: Hex): string {
  return join(dataDir, "challenger", commitment.slice(2));
}

/** Where the children of a case write their output: beside the folder in which they may write. */
export function logOf(folder: string): string {
  return `${folder}.log`;
}

/** Commitments that have a folder in which nothing has come or gone since then (Unix ms). */
export function casesUntouchedSince(dataDir: string, sinceMs: number): Hex[] {
  const folder = join(dataDir, "challenger");
  mkdirSync(folder, { recursive: true });
  return readdirSync(folder)
    .filter((name) => /^[0-9a-f]{64}$/.test(name) && statSync(join(folder, name)).mtimeMs < sinceMs)
    .map((name): Hex => `0x${name}`);
}

export function dropCase(dataDir: string, commitment: Hex): void {
  const folder = caseFolder(dataDir, commitment);
  rmSync(folder, { recursive: true, force: true });
  rmSync(logOf(folder), { force: true });
}

/** The finished run, undefined while there is none (or its file is torn: then the run is made again). */
export function readOutcome(folder: string): CheckOutcome | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, RESULT_FILE), "utf8")) as CheckOutcome;
  } catch {
    return undefined;
  }
}

export function writeOutcome(folder: string, outcome: CheckOutcome): void {
  writeDurably(join(folder, RESULT_FILE), new TextEncoder().encode(JSON.stringify(outcome)));
}

/** Removes the states of a run that agreed: no game will ask for them. */
export function dropStates(folder: string): void {
  for (const segment of segmentsIn(folder)) rmSync(fileOf(folder, segment), { force: true });
}

/** A state a run can go on from: `segment` segments are done. */
export interface SavedState {
  segment: number;
  boundaries: Hex[];
  state: IntTensor[];
}

/** Keeps a state. The boundaries up to it travel along as a tensor of their own. */
export function saveState(folder: string, { segment, boundaries, state }: SavedState): void {
  const data = new Int8Array(32 * boundaries.length);
  for (const [i, hash] of boundaries.entries()) data.set(hexToBytes(hash), 32 * i);
  const list: IntTensor = { name: "boundaries", rows: boundaries.length, cols: 32, dtype: "int8", data };
  writeDurably(fileOf(folder, segment), encodeTensors([list, ...state]));
}

/** A state that was kept, undefined where there is none or its file is no tensor file. */
export function loadSaved(folder: string, segment: number): SavedState | undefined {
  try {
    const [list, ...state] = decodeTensors(readFileSync(fileOf(folder, segment)));
    if (!list) return undefined;
    const bytes = new Uint8Array(list.data);
    const boundaries = Array.from({ length: list.rows }, (_, i) => bytesToHex(bytes.subarray(32 * i, 32 * i + 32)));
    return { segment, boundaries, state };
  } catch {
    return undefined;
  }
}

/** The newest state that can be read. */
export function newestState(folder: string): SavedState | undefined {
  for (const segment of segmentsIn(folder)) {
    const saved = loadSaved(folder, segment);
    if (saved) return saved;
  }
  return undefined;
}

/** Newest first. */
function segmentsIn(folder: string): number[] {
  mkdirSync(folder, { recursive: true });
  return readdirSync(folder)
    .flatMap((name) => (NAME.exec(name) ? [Number(NAME.exec(name)?.[1])] : []))
    .sort((a, b) => b - a);
}

function fileOf(folder: string, segment: number): string {
  return join(folder, `segment-${String(segment).padStart(13, "0")}.bin`);
}
