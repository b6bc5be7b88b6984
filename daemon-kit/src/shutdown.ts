import { asDiskError } from "./disk-error.ts";
import { EXIT_FAULT, EXIT_OK, EXIT_RETRY, exitCodeOf, formatError } from "./errors.ts";

/** Stop taking work, then write down what is under way, then close what is open. */
export type ShutdownPhase = "intake" | "persist" | "close";
const PHASES: readonly ShutdownPhase[] = ["intake", "persist", "close"];

export type ShutdownFailure = { name: string; error: unknown };

export type CreateShutdownArgs = {
  /** Milliseconds all callbacks together may take. */
  graceMs?: number;
  signals?: readonly NodeJS.Signals[];
  /** Told of each resource that failed to close, or did not in time. */
  onFailure?: (failure: ShutdownFailure) => void;
  /** Told of a failure that nothing has caught, before everything is closed; written to standard error unless told. */
  onUncaught?: (error: unknown) => void;
  /** Replaces process.exit in tests. */
  exit?: (code: number) => void;
};

export type Shutdown = {
  /** Fires when the shutdown begins. */
  readonly signal: AbortSignal;
  /** Registers a resource; within its phase the last registered closes first. @returns a function that takes it back */
  register(name: string, close: () => Promise<void> | void, phase?: ShutdownPhase): () => void;
  /** Closes everything and exits: 0, or by `cause` (75 when trying again helps, else 1). Later calls wait for the first. */
  stop(cause?: unknown): Promise<number>;
};

/**
 * Ordered shutdown, on SIGINT and SIGTERM too; a second signal exits at once with 1. So it is after a failure that nothing has
 * caught: a daemon in an unknown state ends, with 75, since whatever supervises it starts it again, and what was signed and
 * written down is found then.
 */
export function createShutdown(args: CreateShutdownArgs = {}): Shutdown {
  const {
    graceMs = 10_000,
    signals = ["SIGINT", "SIGTERM"],
    onFailure = () => {},
    onUncaught = (error) => void process.stderr.write(`${formatError(error)}\n`),
    exit = (code) => process.exit(code),
  } = args;
  const resources: { name: string; close: () => Promise<void> | void; phase: ShutdownPhase }[] = [];
  const controller = new AbortController();
  let stopping: Promise<number> | undefined;
  let isBroken = false;

  const stop = (cause?: unknown): Promise<number> => {
    stopping ??= run(cause);
    return stopping;
  };
  const onSignal = () => {
    if (stopping) exit(EXIT_FAULT);
    else void stop();
  };
  for (const name of signals) process.on(name, onSignal);
  const onBroken = (error: unknown) => {
    onUncaught(asDiskError(error));
    isBroken = true;
    void stop();
  };
  process.on("uncaughtException", onBroken);

  async function run(cause: unknown): Promise<number> {
    controller.abort();
    const failures = await closeAll(resources, graceMs, onFailure);
    const code = cause !== undefined ? exitCodeOf(cause) : isBroken ? EXIT_RETRY : failures > 0 ? EXIT_FAULT : EXIT_OK;
    for (const name of signals) process.off(name, onSignal);
    process.off("uncaughtException", onBroken);
    exit(code);
    return code;
  }

  return {
    signal: controller.signal,
    stop,
    register(name, close, phase = "close") {
      const resource = { name, close, phase };
      resources.push(resource);
      return () => {
        const at = resources.indexOf(resource);
        if (at >= 0) resources.splice(at, 1);
      };
    },
  };
}

type Resource = { name: string; close: () => Promise<void> | void; phase: ShutdownPhase };

// One after the other: what was opened later may need what was opened earlier until it is closed.
async function closeAll(resources: Resource[], graceMs: number, onFailure: (failure: ShutdownFailure) => void) {
  let failures = 0;
  const fail = (name: string, error: unknown) => {
    failures += 1;
    onFailure({ name, error });
  };
  let timer: NodeJS.Timeout | undefined;
  const expired = Symbol();
  const deadline = new Promise<typeof expired>((resolve) => {
    timer = setTimeout(() => resolve(expired), graceMs);
  });
  for (const phase of PHASES) {
    for (const { name, close } of resources.filter((r) => r.phase === phase).reverse()) {
      const done = Promise.resolve()
        .then(close)
        .catch((error: unknown) => fail(name, error));
      if ((await Promise.race([done, deadline])) === expired) fail(name, new Error(`not closed within ${graceMs} ms`));
    }
  }
  clearTimeout(timer);
  return failures;
}
