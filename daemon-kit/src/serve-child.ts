import { fstatSync } from "node:fs";
import { Socket } from "node:net";
import {
  CHANNEL_FD,
  type ChildFailure,
  encodeFrame,
  type FromChild,
  readFrames,
  type ToChild,
} from "./child-channel.ts";
import { asDiskError } from "./disk-error.ts";
import { DaemonError, isCodedError } from "./errors.ts";

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
  const pipe = openPipe();
  const controller = new AbortController();
  const post = (message: FromChild) =>
    new Promise<void>((resolve, reject) => {
      pipe.write(encodeFrame(message), (error) => (error ? reject(error) : resolve()));
    });
  const work = async (input: unknown) => {
    const context = { signal: controller.signal, send: (message: unknown) => post({ kind: "message", message }) };
    try {
      await post({ kind: "result", result: await handler(input, context) });
      process.exit(0);
    } catch (error) {
      console.error(error);
      await post({ kind: "error", error: describe(error) });
      process.exit(1);
    }
  };
  pipe.on("close", () => process.exit(1));
  pipe.on("error", () => process.exit(1));
  const gone = () => process.exit(1);
  readFrames(
    pipe,
    Number.POSITIVE_INFINITY,
    (message) => {
      const { kind, ...rest } = message as ToChild;
      if (kind === "abort") controller.abort();
      else void work((rest as { input?: unknown }).input);
    },
    gone,
  );
}

function openPipe(): Socket {
  try {
    if (process.env.ASSAY_CHILD === undefined || !fstatSync(CHANNEL_FD).isSocket()) throw new Error("no pipe");
    return new Socket({ fd: CHANNEL_FD, readable: true, writable: true });
  } catch (cause) {
    throw new DaemonError("DK-063", "not started by a daemon", {
      kind: "UserFault",
      found: "no channel to a parent process",
      wanted: "a start through runChild",
      hint: "run the daemon; it starts this script itself",
      cause,
    });
  }
}

function describe(thrown: unknown): ChildFailure {
  // A full disk is no fault of the run: who started it must be able to tell.
  const error = asDiskError(thrown);
  if (!isCodedError(error)) return { message: error instanceof Error ? error.message : String(error) };
  const { code, message, found, wanted, hint } = error;
  return { code, ...(error instanceof DaemonError ? { kind: error.kind } : {}), message, found, wanted, hint };
}
