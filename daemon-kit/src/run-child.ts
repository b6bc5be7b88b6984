import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { closeSync, openSync } from "node:fs";
import type { Duplex } from "node:stream";
import { encodeFrame, type FromChild, readFrames, type ToChild } from "./child-channel.ts";
import { crashed, rebuild, spokeWrongly } from "./child-errors.ts";
import { limitedCommand, watchLimits } from "./child-limits.ts";
import { DaemonError } from "./errors.ts";
import { heapFlags } from "./heap-flags.ts";
import { kill, killMarked } from "./process-tree.ts";
import { bwrapCommand, findBwrap, type SandboxMode } from "./sandbox.ts";

export type RunChildArgs = {
  /** A Node script that calls serveChild. */
  script: string;
  args?: readonly string[];
  /** Added to the few variables a child gets; nothing else of this process's environment reaches it. */
  env?: Record<string, string>;
  /** Plain data: what JSON takes, and bigints and typed arrays. */
  input?: unknown;
  /** Most resident memory, in MiB, all kinds and all its processes together. */
  memoryMb: number;
  wallClockMs: number;
  /** Milliseconds without a message after which it counts as hung; unlimited if absent. */
  silenceMs?: number;
  /** Most MiB in all `writable` folders together, and in one file; unlimited if absent. */
  diskMb?: number;
  /** Shut in where possible (default), always, or never. */
  sandbox?: SandboxMode;
  /** Whether a child that is shut in has a network; it has none unless told. */
  network?: boolean;
  /** What a child that is shut in may read, beside the system's libraries and the script's packages. Absolute paths. */
  readable?: readonly string[];
  /** Folders, there already, in which it may write. Absolute paths. */
  writable?: readonly string[];
  /** A message of the child: whatever a stranger may have made it say. `pid` is the process to signal; inside a sandbox it has another number. */
  onMessage?: (message: unknown, pid: number) => void;
  /** Asks the child to stop; it is killed after `abortGraceMs`. */
  signal?: AbortSignal;
  abortGraceMs?: number;
  /** Where its output goes; appended. */
  logFile: string;
  /** Milliseconds between two looks at its memory. */
  watchMs?: number;
};

const PASSED = ["PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT"];
const MOST_FRAME_BYTES = 64 * 2 ** 20;
/** A run reports some times a second; this many at once, and so many more a second, are too many. */
const MESSAGES = { burst: 5000, perSecond: 1000 };
/** How long a child may live on after its result. */
const LINGER_MS = 5000;
/** A process that escaped may hold the pipe open: what the child itself said has arrived by then. */
const DRAIN_MS = 1000;

/**
 * Runs a Node script as a child with limits of its own, shut in where bubblewrap is there, and hands it `input`.
 * Whatever it does (crash, hang, fork, fill the disk, ignore signals, talk nonsense), this ends with an error.
 * @returns what its handler returned; to be checked by the caller, a child may have been taken over
 * @throws DK-060 too much memory, DK-061 too long or silent, DK-062 crashed, DK-064 too much on the disk, DK-065 too many
 * processes or messages, DK-066 no sandbox, the child's own coded error, or the signal's reason
 */
export async function runChild(args: RunChildArgs): Promise<unknown> {
  const { signal } = args;
  signal?.throwIfAborted();
  const mark = randomUUID();
  const child = launch(args, mark);
  return await new Run(args, child, mark).outcome;
}

/** One child from its start to its end. */
class Run {
  readonly outcome: Promise<unknown>;
  readonly #args: RunChildArgs;
  readonly #child: ChildProcess;
  readonly #pipe: Duplex;
  readonly #mark: string;
  #verdict: (() => unknown) | undefined;
  #grace: NodeJS.Timeout | undefined;
  #tokens = { left: MESSAGES.burst, at: performance.now() };

  constructor(args: RunChildArgs, child: ChildProcess, mark: string) {
    this.#args = args;
    this.#child = child;
    this.#pipe = child.stdio[3] as Duplex;
    this.#mark = mark;
    this.outcome = this.#follow();
  }

