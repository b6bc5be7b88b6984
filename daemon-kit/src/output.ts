import { asDiskError } from "./disk-error.ts";
import { DaemonError, EXIT_OK, exitCodeOf, formatError } from "./errors.ts";

/**
 * Keeps a program alive when nobody takes what it prints. A reader that has gone (`| head`) has read enough: the command goes on
 * to its end, it may be moving money. Where there is no room for what is printed, that is told on standard error, and the
 * exit code says so: 75 for a full disk. What standard error itself does not take is lost.
 */
export function guardOutput(): void {
  let isTold = false;
  process.stdout.on("error", (cause: NodeJS.ErrnoException) => {
    if (cause.code === "EPIPE" || isTold) return;
    isTold = true;
    const error = unwritten(cause);
    process.stderr.write(`${formatError(error)}\n`);
    process.on("exit", (code) => {
      if (code === EXIT_OK) process.exitCode = exitCodeOf(error);
    });
  });
  process.stderr.on("error", () => {});
}

function unwritten(cause: NodeJS.ErrnoException): unknown {
  const error = asDiskError(cause, {
    wanted: "room for what is printed",
    hint: "make room where standard output leads; what the command was to do is done all the same",
  });
  if (error !== cause) return error;
  return new DaemonError("DK-070", "the output cannot be written", {
    kind: "UserFault",
    found: cause.message,
    wanted: "a terminal, a pipe or a file that takes what is printed",
    hint: "see where standard output leads; what the command was to do is done all the same",
    cause,
  });
}
