import { DaemonError } from "./errors.ts";

const FULL = ["ENOSPC", "EDQUOT"];
/** SQLite's own number for a full disk. */
const SQLITE_FULL = 13;

const DATA_DISK = {
  wanted: "room for the journal, for checkpoints and for results",
  hint: "make room on the disk of `dataDir`: the daemon goes on by itself",
};

/**
 * @param told what was to be written, and where to make room; a daemon's data unless told
 * @returns DK-068 in the place of what the file system or a database says of a full disk; any other error as it is
 */
export function asDiskError(error: unknown, told: { wanted: string; hint: string } = DATA_DISK): unknown {
  if (!(error instanceof Error)) return error;
  const { code, errcode } = error as Error & { code?: unknown; errcode?: unknown };
  if (!FULL.includes(String(code)) && !(code === "ERR_SQLITE_ERROR" && errcode === SQLITE_FULL)) return error;
  return new DaemonError("DK-068", "the disk is full", {
    kind: "Retryable",
    found: error.message,
    ...told,
    cause: error,
  });
}
