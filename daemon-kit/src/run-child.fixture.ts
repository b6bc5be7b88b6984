// The script that run-child.test.ts runs: does what its input says.
import { writeFileSync } from "node:fs";
import { DaemonError } from "./errors.ts";
import { serveChild } from "./serve-child.ts";

serveChild(async (input, { send, signal }) => {
  const { deed, size } = input as { deed: string; size?: bigint };
  const forever = () => new Promise<never>(() => setInterval(() => {}, 1000));
  switch (deed) {
    case "double":
      await send({ step: 1 });
      await send({ step: 2 });
      return { doubled: (size ?? 0n) * 2n, bytes: new Float32Array([1.5]) };
    case "env":
      return process.env;
    case "hog": {
      const kept: Uint8Array[] = [];
      for (;;) {
        kept.push(new Uint8Array(16 * 1024 * 1024).fill(1));
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
    case "loop":
      for (;;);
    case "silent":
      await send("once");
      return await forever();
    case "exit":
      console.error("last words");
      return process.exit(3);
    case "abort":
      await send("ready");
      return await new Promise((resolve) => signal.addEventListener("abort", () => resolve("saved")));
    case "pid":
      await send(process.pid);
      return await forever();
    case "no room":
      return writeFileSync("/dev/full", "x");
    case "coded":
      throw new DaemonError("EX-001", "bad program", { kind: "UserFault", found: "f", wanted: "w", hint: "h" });
    default:
      throw new Error(`plain failure of ${deed}`);
  }
});
