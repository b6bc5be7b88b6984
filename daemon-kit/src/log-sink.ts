import { writeSync } from "node:fs";

/** A pipe that is full is waited for, but not for long: a daemon does not stand still for a reader of its log. */
const WAIT_MS = 20;
const MOST_WAITS = 25;
const NEWLINE = 10;

/** Writes some of the bytes. @returns how many @throws what the file system says */
export type Write = (bytes: Uint8Array) => number;

/**
 * Where log lines go. A line for which there is no room (a full disk, a reader that has gone) is lost and the daemon lives on;
 * when there is room again, the number of lost ones is told, on a line of its own.
 */
export function logSink(write: Write = (bytes) => writeSync(2, bytes)): { write(line: string): void } {
  let lost = 0;
  let isTorn = false;
  /** @returns whether all of it was written */
  const put = (text: string): boolean => {
    let rest: Uint8Array = Buffer.from(text);
    for (let waits = 0; rest.length > 0; ) {
      try {
        const count = write(rest);
        isTorn = rest[count - 1] !== NEWLINE;
        rest = rest.subarray(count);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EAGAIN" || waits === MOST_WAITS) return false;
        waits += 1;
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, WAIT_MS);
      }
    }
    return true;
  };
  return {
    write: (line) => {
      const told = { level: 40, time: Date.now(), lost, msg: "log lines were lost: there was no room for them" };
      // What there is of a line that was cut must not run into the next one.
      const before = `${isTorn ? "\n" : ""}${lost > 0 ? `${JSON.stringify(told)}\n` : ""}`;
      if (put(before)) lost = put(line) ? 0 : 1;
      else lost += 1;
    },
  };
}
