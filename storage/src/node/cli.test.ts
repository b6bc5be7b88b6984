import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readdirSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
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

test("a log and a ready line for which the disk has no room are lost; the gateway serves", async (t) => {
  const dir = await scratch(t);
  const port = await freePort();
  const full = openSync("/dev/full", "w");
  const child = spawn(process.execPath, [bin, "--dir", dir, "--port", String(port)], { stdio: ["ignore", full, full] });
  t.after(() => child.kill("SIGKILL"));
  closeSync(full);
  const gateway = `http://127.0.0.1:${port}`;
  const { cid } = await retried(() => uploadFile({ gateway, bytes: noise(1000) }), child);
  // A block that is broken on the disk is told of in the log.
  const [block] = readdirSync(dir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  writeFileSync(join(block!.parentPath, block!.name), "broken");
  await assert.rejects(fetchBytes({ gateways: [gateway], cid }), { code: "ST-009" });
  await uploadFile({ gateway, bytes: noise(1000) });
  assert.deepEqual(await fetchBytes({ gateways: [gateway], cid }), noise(1000));
  child.kill("SIGTERM");
  assert.deepEqual(await once(child, "exit"), [0, null]);
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** Tries until it works, for as long as the program runs. */
async function retried<T>(act: () => Promise<T>, child: ChildProcess): Promise<T> {
  for (;;) {
    try {
      return await act();
    } catch (error) {
      if (child.exitCode !== null) throw error;
    }
  }
}

test("wrong use exits with 1 and says what to do; help exits with 0", async (t) => {
  for (const [args, code, said] of [
    [["--dirr", "x"], 1, /ST-014: .*--dirr/s],
    [["--port", "0"], 1, /no --dir/],
    [["--dir", ".", "--port", "99999"], 1, /--port 99999/],
    [["--dir", join(await scratch(t), "x"), "--helia"], 1, /ST-014: .*nobody to talk to/s],
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
