import assert from "node:assert/strict";
import { test } from "node:test";
import { Counter } from "prom-client";
import { startHttp } from "./http.ts";
import { withCode } from "./test-kit.ts";

test("healthy is not ready: readyz names the check that fails, and why", async (t) => {
  const server = await startHttp({ checkTimeoutMs: 20 });
  t.after(() => server.close());
  const get = async (path: string) => {
    const response = await fetch(server.url + path);
    return [response.status, await response.json()] as const;
  };
  assert.deepEqual(await get("/readyz"), [200, { ready: true, checks: {} }]);
  server.addReadyCheck("db", () => undefined);
  server.addReadyCheck("rpc", () => Promise.reject(new Error("no answer from https://u:p@rpc.example/x")));
  server.addReadyCheck("stake", () => "100 of 500 staked");
  server.addReadyCheck("hung", () => new Promise(() => {}));
  const checks = {
    db: "ok",
    rpc: "no answer from https://***@rpc.example/x",
    stake: "100 of 500 staked",
    hung: "no answer in 20 ms",
  };
  assert.deepEqual(await get("/readyz"), [503, { ready: false, checks }]);
  assert.deepEqual(await get("/healthz"), [200, { ok: true }]);
});

test("metrics come from the daemon's own registry, status may hold amounts", async (t) => {
  const server = await startHttp({ status: () => ({ balance: 10n ** 20n }) });
  const other = await startHttp();
  t.after(() => Promise.all([server.close(), other.close()]));
  new Counter({ name: "assay_test_total", help: "x", registers: [server.registry] }).inc(3);
  assert.match(await (await fetch(`${server.url}/metrics`)).text(), /^assay_test_total 3$/m);
  assert.doesNotMatch(await (await fetch(`${other.url}/metrics`)).text(), /assay_test_total/);
  assert.deepEqual(await (await fetch(`${server.url}/status`)).json(), { balance: "100000000000000000000" });
  assert.equal((await fetch(`${server.url}/nothing`)).status, 404);
  assert.equal((await fetch(`${server.url}/status`, { method: "POST" })).status, 405);
  await assert.rejects(startHttp({ port: server.port }), withCode("DK-020", /EADDRINUSE/));
});
