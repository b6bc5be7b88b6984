import assert from "node:assert/strict";
import { test } from "node:test";
import { DaemonError } from "./errors.ts";
import { type CreateShutdownArgs, createShutdown } from "./shutdown.ts";

function create(args: CreateShutdownArgs = {}) {
  const exits: number[] = [];
  const failures: string[] = [];
  const onFailure = ({ name }: { name: string }) => void failures.push(name);
  return {
    exits,
    failures,
    shutdown: createShutdown({ signals: [], exit: (code) => exits.push(code), onFailure, ...args }),
  };
}

test("stops intake, then persists, then closes; within a phase the last opened first", async () => {
  const { shutdown, exits } = create();
  const order: string[] = [];
  const note = (name: string) => async () => {
    await Promise.resolve();
    order.push(name);
  };
  shutdown.register("db", note("db"));
  shutdown.register("watcher", note("watcher"), "intake");
  shutdown.register("checkpoint", note("checkpoint"), "persist");
  shutdown.register("http", note("http"));
  const takeBack = shutdown.register("gone", note("gone"));
  takeBack();
  assert.equal(await shutdown.stop(), 0);
  assert.deepEqual(order, ["watcher", "checkpoint", "http", "db"]);
  assert.deepEqual(exits, [0]);
  assert.ok(shutdown.signal.aborted);
});

test("stops once, however often it is asked", async () => {
  const { shutdown, exits } = create();
  let closed = 0;
  shutdown.register("db", () => {
    closed += 1;
  });
  await Promise.all([shutdown.stop(), shutdown.stop(), shutdown.stop()]);
  assert.deepEqual([closed, exits], [1, [0]]);
});

test("one resource that fails does not keep the others open; the exit code tells", async () => {
  const { shutdown, failures } = create();
  let closed = false;
  shutdown.register("db", () => {
    closed = true;
  });
  shutdown.register("bad", () => Promise.reject(new Error("no")));
  assert.equal(await shutdown.stop(), 1);
  assert.ok(closed);
  assert.deepEqual(failures, ["bad"]);
});

test("one that hangs is left behind after the grace, and the others are still asked to close", async () => {
  const { shutdown, failures } = create({ graceMs: 1 });
  let closed = false;
  shutdown.register("db", () => {
    closed = true;
  });
  shutdown.register("hung", () => new Promise<void>(() => {}));
  assert.equal(await shutdown.stop(), 1);
  assert.ok(closed);
  assert.ok(failures.includes("hung"));
});

test("the exit code follows the cause", async () => {
  const facts = { found: "", wanted: "", hint: "" };
  assert.equal(await create().shutdown.stop(new DaemonError("DK-040", "m", { kind: "Retryable", ...facts })), 75);
  assert.equal(await create().shutdown.stop(new DaemonError("DK-004", "m", { kind: "UserFault", ...facts })), 1);
  assert.equal(await create().shutdown.stop(new Error("defect")), 1);
});

test("a failure that nothing has caught is told, everything is closed in order, and the exit code asks for another start", async () => {
  const told: unknown[] = [];
  const { shutdown, exits } = create({ onUncaught: (error) => told.push(error) });
  const closed = new Promise<void>((resolve) => shutdown.register("db", resolve));
  const full = Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
  // As Node does it, were it not for the test's own listener.
  process.listeners("uncaughtException").at(-1)?.(full, "uncaughtException");
  await closed;
  assert.equal(await shutdown.stop(), 75);
  assert.deepEqual(
    [exits, told.map((error) => (error instanceof DaemonError ? error.code : error))],
    [[75], ["DK-068"]],
  );
});

test("a first signal stops in order, a second one exits at once", async () => {
  const { shutdown, exits } = create({ signals: ["SIGHUP"], graceMs: 60_000 });
  let release = () => {};
  let asked = () => {};
  const closing = new Promise<void>((resolve) => {
    asked = resolve;
  });
  shutdown.register("slow", () => {
    asked();
    return new Promise<void>((resolve) => {
      release = resolve;
    });
  });
  process.emit("SIGHUP");
  await closing;
  assert.deepEqual(exits, []);
  process.emit("SIGHUP");
  assert.deepEqual(exits, [1]);
  release();
  await shutdown.stop();
});
