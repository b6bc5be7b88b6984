import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { writeDurably } from "@assay/daemon-kit/child";
import type { Hex } from "viem";

/*
 * Checkpoint file, integers big-endian:
 *   "ASYK" | version:u8 = 1 | step:u64 | count:u32 | count boundaries of 32 bytes | tensor file | sha256 of all before
 * The hash tells a torn file from a whole one; the file before it is used then.
 */
const MAGIC = Buffer.from("ASYK");
const VERSION = 1;
const HEADER = 4 + 1 + 8 + 4;
const HASH = 32;
const NAME = /^checkpoint-(\d{13})\.bin$/;

/** How many of the newest are kept in any case: the last one may be torn by a crash. */
export const KEPT = 2;

export interface Checkpoint {
  /** Completed steps. */
  step: number;
  /** S_1 to S_k of the k completed segments. */
  boundaries: Hex[];
  /** The state, as a tensor file. */
  tensors: Uint8Array;
}

/**
 * Writes a checkpoint and removes older ones.
 * @param isMilestone which of the older ones stay, by their steps: those from which a dispute's questions are answered
 */
export function writeCheckpoint(
  folder: string,
  checkpoint: Checkpoint,
  isMilestone: (step: number) => boolean = () => false,
): void {
  const { step, boundaries, tensors } = checkpoint;
  const header = Buffer.alloc(HEADER);
  MAGIC.copy(header);
  header.writeUInt8(VERSION, 4);
  header.writeBigUInt64BE(BigInt(step), 5);
  header.writeUInt32BE(boundaries.length, 13);
  const body = Buffer.concat([header, ...boundaries.map((hash) => Buffer.from(hash.slice(2), "hex")), tensors]);
  writeDurably(join(folder, nameOf(step)), Buffer.concat([body, sha256(body)]));
  for (const old of stepsIn(folder).slice(KEPT)) {
    if (!isMilestone(old)) rmSync(join(folder, nameOf(old)), { force: true });
  }
}

/** The checkpoint after `step` steps, undefined where none was kept or its file is torn. */
export function checkpointAt(folder: string, step: number): Checkpoint | undefined {
  const file = join(folder, nameOf(step));
  if (!existsSync(file)) return undefined;
  const checkpoint = decode(readFileSync(file));
  return checkpoint?.step === step ? checkpoint : undefined;
}

/** DSP-91: a run of so many segments keeps the state after each so many of them. */
export function milestoneSpacing(segments: number): number {
  return Math.max(1, Math.min(64, Math.floor(Math.sqrt(segments))));
}

/**
 * Most that the checkpoints of one run take on the disk at a time: milestones, the newest two, and the one being written.
 * @param stateBytes of the state as a tensor file
 */
export function checkpointBytes(segments: number, stateBytes: number): number {
  const inner = segments - 1;
  const files = Math.min(inner, Math.floor(inner / milestoneSpacing(segments)) + KEPT) + 1;
  return files * (HEADER + 32 * inner + stateBytes + HASH);
}

/**
 * The newest checkpoint that is whole and of use.
 * @param read makes of a whole one what the caller needs; undefined when it is of no use
 * @param onTorn told of each one that is left out, newest first
 */
export function readCheckpoint<T>(
  folder: string,
  read: (checkpoint: Checkpoint) => T | undefined,
  onTorn: (file: string) => void = () => {},
): T | undefined {
  for (const step of stepsIn(folder)) {
    const file = join(folder, nameOf(step));
    const checkpoint = decode(readFileSync(file));
    const found = checkpoint?.step === step ? read(checkpoint) : undefined;
    if (found !== undefined) return found;
    onTorn(file);
  }
  return undefined;
}

function decode(bytes: Buffer): Checkpoint | undefined {
  if (bytes.length < HEADER + HASH) return undefined;
  const body = bytes.subarray(0, -HASH);
  if (!sha256(body).equals(bytes.subarray(-HASH))) return undefined;
  if (!body.subarray(0, 4).equals(MAGIC) || body.readUInt8(4) !== VERSION) return undefined;
  const count = body.readUInt32BE(13);
  const boundaries = Array.from({ length: count }, (_, i): Hex => {
    const at = HEADER + 32 * i;
    return `0x${body.subarray(at, at + 32).toString("hex")}`;
  });
  // A copy: a Buffer is a window on memory that others share, and readers look behind it.
  const tensors = new Uint8Array(body.subarray(HEADER + 32 * count));
  return { step: Number(body.readBigUInt64BE(5)), boundaries, tensors };
}

/** Steps of the checkpoints in a folder, newest first. */
function stepsIn(folder: string): number[] {
  mkdirSync(folder, { recursive: true });
  return readdirSync(folder)
    .flatMap((name) => (NAME.exec(name) ? [Number(NAME.exec(name)?.[1])] : []))
    .sort((a, b) => b - a);
}

function nameOf(step: number): string {
  return `checkpoint-${String(step).padStart(13, "0")}.bin`;
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash("sha256").update(bytes).digest();
}
