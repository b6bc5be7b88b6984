import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { fetchBytes } from "../client/fetch-file.ts";
import { uploadFile } from "../client/upload-file.ts";
import { noise, scratch } from "../test-kit.ts";

const bin = fileURLToPath(new URL("../../bin/assay-storage.mjs", import.meta.url));

function start(args: string[], env: NodeJS.ProcessEnv = {}) {
  return spawn(process.execPath, [bin, ...args], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

test("runs as its own process: ready line, token, SIGTERM, and the blocks are there after a restart", async (t) => {
  const dir = await scratch(t);
  const run = async () => {
    const child = start(["--dir", dir, "--port", "0"], { ASSAY_STORAGE_TOKEN: "t" });
    t.after(() => child.kill("SIGKILL"));
    const [line] = (await once(createInterface(child.stdout), "line")) as [string];
    return { child, url: (JSON.parse(line) as { url: string }).url };
  };
  const first = await run();
  const { cid } = await uploadFile({ gateway: first.url, bytes: noise(3_000_000), token: "t" });
  first.child.kill("SIGTERM");
  assert.deepEqual(await once(first.child, "exit"), [0, null]);
  const second = await run();
  assert.deepEqual(await fetchBytes({ gateways: [second.url], cid }), noise(3_000_000));
  second.child.kill("SIGKILL");
});

test("wrong use exits with 1 and says what to do; help exits with 0", async () => {
  for (const [args, code, said] of [
    [["--dirr", "x"], 1, /ST-014: .*--dirr/s],
    [["--port", "0"], 1, /no --dir/],
    [["--dir", ".", "--port", "99999"], 1, /--port 99999/],
    [["--help"], 0, /--max-bytes/],
  ] as const) {
    const child = start([...args]);
    const output: Buffer[] = [];
    child.stdout.on("data", (part: Buffer) => output.push(part));
    child.stderr.on("data", (part: Buffer) => output.push(part));
    assert.equal((await once(child, "close"))[0], code);
    assert.match(Buffer.concat(output).toString(), said);
  }
});
