import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";

/** A program that the indexer runs. */
export interface Program {
  readonly pid: number;
  /** Its last lines of output, oldest first. */
  readonly tail: readonly string[];
  /** Resolves when it is gone. */
  readonly exited: Promise<Exit>;
  /** Sends `signal`, SIGKILL after `graceMs`; resolves when it is gone. */
  stop(signal: NodeJS.Signals, graceMs: number): Promise<void>;
}

export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

export interface RunArgs {
  file: string;
  args: readonly string[];
  cwd?: string;
  env?: Readonly<Record<string, string | undefined>>;
  /** Run as this user; only root can. */
  user?: { uid: number; gid: number };
  /** What it gets when this process dies. */
  onParentDeath?: "INT" | "KILL";
  onLine?: (line: string) => void;
}

const TAIL_LINES = 200;
const running = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/**
 * The command line of a program that gets `signal` when its parent dies, in whatever way. Linux only; elsewhere the
 * program is stopped only by a parent that still can.
 */
export function boundToParent(signal: "INT" | "KILL", file: string, args: readonly string[]): [string, string[]] {
  if (process.platform !== "linux") return [file, [...args]];
  return ["setpriv", ["--pdeathsig", signal, file, ...args]];
}

/** Starts a program. It ends when this process ends. */
export function run({ file, args, cwd, env, user, onParentDeath = "KILL", onLine }: RunArgs): Program {
  const child = spawn(...boundToParent(onParentDeath, file, args), {
    cwd,
    env: { ...process.env, ...env },
    ...user,
    stdio: ["ignore", "pipe", "pipe"],
  });
  running.add(child);
  const tail: string[] = [];
  const take = (line: string) => {
    tail.push(line);
    if (tail.length > TAIL_LINES) tail.shift();
    onLine?.(line);
  };
  for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on("line", take);
  const exited = new Promise<Exit>((resolve) => {
    child.once("error", (error) => {
      take(error.message);
      running.delete(child);
      resolve({ code: null, signal: null });
    });
    child.once("close", (code, signal) => {
      running.delete(child);
      resolve({ code, signal });
    });
  });
  const stop = async (signal: NodeJS.Signals, graceMs: number) => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    const timer = setTimeout(() => child.kill("SIGKILL"), graceMs);
    await exited;
    clearTimeout(timer);
  };
  return { pid: child.pid ?? -1, tail, exited, stop };
}

/** Whether a process of this id runs. One that was killed and whose parent has not looked yet does not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return false;
  }
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return process.platform !== "linux";
  }
}
