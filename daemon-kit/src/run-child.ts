import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { DaemonError, type ErrorKind } from "./errors.ts";

export type RunChildArgs = {
  /** A Node script that calls serveChild. */
  script: string;
  args?: readonly string[];
  /** Added to the few variables a child gets; nothing else of this process's environment reaches it. */
  env?: Record<string, string>;
  /** Anything the structured clone algorithm takes. */
  input?: unknown;
  /** Most resident memory, in MiB, all kinds together. */
  memoryMb: number;
  wallClockMs: number;
  /** Milliseconds without a message after which it counts as hung; unlimited if absent. */
  silenceMs?: number;
  onMessage?: (message: unknown) => void;
  /** Asks the child to stop; it is killed after `abortGraceMs`. */
  signal?: AbortSignal;
  abortGraceMs?: number;
  /** Where its output goes; appended. */
  logFile: string;
  /** Milliseconds between two looks at its memory. */
  watchMs?: number;
};

/** What goes over the pipe. */
export type ToChild = { kind: "input"; input: unknown } | { kind: "abort" };
export type FromChild =
  | { kind: "message"; message: unknown }
  | { kind: "result"; result: unknown }
  | { kind: "error"; error: ChildFailure };
export type ChildFailure = {
  code?: string;
  kind?: ErrorKind;
  message: string;
  found?: string;
  wanted?: string;
  hint?: string;
};

const PASSED = ["PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT"];

/**
 * Runs a Node script as a child with limits of its own and hands it `input`.
 * @returns what its handler returned
 * @throws DK-060 too much memory, DK-061 too long or silent, DK-062 crashed, the child's own coded error, or the signal's
 * reason
 */
export function runChild(args: RunChildArgs): Promise<unknown> {
  const { signal, input, abortGraceMs = 5_000, onMessage } = args;
  if (signal?.aborted) return Promise.reject(signal.reason);
  const child = launch(args);
  return new Promise((resolve, reject) => {
    let verdict: (() => void) | undefined;
    let grace: NodeJS.Timeout | undefined;
    const end = (why: () => void) => {
      verdict ??= why;
      child.kill("SIGKILL");
    };
    const stopWatching = watchLimits(child, args, (error) => end(() => reject(error)));
    const onAbort = () => {
      tell(child, { kind: "abort" });
      grace = setTimeout(() => end(() => reject(signal?.reason)), abortGraceMs);
    };
    signal?.addEventListener("abort", onAbort, { once: true });
    child.on("message", (message: FromChild) => {
      if (message.kind === "message") onMessage?.(message.message);
      else if (message.kind === "result") verdict ??= () => resolve(message.result);
      else verdict ??= () => reject(rebuild(message.error, args.logFile));
    });
    child.on("error", (cause) => end(() => reject(crashed(args, `could not be started: ${cause.message}`, cause))));
    child.on("close", (code, killer) => {
      stopWatching();
      clearTimeout(grace);
      signal?.removeEventListener("abort", onAbort);
      if (signal?.aborted) return reject(signal.reason);
      verdict ??= () => reject(crashed(args, killer ? `killed by ${killer}` : `exit code ${code} without a result`));
      verdict();
    });
    tell(child, { kind: "input", input });
  });
}

function launch({ script, args = [], env = {}, memoryMb, logFile }: RunChildArgs): ChildProcess {
  const log = openSync(logFile, "a", 0o600);
  const inherited = PASSED.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]]));
  try {
    return spawn(process.execPath, [`--max-old-space-size=${Math.ceil(memoryMb)}`, script, ...args], {
      stdio: ["ignore", log, log, "ipc"],
      env: { ...Object.fromEntries(inherited), ...env },
      serialization: "advanced",
    });
  } finally {
    closeSync(log);
  }
}

// A child that is already gone cannot be told anything; its end is reported by its own event.
function tell(child: ChildProcess, message: ToChild): void {
  if (child.connected) child.send(message, () => {});
}

function watchLimits(child: ChildProcess, args: RunChildArgs, stop: (error: DaemonError) => void): () => void {
  const { memoryMb, wallClockMs, silenceMs, watchMs = 250 } = args;
  const memory = setInterval(() => {
    const used = child.pid === undefined ? 0 : residentMb(child.pid);
    if (used > memoryMb) stop(tooMuchMemory(args, used));
  }, watchMs);
  const clock = setTimeout(() => stop(tooLong(args, `still running after ${wallClockMs} ms`)), wallClockMs);
  const silence =
    silenceMs === undefined
      ? undefined
      : setTimeout(() => stop(tooLong(args, `no sign of life for ${silenceMs} ms`)), silenceMs);
  child.on("message", () => silence?.refresh());
  return () => {
    clearInterval(memory);
    clearTimeout(clock);
    clearTimeout(silence);
  };
}

function residentMb(pid: number): number {
  try {
    if (process.platform === "linux") {
      const kib = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
      return Number(kib ?? 0) / 1024;
    }
    return Number(execFileSync("ps", ["-o", "rss=", "-p", `${pid}`], { encoding: "utf8" })) / 1024;
  } catch {
    return 0; // gone between two looks
  }
}

function tooMuchMemory({ memoryMb, logFile }: RunChildArgs, used: number): DaemonError {
  return new DaemonError("DK-060", "the run used too much memory", {
    kind: "UserFault",
    found: `${Math.ceil(used)} MiB resident; ${tail(logFile)}`,
    wanted: `at most ${memoryMb} MiB`,
    hint: "take smaller jobs, or raise the memory limit of runs",
  });
}

function tooLong({ wallClockMs, logFile }: RunChildArgs, found: string): DaemonError {
  return new DaemonError("DK-061", "the run took too long", {
    kind: "UserFault",
    found: `${found}; ${tail(logFile)}`,
    wanted: `a result within ${wallClockMs} ms`,
    hint: "take jobs this machine can finish in time, or raise the time limit of runs",
  });
}

function crashed({ logFile }: RunChildArgs, found: string, cause?: unknown): DaemonError {
  return new DaemonError("DK-062", "the run crashed", {
    kind: "Retryable",
    found: `${found}; ${tail(logFile)}`,
    wanted: "a result",
    hint: `see ${logFile}; it goes on from its last checkpoint when tried again`,
    cause,
  });
}

function rebuild(failure: ChildFailure, logFile: string): DaemonError {
  return new DaemonError(failure.code ?? "DK-062", failure.code ? failure.message : "the run crashed", {
    kind: failure.kind ?? "Fatal",
    found: failure.found ?? `${failure.message}; ${tail(logFile)}`,
    wanted: failure.wanted ?? "a result",
    hint: failure.hint ?? `see ${logFile}`,
  });
}

function tail(logFile: string, lines = 8): string {
  try {
    const text = readFileSync(logFile, "utf8").trimEnd().split("\n").slice(-lines).join("\n").slice(-1500);
    return text ? `its log ends with:\n${text}` : "its log is empty";
  } catch {
    return "it has no log";
  }
}
