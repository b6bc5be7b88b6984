import assert from "node:assert/strict";
import { test } from "node:test";
import { createLogger } from "@assay/daemon-kit";
import { keepMeasured } from "./keep-measured.ts";
import { Machine, readMeasured } from "./machine.ts";
import { scratch } from "./test-kit.ts";

const HOUR = 3_600_000;
const NOW = 1_800_000_000_000;

test("a node that runs for weeks measures its machine each week, and never beside a run", async (t) => {
  const dataDir = scratch(t);
  const machine = new Machine(dataDir, "wasm");
  const stop = new AbortController();
  const hours: number[] = [];
  let hour = 0;
  const isBusy = () => hour >= 160 && hour < 175;
  await keepMeasured({
    machine,
    log: createLogger({ name: "test", level: "silent" }),
    signal: stop.signal,
    isBusy,
    measure: async () => {
      hours.push(hour);
      if (hour === 0) throw new Error("the engine did not start");
      return { secondsPerGmac: hour, startSeconds: 1 };
    },
    nowMs: () => NOW + hour * HOUR,
    pause: async () => {
      hour += 1;
      if (hour === 360) stop.abort();
    },
  });
  // failed, then made; a week and an hour later a run is under way; the next is a week after that one
  assert.deepEqual(hours, [0, 1, 175, 344]);
  assert.equal(readMeasured(dataDir)[0]?.secondsPerGmac, 344);
});

test("figures that runs have kept fresh are not measured again", async (t) => {
  const machine = new Machine(scratch(t), "wasm");
  machine.benchmarked({ secondsPerGmac: 1, startSeconds: 1 }, NOW);
  const stop = new AbortController();
  let [day, measured] = [0, 0];
  await keepMeasured({
    machine,
    log: createLogger({ name: "test", level: "silent" }),
    signal: stop.signal,
    isBusy: () => false,
    measure: async () => {
      measured += 1;
      return { secondsPerGmac: 1, startSeconds: 1 };
    },
    nowMs: () => NOW + day * 24 * HOUR,
    pause: async () => {
      day += 1;
      machine.ran({ macs: 60e9, seconds: 60 }, NOW + day * 24 * HOUR);
      if (day === 30) stop.abort();
    },
  });
  assert.equal(measured, 0);
});
