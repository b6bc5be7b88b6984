import { createWriteStream } from "node:fs";

/** What graph-node and PostgreSQL say, in a file. */
export interface Log {
  line(text: string): void;
  /** Resolves when no more can be written: on a full disk, which the programs themselves may notice later. */
  broken: Promise<NodeJS.ErrnoException>;
  close(): Promise<void>;
}

/** Appends to the file at `path`. What cannot be written is dropped: the log is no reason to end without a word. */
export function openLog(path: string): Log {
  const stream = createWriteStream(path, { flags: "a" });
  const broken = new Promise<NodeJS.ErrnoException>((resolve) => stream.once("error", resolve));
  return {
    line: (text) => void stream.write(`${text}\n`),
    broken,
    close: () => new Promise((resolve) => stream.end(() => resolve())),
  };
}
