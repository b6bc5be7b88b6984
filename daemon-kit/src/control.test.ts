import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { commandDaemon, noteAddress } from "./address-file.ts";
import { newControlToken } from "./control.ts";
import { DaemonError } from "./errors.ts";
import { startHttp } from "./http.ts";
import { lockKey } from "./key-lock.ts";
import { scratch, withCode } from "./test-kit.ts";

const CHAIN = `0x${"01".repeat(32)}` as const;
const notRunning = (found: string) =>
  new DaemonError("CN-050", "none", { kind: "Retryable", found, wanted: "", hint: "" });

test("a command reaches the daemon with its token only; its error comes back with code and kind", async (t) => {
  const token = newControlToken();
  const seen: unknown[] = [];
  const http = await startHttp({
    control: {
      token,
      handle: (request) => {
        seen.push(request);
        if (request.command === "fail") throw notRunning("on purpose");
        return { amount: 5n };
      },
    },
  });
  t.after(() => http.close());
  const dataDir = scratch(t);
  const forget = noteAddress(dataDir, http.url, token);
  assert.deepEqual(await commandDaemon({ dataDir, command: "pay", args: { a: 1 }, notRunning }), { amount: "5" });
  await assert.rejects(commandDaemon({ dataDir, command: "fail", notRunning }), (error) => {
    assert.ok(error instanceof DaemonError);
    assert.deepEqual([error.code, error.kind, error.found], ["CN-050", "Retryable", "on purpose"]);
    return true;
  });
  for (const authorization of ["", `Bearer ${"0".repeat(64)}`, `Bearer ${token}0`]) {
    const answer = await fetch(`${http.url}/control`, { method: "POST", headers: { authorization }, body: "{}" });
    assert.equal(answer.status, 401);
  }
  assert.equal(seen.length, 2);
  assert.equal((await fetch(`${http.url}/control`)).status, 404, "no page");
  forget();
  await assert.rejects(commandDaemon({ dataDir, command: "pay", notRunning }), withCode("CN-050", /http.json/));
});

test("one daemon for each key: the second is refused, until the first is gone, however it went", async (t) => {
  const folder = scratch(t);
  const account = "0x00000000000000000000000000000000000A55A1";
  const script = join(folder, "holder.mjs");
  const kit = new URL("./key-lock.ts", import.meta.url).href;
  writeFileSync(
    script,
    `const { lockKey } = await import(${JSON.stringify(kit)});
lockKey(${JSON.stringify(CHAIN)}, ${JSON.stringify(account)}, ${JSON.stringify(folder)}); gc(); process.send("held"); setInterval(() => {}, 1000);`,
  );
  const holder = fork(script, { execArgv: ["--disable-warning=ExperimentalWarning", "--expose-gc"] });
  t.after(() => holder.kill("SIGKILL"));
  await once(holder, "message");
  assert.throws(
    () => lockKey(CHAIN, account.toLowerCase() as typeof account, folder),
    withCode("DK-031", /0x0+a55a1/i),
  );
  lockKey(`0x${"02".repeat(32)}`, account, folder)();
  holder.kill("SIGKILL");
  await once(holder, "exit");
  const release = lockKey(CHAIN, account, folder);
  release();
  lockKey(CHAIN, account, folder)();
});
