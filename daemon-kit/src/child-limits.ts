import type { ChildProcess } from "node:child_process";
import { cpus } from "node:os";
import { type ErrorContext, tooLong, tooManyProcesses, tooMuchDisk, tooMuchMemory } from "./child-errors.ts";
import type { DaemonError } from "./errors.ts";
import { folderUse } from "./folder-use.ts";
import { treeUse } from "./process-tree.ts";

/** What is looked at from outside, again and again. */
export type Watched = ErrorContext & {
  silenceMs?: number | undefined;
  watchMs?: number | undefined;
  /** Folders in which the child writes; `diskMb` is for all together. */
  writable: readonly string[];
};

/** Shell, sandbox and the process itself, with one to spare. */
const MOST_PROCESSES = 6;
const MOST_ENTRIES = 100_000;
/** More files than that many a MiB are of no use to a run. */
const ENTRIES_PER_MB = 16;
const DISK_WATCH_MS = 1000;

/**
 * Looks at the memory, the processes, the disk and the clock of a child, and tells of the first limit that is passed.
 * @returns ends the watch, and `alive`: puts the silence off
 */
export function watchLimits(child: ChildProcess, watched: Watched, stop: (error: DaemonError) => void) {
  const { memoryMb, wallClockMs, silenceMs, watchMs = 250, diskMb, writable } = watched;
  const size = setInterval(() => {
    const { processes, residentMb } = treeUse(child.pid ?? 0);
    if (residentMb > memoryMb) stop(tooMuchMemory(watched, residentMb));
    else if (processes > MOST_PROCESSES) stop(tooManyProcesses(watched, processes, MOST_PROCESSES));
  }, watchMs);
  const disk = diskMb === undefined ? undefined : setInterval(() => watchDisk(), DISK_WATCH_MS);
  const most = Math.max(MOST_ENTRIES, ENTRIES_PER_MB * (diskMb ?? 0));
  const watchDisk = () => {
    const used = writable.map((folder) => folderUse(folder, most));
    const mb = used.reduce((sum, { bytes }) => sum + bytes, 0) / 2 ** 20;
    if (mb > diskMb!) stop(tooMuchDisk(watched, `${Math.ceil(mb)} MiB`));
    else if (used.some(({ entries }) => entries >= most)) stop(tooMuchDisk(watched, `${most} files`));
  };
  const clock = setTimeout(() => stop(tooLong(watched, `still running after ${wallClockMs} ms`)), wallClockMs);
  const quiet = () => stop(tooLong(watched, `no sign of life for ${silenceMs} ms`));
  const silence = silenceMs === undefined ? undefined : setTimeout(quiet, silenceMs);
  return {
    alive: () => void silence?.refresh(),
    end: () => {
      clearInterval(size);
      clearInterval(disk);
      clearTimeout(clock);
      clearTimeout(silence);
    },
  };
}

/**
 * A command that sets the kernel's limits of the process and runs what follows: no core file, files no longer than
 * `diskMb`, processor time of all cores for the time given, and a wall behind the memory that is watched (the watch sees
 * resident pages only every now and then).
 */
export function limitedCommand({ memoryMb, wallClockMs, diskMb }: ErrorContext): string[] {
  if (process.platform === "win32") return [];
  const cpuSeconds = Math.ceil(wallClockMs / 1000) * cpus().length + 60;
  const set = ["ulimit -c 0", `ulimit -t ${cpuSeconds}`];
  if (diskMb !== undefined) set.push(`ulimit -f ${Math.ceil(diskMb) * 2048}`);
  if (process.platform === "linux") set.push(`ulimit -d ${Math.ceil(2 * memoryMb + DATA_SPARE_MB) * 1024}`);
  return ["/bin/sh", "-c", `${set.join("; ")}; exec "$@"`, "limits"];
}

/** Stacks of threads and reserves that are writable and never touched. */
const DATA_SPARE_MB = 2048;
