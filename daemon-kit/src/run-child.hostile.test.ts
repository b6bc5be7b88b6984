import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { type RunChildArgs, runChild } from "./run-child.ts";
import { marked, modes, scratch, withCode } from "./test-kit.ts";

const script = fileURLToPath(new URL("./hostile-child.fixture.ts", import.meta.url));

/** Runs a deed; afterwards nothing that it started may be alive. */
async function run(t: TestContext, deed: string, args: Partial<RunChildArgs> = {}, more: object = {}) {
  const dir = scratch(t);
  const folder = join(dir, "own");
  mkdirSync(folder);
  const mark = randomUUID();
  const input = { deed, folder, ...more };
  const limits = { memoryMb: 2000, wallClockMs: 60_000, watchMs: 50, logFile: join(dir, "run.log") };
  try {
    return await runChild({ script, input, ...limits, writable: [folder], env: { MARK: mark }, ...args });
  } finally {
    assert.deepEqual(marked(mark), [], "it left a process behind");
  }
}

for (const sandbox of modes) {
  const named = (text: string) => `${text} (sandbox ${sandbox})`;

  test(named("a child that forks is killed with all it started"), async (t) => {
    await assert.rejects(run(t, "forks", { sandbox }), withCode("DK-065", /processes/));
  });

  test(named("what a child leaves behind is killed, its result is taken"), async (t) => {
    assert.equal(await run(t, "leaves a fork behind", { sandbox }), "done");
  });

  test(named("a child that fills the disk is killed"), async (t) => {
    await assert.rejects(run(t, "fills the disk", { sandbox, diskMb: 40 }), withCode("DK-064", /at most 40 MiB/));
  });

  test(named("no file and no log grows beyond the limit"), async (t) => {
    await assert.rejects(run(t, "writes one long file", { sandbox, diskMb: 8 }), withCode("DK-062"));
    const logFile = join(scratch(t), "run.log");
    await assert.rejects(run(t, "fills its log", { sandbox, diskMb: 8, logFile }), withCode("DK-062"));
    assert.ok(statSync(logFile).size <= 8 * 2 ** 20, "the log is longer than its limit");
  });

  test(named("a child that ignores signals is killed when the daemon stops"), async (t) => {
    const stop = new AbortController();
    const reason = new Error("stopping");
    const options = { sandbox, signal: stop.signal, abortGraceMs: 100, onMessage: () => stop.abort(reason) };
    await assert.rejects(run(t, "ignores signals", options), reason);
  });

  test(named("a child that claims a long message, talks nonsense or without end is killed"), async (t) => {
    await assert.rejects(run(t, "claims a long message", { sandbox }), withCode("DK-065", /message of 429\d+ bytes/));
    await assert.rejects(run(t, "talks nonsense", { sandbox }), withCode("DK-065", /no message/));
    await assert.rejects(run(t, "talks without end", { sandbox }), withCode("DK-065", /messages a second/));
  });

  test(named("a child that lies of its end gives a failure of known shape"), async (t) => {
    await assert.rejects(run(t, "lies of its end", { sandbox }), withCode("DK-062"));
  });
}

test("a child that lingers after its result is ended, its result is taken", async (t) => {
  assert.equal(await run(t, "lingers after its result"), "early");
});

test("shut in, a child sees no secret, no network, no other process, and writes only where it may", async (t) => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  const { port } = server.address() as { port: number };
  const path = join(scratch(t), "secret");
  writeFileSync(path, "key");
  // Without a sandbox last: what it may write then stays.
  for (const sandbox of modes) {
    const seen = (await run(t, "looks around", { sandbox }, { path, port })) as Record<string, string>;
    assert.equal(seen.inside, "undefined", "its own folder");
    // Without a sandbox there are only limits, and that is what the operator is told.
    if (sandbox === "off") assert.equal(seen.network, "connected");
    else {
      assert.deepEqual([seen.secret, seen.outside], ["ENOENT", "ENOENT"]);
      assert.equal(seen.network, "ECONNREFUSED");
      assert.equal(existsSync(`${path}.made`), false);
      assert.equal(readFileSync(path, "utf8"), "key");
    }
  }
});

test("where a sandbox is required and there is none, nothing is started", async (t) => {
  const required = run(t, "links", { sandbox: "required" }, { path: "/etc/passwd" });
  if (modes.length > 1) assert.equal(await required, "linked");
  else await assert.rejects(required, withCode("DK-066"));
});
