import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

/** A process with all that descends from it. */
export type TreeUse = { processes: number; residentMb: number };

/** What a process and its descendants hold. A process that is gone counts as nothing. */
export function treeUse(pid: number): TreeUse {
  return process.platform === "linux" ? linuxUse(pid) : psUse(pid);
}

function linuxUse(root: number): TreeUse {
  const use: TreeUse = { processes: 0, residentMb: 0 };
  const waiting = [root];
  for (let pid = waiting.pop(); pid !== undefined; pid = waiting.pop()) {
    try {
      const kib = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
      use.residentMb += Number(kib ?? 0) / 1024;
      use.processes += 1;
      for (const thread of readdirSync(`/proc/${pid}/task`)) {
        const children = readFileSync(`/proc/${pid}/task/${thread}/children`, "utf8");
        waiting.push(...children.split(" ").filter(Boolean).map(Number));
      }
    } catch {
      // gone between two looks
    }
  }
  return use;
}

function psUse(root: number): TreeUse {
  try {
    const lines = execFileSync("ps", ["-A", "-o", "pid=,ppid=,rss="], { encoding: "utf8" }).trim().split("\n");
    const rows = lines.map((line) => line.trim().split(/\s+/).map(Number) as [number, number, number]);
    const tree = new Set([root]);
    for (let before = 0; before !== tree.size; ) {
      before = tree.size;
      for (const [pid, parent] of rows) if (tree.has(parent)) tree.add(pid);
    }
    const own = rows.filter(([pid]) => tree.has(pid));
    return { processes: own.length, residentMb: own.reduce((sum, [, , kib]) => sum + kib / 1024, 0) };
  } catch {
    return { processes: 0, residentMb: 0 };
  }
}

/**
 * Kills every process whose environment holds `mark`, again and again until there is none: one that left its parent and
 * its group still carries the environment it was started with. Linux only; where a sandbox ends, nothing is left to do.
 */
export function killMarked(mark: string): void {
  if (process.platform !== "linux") return;
  for (let killed = 1, rounds = 0; killed > 0 && rounds < 100; rounds++) {
    killed = 0;
    for (const name of readdirSync("/proc")) {
      if (!/^\d+$/.test(name) || !carries(name, mark)) continue;
      killed += kill(Number(name)) ? 1 : 0;
    }
  }
}

function carries(pid: string, mark: string): boolean {
  try {
    // A process that was killed and not waited for yet has no environment any more.
    return readFileSync(`/proc/${pid}/environ`, "latin1").includes(mark);
  } catch {
    return false;
  }
}

/** @returns whether there was something to kill; a negative id is a group */
export function kill(pid: number): boolean {
  try {
    process.kill(pid, "SIGKILL");
    return true;
  } catch {
    return false;
  }
}
