import assert from "node:assert/strict";
import { test } from "node:test";
import { alarmOf } from "./alarms.ts";

test("a clock that runs down is told of at a half and at a quarter, once each", () => {
  const events: string[] = [];
  let told = 0;
  for (let left = 1; left >= 0; left -= 0.01) {
    const alarm = alarmOf(left, told);
    if (!alarm) continue;
    told = alarm.due;
    events.push(`${alarm.event} ${left.toFixed(2)}`);
  }
  assert.deepEqual(events, ["DISPUTE_CLOCK_HALF 0.50", "DISPUTE_CLOCK_QUARTER 0.25"]);
});

test("after a long absence the worse alarm alone is given; a clock that was lengthened gives none again", () => {
  assert.equal(alarmOf(0.1, 0)?.event, "DISPUTE_CLOCK_QUARTER");
  assert.equal(alarmOf(0.4, 2), undefined);
  assert.match(alarmOf(0.5, 0)?.text ?? "", /less than 50 %/);
});
