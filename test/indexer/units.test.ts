// Each handler by itself, through graph-node's own test runner.
import assert from "node:assert/strict";
import { test } from "node:test";
import { disputeUnits } from "./units/dispute.ts";
import { type Outcome, runUnits, sources } from "./units/gnd.ts";
import { governanceUnits } from "./units/governance.ts";
import { entity, type Unit } from "./units/kit.ts";
import { marketUnits } from "./units/market.ts";
import { remoteUnits } from "./units/remote.ts";
import { stakeUnits } from "./units/stake.ts";

const UNITS: readonly Unit[] = [...marketUnits, ...stakeUnits, ...disputeUnits, ...governanceUnits, ...remoteUnits];

test("every handler of the manifest has a unit, which emits its event and looks at what it wrote", () => {
  const handlers = sources().flatMap(({ name, mapping }) =>
    mapping.eventHandlers.map(({ event, handler }) => ({ handler, source: name, event: event.split("(")[0] })),
  );
  assert.ok(handlers.length > 100);
  const without: string[] = [];
  for (const { handler, source, event } of handlers) {
    const unit = UNITS.find((each) => each.handler === handler);
    const emits = unit?.events.some((emitted) => emitted[0] === source && emitted[1] === event);
    if (!emits || !unit?.shows.length) without.push(handler);
  }
  assert.deepEqual(without, []);
});

test("every handler writes what it should, and a wrong value is noticed", async () => {
  const [unit] = stakeUnits as [Unit];
  const wrong = { ...unit, shows: [entity("provider", unit.events[0]![2] as string, { stake: "151" })] };
  const [all, one] = (await runUnits([UNITS, [wrong]])) as [Outcome, Outcome];
  assert.ok(all.passed, all.output);
  assert.ok(!one.passed && /"150"/.test(one.output), one.output);
});