  async #follow(): Promise<unknown> {
    const { signal, input } = this.#args;
    const watch = watchLimits(this.#child, { ...this.#args, writable: this.#args.writable ?? [] }, (error) =>
      this.#end(() => Promise.reject(error)),
    );
    const wrong = (what: string) => this.#end(() => Promise.reject(spokeWrongly(this.#args, what)));
    readFrames(
      this.#pipe,
      MOST_FRAME_BYTES,
      (message) => {
        watch.alive();
        if (!this.#isTalkative()) this.#hear(message as FromChild);
        else wrong(`more than ${MESSAGES.perSecond} messages a second`);
      },
      wrong,
    );
    // A child that is already gone cannot be told anything; its end is reported by its own event.
    this.#pipe.on("error", () => {});
    const onAbort = () => this.#stop();
    signal?.addEventListener("abort", onAbort, { once: true });
    this.#tell({ kind: "input", input });
    const end = await this.#ended();
    watch.end();
    clearTimeout(this.#grace);
    signal?.removeEventListener("abort", onAbort);
    signal?.throwIfAborted();
    this.#verdict ??= () => Promise.reject(crashed(this.#args, end));
    return await this.#verdict();
  }

  #hear(message: FromChild): void {
    if (message?.kind === "message") this.#args.onMessage?.(message.message, this.#child.pid as number);
    else if (message?.kind === "result") this.#settle(() => message.result);
    else if (message?.kind === "error") this.#settle(() => Promise.reject(rebuild(message.error, this.#args.logFile)));
  }

  #settle(verdict: () => unknown): void {
    this.#verdict ??= verdict;
    this.#grace ??= setTimeout(() => this.#kill(), LINGER_MS);
  }

  #stop(): void {
    this.#tell({ kind: "abort" });
    clearTimeout(this.#grace);
    this.#grace = setTimeout(() => this.#kill(), this.#args.abortGraceMs ?? 5_000);
  }

  #end(verdict: () => unknown): void {
    this.#verdict ??= verdict;
    this.#kill();
  }

  /** The process, its group, and with a sandbox everything in it. */
  #kill(): void {
    const { pid } = this.#child;
    if (pid !== undefined && !kill(-pid)) this.#child.kill("SIGKILL");
  }

  /** Resolves when the child and all that it started are gone, with how it ended. */
  #ended(): Promise<string> {
    return new Promise((resolve) => {
      let how = "it could not be started";
      this.#child.on("error", (error) => {
        how = `could not be started: ${error.message}`;
        if (this.#child.pid === undefined) resolve(how);
      });
      this.#child.on("exit", (code, killer) => {
        how = killer ? `killed by ${killer}` : `exit code ${code} without a result`;
        this.#kill();
        killMarked(this.#mark);
        setTimeout(() => this.#pipe.destroy(), DRAIN_MS).unref();
      });
      this.#child.on("close", () => resolve(how));
    });
  }

  #tell(message: ToChild): void {
    if (this.#pipe.writable) this.#pipe.write(encodeFrame(message));
  }

  #isTalkative(): boolean {
    const now = performance.now();
    const more = ((now - this.#tokens.at) / 1000) * MESSAGES.perSecond;
    this.#tokens = { left: Math.min(MESSAGES.burst, this.#tokens.left + more) - 1, at: now };
    return this.#tokens.left < 0;
  }
}

function launch(args: RunChildArgs, mark: string): ChildProcess {
  const { script, env = {}, memoryMb, logFile } = args;
  const node = [process.execPath, ...heapFlags(memoryMb), script, ...(args.args ?? [])];
  const [command, ...rest] = [...limitedCommand(args), ...shutIn(args, node)] as [string, ...string[]];
  const inherited = PASSED.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]]));
  const log = openSync(logFile, "a", 0o600);
  try {
    return spawn(command, rest, {
      stdio: ["ignore", log, log, "pipe"],
      env: { ...Object.fromEntries(inherited), ...env, ASSAY_CHILD: mark },
      // A group of its own, so that all of it can be killed, and a key pressed for the daemon does not reach it.
      detached: process.platform !== "win32",
    });
  } finally {
    closeSync(log);
  }
}

function shutIn(
  { sandbox = "auto", script, network = false, readable = [], writable = [] }: RunChildArgs,
  command: string[],
): string[] {
  if (sandbox === "off") return command;
  const bwrap = findBwrap();
  if ("version" in bwrap) return bwrapCommand(command, script, { network, readable, writable });
  if (sandbox === "auto") return command;
  throw new DaemonError("DK-066", "no sandbox for runs", {
    kind: "UserFault",
    found: bwrap.reason,
    wanted: "bubblewrap, because the setting `sandbox` is `required`",
    hint: "install bubblewrap and allow user namespaces, or set sandbox: auto",
  });
}
