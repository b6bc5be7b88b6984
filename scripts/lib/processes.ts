import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { onExit } from "signal-exit";

export interface ProcessOptions {
  /** For messages: `chain`, `storage`, `node A`. */
  name: string;
  /** A JavaScript or TypeScript file, run by this process's own Node. */
  script: string;
  args?: readonly string[];
  env?: Readonly<Record<string, string | undefined>>;
  cwd?: string;
  /** A command that runs what follows it: a sandbox, a limit. */
  wrapper?: readonly string[];
  /** Sees every line of standard output and standard error. */
  onLine?: (line: string) => void;
}

/** A child process of the local network. It is stopped by its process id, and never outlives this process. */
export interface LocalProcess {
  readonly name: string;
  readonly pid: number;
  /** The last lines it printed, oldest first. */
  readonly tail: readonly string[];
  readonly exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  /** The first line for which `find` returns something, looked for in what was printed and what comes. */
  waitForLine<T>(find: (line: string) => T | undefined, timeoutMs?: number): Promise<T>;
  kill(signal: NodeJS.Signals): void;
  /** SIGTERM, then SIGKILL after `graceMs`; resolves when it is gone. */
  stop(graceMs?: number): Promise<void>;
}

const TAIL_LINES = 400;
const running = new Set<ChildProcess>();
onExit(() => {
  for (const child of running) child.kill("SIGKILL");
});

/** Starts a child process. Its output is read line by line; nothing is inherited but the environment's basics. */
export function startProcess(options: ProcessOptions): LocalProcess {
  const { name, script, args = [], env = {}, cwd, wrapper = [], onLine } = options;
  const node = [process.execPath, "--disable-warning=ExperimentalWarning", script, ...args];
  const [command, ...rest] = [...wrapper, ...node] as [string, ...string[]];
  const child = spawn(command, rest, {
    cwd,
    env: { ...basics(), ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  running.add(child);
  const tail: string[] = [];
  const listeners = new Set<(line: string) => void>();
  const take = (line: string) => {
    tail.push(line);
    if (tail.length > TAIL_LINES) tail.shift();
    onLine?.(line);
    for (const listener of [...listeners]) listener(line);
  };
  createInterface({ input: child.stdout }).on("line", take);
  createInterface({ input: child.stderr }).on("line", take);
  const exited = once(child, "exit").then(([code, signal]) => {
    running.delete(child);
    return { code, signal } as { code: number | null; signal: NodeJS.Signals | null };
  });
  return {
    name,
    pid: child.pid ?? 0,
    tail,
    exited,
    waitForLine: (find, timeoutMs = 60_000) => waitForLine({ name, tail, listeners, exited }, find, timeoutMs),
    kill: (signal) => void child.kill(signal),
    stop: async (graceMs = 10_000) => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill("SIGTERM");
      const force = setTimeout(() => child.kill("SIGKILL"), graceMs);
      await exited;
      clearTimeout(force);
    },
  };
}

/** No secrets of the caller's environment travel to a child unless they are named. */
function basics(): Record<string, string | undefined> {
  const { PATH, HOME, TMPDIR, LANG, TZ } = process.env;
  return { PATH, HOME, TMPDIR, LANG, TZ };
}

interface Watched {
  name: string;
  tail: readonly string[];
  listeners: Set<(line: string) => void>;
  exited: LocalProcess["exited"];
}

async function waitForLine<T>(process_: Watched, find: (line: string) => T | undefined, timeoutMs: number): Promise<T> {
  for (const line of process_.tail) {
    const found = find(line);
    if (found !== undefined) return found;
  }
  return new Promise<T>((resolve, reject) => {
    const finish = (act: () => void) => {
      clearTimeout(timer);
      process_.listeners.delete(listener);
      act();
    };
    const fail = (what: string) =>
      finish(() =>
        reject(new Error(`${process_.name} ${what}; its last lines:\n${process_.tail.slice(-15).join("\n")}`)),
      );
    const listener = (line: string) => {
      const found = find(line);
      if (found !== undefined) finish(() => resolve(found));
    };
    const timer = setTimeout(() => fail(`did not print what was waited for within ${timeoutMs} ms`), timeoutMs);
    process_.listeners.add(listener);
    void process_.exited.then(({ code, signal }) => fail(`ended (code ${code}, signal ${signal})`));
  });
}

/** The JSON object on a line, if the line is one. */
export function jsonLine(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
