import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { describe, it } from "node:test";

const MODULE = new URL("processes.ts", import.meta.url).href;
/** Starts a process that ends with its parent only, tells its number, and waits. */
const PARENT = `
  import { startProcess } from ${JSON.stringify(MODULE)};
  const child = startProcess({ name: "child", script: "--eval", args: ["setInterval(() => {}, 1000)"] });
  console.log(child.pid);
  setInterval(() => {}, 1000);
`;

/** Whether a process lives; one that ended and was not waited for yet does not. */
function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function until(holds: () => boolean): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!holds()) {
    assert.ok(Date.now() < deadline, "the child still lives ten seconds after its parent");
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe("processes of the local network", () => {
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const)
    it(`end with the process that started them when it gets ${signal}`, async () => {
      const flags = ["--disable-warning=ExperimentalWarning", "--input-type=module", "--eval", PARENT];
      const parent = spawn(process.execPath, flags, { stdio: ["ignore", "pipe", "inherit"] });
      const [line] = (await once(createInterface({ input: parent.stdout }), "line")) as [string];
      const child = Number(line);
      assert.ok(lives(child), "the child runs");
      parent.kill(signal);
      const [, by] = (await once(parent, "exit")) as [number | null, NodeJS.Signals | null];
      assert.equal(by, signal, "the parent ends by the signal, as it would without children");
      await until(() => !lives(child));
    });
});
