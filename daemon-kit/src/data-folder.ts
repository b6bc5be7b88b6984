import { randomUUID } from "node:crypto";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DaemonError } from "./errors.ts";
import { makeFolder } from "./make-folder.ts";

/** Enough for a block of any file system: what a full disk takes without complaint is not what a journal needs. */
const TRIAL_BYTES = 64 * 1024;

/**
 * Makes a daemon's data folder, and finds out by writing whether it can be used: modes do not tell of read-only mounts,
 * quotas and full disks.
 * @throws DK-067
 */
export function makeDataFolder(path: string): void {
  const trial = join(path, `.trial-${randomUUID()}`);
  try {
    makeFolder(path);
    writeFileSync(trial, new Uint8Array(TRIAL_BYTES), { flag: "wx", mode: 0o600, flush: true });
    rmSync(trial);
  } catch (cause) {
    try {
      rmSync(trial, { force: true });
    } catch {
      // On a file system that is read-only there is nothing to remove.
    }
    throw new DaemonError("DK-067", "the data folder cannot be written", {
      kind: "UserFault",
      found: cause instanceof Error ? cause.message : String(cause),
      wanted: `a folder in which this user may make files, with room, at ${path}`,
      hint: "make room, mend the mode, or set `dataDir` to another folder",
      cause,
    });
  }
}
