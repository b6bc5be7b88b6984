import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { type RunChildArgs, runChild } from "./run-child.ts";
import { marked, modes, scratch, withCode } from "./test-kit.ts";

const script = fileURLToPath(new URL("./run-child.fixture.ts", import.meta.url));

function run(t: TestContext, input: unknown, args: Partial<RunChildArgs> = {}) {
  const logFile = join(scratch(t), "run.log");
  return runChild({ script, input, memoryMb: 2000, wallClockMs: 60_000, logFile, ...args });
}

test("hands over input, messages and result, bigint and typed arrays included", async (t) => {
  const messages: unknown[] = [];
  const result = await run(t, { deed: "double", size: 21n }, { onMessage: (m) => messages.push(m) });
  assert.deepEqual(result, { doubled: 42n, bytes: new Float32Array([1.5]) });
  assert.deepEqual(messages, [{ step: 1 }, { step: 2 }]);
});

test("no variable of the parent reaches the child but the harmless ones", async (t) => {
  process.env.ASSAY_PRIVATE_KEY = "0xsecret";
  t.after(() => delete process.env.ASSAY_PRIVATE_KEY);
  const env = (await run(t, { deed: "env" }, { env: { GIVEN: "yes" } })) as NodeJS.ProcessEnv;
  assert.equal(env.GIVEN, "yes");
  assert.equal(env.ASSAY_PRIVATE_KEY, undefined);
  assert.equal(env.PATH, process.env.PATH);
});

test("a child that takes too much memory, typed arrays included, is killed", async (t) => {
  await assert.rejects(run(t, { deed: "hog" }, { memoryMb: 300, watchMs: 20 }), withCode("DK-060", /at most 300 MiB/));
});

test("a child in an endless loop is killed by the clock", async (t) => {
  await assert.rejects(run(t, { deed: "loop" }, { wallClockMs: 1500 }), withCode("DK-061", /1500 ms/));
});

test("a child that falls silent is killed", async (t) => {
  await assert.rejects(run(t, { deed: "silent" }, { silenceMs: 1500 }), withCode("DK-061", /no sign of life/));
});

test("a crash carries the exit code and the end of the log", async (t) => {
  await assert.rejects(run(t, { deed: "exit" }), withCode("DK-062", /exit code 3.*last words/s));
  await assert.rejects(run(t, { deed: "other" }), withCode("DK-062", /plain failure of other/));
  await assert.rejects(run(t, {}, { script: "/nonexistent.ts" }), withCode("DK-062", /exit code 1/));
});

test("a coded error arrives as it was thrown", async (t) => {
  await assert.rejects(run(t, { deed: "coded" }), { code: "EX-001", kind: "UserFault", found: "f", hint: "h" });
});

test("a child that finds no room on the disk says so, by the same error as the daemon's own", async (t) => {
  const found = { code: "DK-068", kind: "Retryable", found: /^ENOSPC/ };
  for (const sandbox of modes) await assert.rejects(run(t, { deed: "no room" }, { sandbox }), found);
});

test("an abort lets the child finish its checkpoint, then rejects with the reason", async (t) => {
  const controller = new AbortController();
  const reason = new Error("shutting down");
  const onMessage = () => controller.abort(reason);
  await assert.rejects(run(t, { deed: "abort" }, { signal: controller.signal, onMessage }), reason);
  const stubborn = new AbortController();
  const options = { signal: stubborn.signal, abortGraceMs: 50, onMessage: () => stubborn.abort(reason) };
  await assert.rejects(run(t, { deed: "pid" }, options), reason);
});

for (const sandbox of modes) {
  test(`the child dies with its parent (sandbox ${sandbox})`, async (t) => {
    const dir = scratch(t);
    const mark = randomUUID();
    const args = {
      script,
      sandbox,
      memoryMb: 2000,
      wallClockMs: 60_000,
      env: { MARK: mark },
      logFile: join(dir, "log"),
    };
    const code = `import { runChild } from ${JSON.stringify(new URL("./run-child.ts", import.meta.url).href)};
      await runChild({ ...${JSON.stringify(args)}, input: { deed: "pid" }, onMessage: () => console.log("up") });`;
    const parent = spawn(process.execPath, ["--input-type=module", "-e", code], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(createInterface(parent.stdout), "line");
    assert.ok(marked(mark).length > 0);
    parent.kill("SIGKILL");
    for (let i = 0; marked(mark).length > 0; i++) {
      assert.ok(i < 1000, "the child outlived its parent");
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  });
}
