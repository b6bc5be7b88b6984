import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Hex } from "viem";

/** What a job's child processes print is kept after the job has ended, apart from its checkpoints. */
export function logFolder(dataDir: string, id: Hex): string {
  return join(dataDir, "logs", id.toLowerCase());
}

/** The log file of a task of a job; runs for different nonces do not share one. */
export function logFile(dataDir: string, id: Hex, task: "prepare" | "run" | "answer", nonce?: Hex): string {
  const folder = logFolder(dataDir, id);
  mkdirSync(folder, { recursive: true });
  return join(folder, nonce === undefined ? `${task}.log` : `${task}-${nonce.slice(2, 10)}.log`);
}

export interface JobLog {
  name: string;
  text: string;
}

/** The logs of a job, oldest file first. */
export function readLogs(dataDir: string, id: Hex): JobLog[] {
  const folder = logFolder(dataDir, id);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .map((name) => ({ name, at: statSync(join(folder, name)).mtimeMs }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ name }) => ({ name, text: readFileSync(join(folder, name), "utf8") }));
}

/** Removes the logs of the jobs whose last line is oldest until the rest fits. @returns jobs whose logs were removed */
export function pruneLogs(dataDir: string, maxBytes: number): number {
  const root = join(dataDir, "logs");
  if (!existsSync(root)) return 0;
  const folders = readdirSync(root).map((name) => {
    const files = readdirSync(join(root, name)).map((file) => statSync(join(root, name, file)));
    return {
      name,
      bytes: files.reduce((sum, { size }) => sum + size, 0),
      at: Math.max(0, ...files.map(({ mtimeMs }) => mtimeMs)),
    };
  });
  let total = folders.reduce((sum, { bytes }) => sum + bytes, 0);
  let removed = 0;
  for (const { name, bytes } of folders.toSorted((a, b) => a.at - b.at)) {
    if (total <= maxBytes) break;
    rmSync(join(root, name), { recursive: true, force: true });
    total -= bytes;
    removed += 1;
  }
  return removed;
}
