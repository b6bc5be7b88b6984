import { readFileSync } from "node:fs";
import type { ChildFailure } from "./child-channel.ts";
import { DaemonError } from "./errors.ts";

/** What an error of a child names. */
export type ErrorContext = { memoryMb: number; wallClockMs: number; diskMb?: number | undefined; logFile: string };

export function tooMuchMemory({ memoryMb, logFile }: ErrorContext, used: number): DaemonError {
  return new DaemonError("DK-060", "the run used too much memory", {
    kind: "UserFault",
    found: `${Math.ceil(used)} MiB resident; ${tail(logFile)}`,
    wanted: `at most ${memoryMb} MiB`,
    hint: "take smaller jobs, or raise the memory limit of runs",
  });
}

export function tooLong({ wallClockMs, logFile }: ErrorContext, found: string): DaemonError {
  return new DaemonError("DK-061", "the run took too long", {
    kind: "UserFault",
    found: `${found}; ${tail(logFile)}`,
    wanted: `a result within ${wallClockMs} ms`,
    hint: "take jobs this machine can finish in time, or raise the time limit of runs",
  });
}

export function crashed({ logFile }: ErrorContext, found: string, cause?: unknown): DaemonError {
  return new DaemonError("DK-062", "the run crashed", {
    kind: "Retryable",
    found: `${found}; ${tail(logFile)}`,
    wanted: "a result",
    hint: `see ${logFile}; it goes on from its last checkpoint when tried again`,
    cause,
  });
}

export function tooMuchDisk({ diskMb, logFile }: ErrorContext, found: string): DaemonError {
  return new DaemonError("DK-064", "the run wrote too much", {
    kind: "UserFault",
    found: `${found}; ${tail(logFile)}`,
    wanted: `at most ${diskMb} MiB in its folders`,
    hint: "take smaller jobs, or raise the disk limit of runs; a job that writes more than its program needs is hostile",
  });
}

export function tooManyProcesses({ logFile }: ErrorContext, found: number, most: number): DaemonError {
  return new DaemonError("DK-065", "the run broke its rules", {
    kind: "UserFault",
    found: `${found} processes; ${tail(logFile)}`,
    wanted: `at most ${most}: a run starts none`,
    hint: `the job is hostile, or a package is: see ${logFile}, and report it`,
  });
}

export function spokeWrongly({ logFile }: ErrorContext, what: string): DaemonError {
  return new DaemonError("DK-065", "the run broke its rules", {
    kind: "UserFault",
    found: `${what}; ${tail(logFile)}`,
    wanted: "a few short messages and one result",
    hint: `the job is hostile, or a package is: see ${logFile}, and report it`,
  });
}

/** What the child itself says of its end. Its words are a stranger's: they are cut to a length. */
export function rebuild(failure: unknown, logFile: string): DaemonError {
  const { code, message, kind, found, wanted, hint } = (failure ?? {}) as Partial<ChildFailure>;
  const known = typeof code === "string" && /^[A-Z]{2,3}-\d{3}$/.test(code) ? code : undefined;
  const said = text(message, "no reason");
  return new DaemonError(known ?? "DK-062", known ? said : "the run crashed", {
    kind: kind === "Retryable" || kind === "UserFault" ? kind : "Fatal",
    found: found === undefined ? `${said}; ${tail(logFile)}` : text(found, ""),
    wanted: text(wanted, "a result"),
    hint: text(hint, `see ${logFile}`),
  });
}

const MOST_TEXT = 4000;

function text(value: unknown, otherwise: string): string {
  return typeof value === "string" ? value.slice(0, MOST_TEXT) : otherwise;
}

const TAIL_BYTES = 1500;

function tail(logFile: string, lines = 8): string {
  try {
    const log = readFileSync(logFile).subarray(-4 * TAIL_BYTES);
    const end = log.toString("utf8").trimEnd().split("\n").slice(-lines).join("\n").slice(-TAIL_BYTES);
    return end ? `its log ends with:\n${end}` : "its log is empty";
  } catch {
    return "it has no log";
  }
}
