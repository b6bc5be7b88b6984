// The script that run-child.hostile.test.ts runs: a child in a stranger's hands.
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync, writeSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { serveChild } from "./serve-child.ts";

const PIPE = 3;

function frame(body: string, length = Buffer.byteLength(body)): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt32LE(length);
  return Buffer.concat([head, Buffer.from(body)]);
}

function forever(): Promise<never> {
  return new Promise<never>(() => setInterval(() => {}, 1000));
}

function fork(count: number): void {
  const code = "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000)";
  for (let i = 0; i < count; i++) spawn(process.execPath, ["-e", code], { detached: true, stdio: "inherit" }).unref();
}

/** Connects to a port of the machine: what happened. */
function dial(port: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => resolve("connected"));
    socket.on("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? "failed"));
  });
}

function attempt(act: () => unknown): string {
  try {
    return String(act());
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? "failed";
  }
}

serveChild(async (input, { send }) => {
  const { deed, folder = "", path = "", port = 0 } = input as Record<string, string> & { port?: number };
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, () => {});
  switch (deed) {
    case "forks":
      fork(20);
      return await forever();
    case "leaves a fork behind":
      fork(2);
      return "done";
    case "fills the disk":
      for (let i = 0; ; i++) {
        writeFileSync(join(folder, `f${i}`), Buffer.alloc(2 ** 20, 1));
        await new Promise((resolve) => setImmediate(resolve));
      }
    case "writes one long file":
      writeFileSync(join(folder, "long"), Buffer.alloc(64 * 2 ** 20, 1));
      return "written";
    case "fills its log":
      for (;;) writeSync(1, "x".repeat(2 ** 16));
    case "ignores signals":
      await send("ready");
      return await forever();
    case "lingers after its result":
      writeSync(PIPE, frame('{"kind":"result","result":"early"}'));
      return await forever();
    case "claims a long message":
      writeSync(PIPE, frame("{", 0xfff00000));
      return await forever();
    case "talks nonsense":
      writeSync(PIPE, frame("[".repeat(100_000)));
      return await forever();
    case "talks without end":
      for (;;) await send("again");
    case "lies of its end":
      writeSync(PIPE, frame('{"kind":"error","error":{"code":7,"message":{"a":1},"found":[1],"kind":"Odd"}}'));
      return await forever();
    case "looks around":
      return {
        secret: attempt(() => readFileSync(path, "utf8")),
        outside: attempt(() => writeFileSync(`${path}.new`, "x")),
        inside: attempt(() => writeFileSync(join(folder, "own"), "x")),
        made: attempt(() => mkdirSync(`${path}.made`)),
        parent: attempt(() => process.kill(process.ppid, 0)),
        network: await dial(port),
      };
    case "links":
      symlinkSync(path, join(folder, "link"));
      return "linked";
    default:
      return undefined;
  }
});
