import { DaemonError, isCodedError } from "./errors.ts";
import type { ChildFailure, FromChild, ToChild } from "./run-child.ts";

export type ChildContext = {
  /** Fires when the parent asks the run to stop: write a checkpoint and return. */
  signal: AbortSignal;
  /** Sends a message to the parent's onMessage. Resolves when it is on its way. */
  send(message: unknown): Promise<void>;
};

/**
 * The child's side of runChild: hands the parent's input to `handler` and its result, or failure, back. Ends the process
 * when done, and at once when the parent is gone.
 */
export function serveChild(handler: (input: unknown, context: ChildContext) => Promise<unknown>): void {
  if (!process.send) {
    throw new DaemonError("DK-063", "not started by a daemon", {
      kind: "UserFault",
      found: "no channel to a parent process",
      wanted: "a start through runChild",
      hint: "run the daemon; it starts this script itself",
    });
  }
  const controller = new AbortController();
  process.on("disconnect", () => process.exit(1));
  process.on("message", async (message: ToChild) => {
    if (message.kind === "abort") return controller.abort();
    const context = { signal: controller.signal, send: (m: unknown) => post({ kind: "message", message: m }) };
    try {
      await post({ kind: "result", result: await handler(message.input, context) });
      process.exit(0);
    } catch (error) {
      console.error(error);
      await post({ kind: "error", error: describe(error) });
      process.exit(1);
    }
  });
}

function post(message: FromChild): Promise<void> {
  return new Promise((resolve, reject) => {
    process.send?.(message, undefined, undefined, (error: Error | null) => (error ? reject(error) : resolve()));
  });
}

function describe(error: unknown): ChildFailure {
  if (!isCodedError(error)) return { message: error instanceof Error ? error.message : String(error) };
  const { code, message, found, wanted, hint } = error;
  return { code, kind: error instanceof DaemonError ? error.kind : undefined, message, found, wanted, hint };
}
