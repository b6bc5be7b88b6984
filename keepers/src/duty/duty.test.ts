import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { type Address, type Hex, numberToHex, pad } from "viem";
import type { KeeperContext } from "../bot.ts";
import { inTurn } from "../turns.ts";
import { Approvals, type Asked } from "./approvals.ts";
import type { Duty } from "./duty.ts";
import { pauseAfter, selectDuties } from "./select.ts";
import { Waiting } from "./waiting.ts";

const address = (n: number): Address => pad(numberToHex(n), { size: 20 });
const ME = address(1);
const duty = fc
  .record({ n: fc.integer({ min: 0, max: 12 }), due: fc.integer({ min: 0, max: 9000 }) })
  .map(({ n, due }): Duty => ({ key: `bot:${n}`, to: address(n), data: "0x", value: 0n, due, text: `${n}` }));

test("what is begun is due, in turn, not under way, not put off, once; and nothing that is ready is left", () => {
  const arbitrary = fc.record({
    duties: fc.array(duty, { maxLength: 30 }),
    now: fc.integer({ min: 0, max: 12_000 }),
    busy: fc.uniqueArray(fc.integer({ min: 0, max: 12 }), { maxLength: 5 }),
    put: fc.array(fc.tuple(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 0, max: 12_000 })), { maxLength: 5 }),
    gasSpent: fc.bigInt({ min: 0n, max: 12n }),
    spreadSeconds: fc.integer({ min: 0, max: 100 }),
    places: fc.constantFrom(0, 1, 3),
    late: fc.integer({ min: 0, max: 300 }),
  });
  fc.assert(
    fc.property(arbitrary, ({ duties, now, busy, put, gasSpent, spreadSeconds, places, late }) => {
      const limits = { spreadSeconds, gasPerDay: 10n, place: 0, places };
      const seen = new Map(duties.map(({ key, due }) => [key, { at: due + late, due }]));
      const notBefore = new Map(put.map(([n, at]) => [`bot:${n}`, at]));
      const state = {
        now,
        account: ME,
        gasSpent,
        busy: new Set(busy.map((n) => `bot:${n}`)),
        seen,
        notBefore,
      };
      const begun = selectDuties(duties, state, limits);
      const first = duties.filter((each, i) => duties.findIndex(({ key }) => key === each.key) === i);
      const ready = first.filter(
        ({ key }) =>
          !state.busy.has(key) && now >= (notBefore.get(key) ?? 0) && inTurn(now, seen.get(key)!, ME, limits),
      );
      assert.deepEqual(begun, gasSpent >= 10n ? [] : ready);
    }),
  );
});

test("a duty that is refused again and again is tried ever less often, and never given up", () => {
  const pauses = Array.from({ length: 20 }, (_, i) => pauseAfter(i + 1));
  assert.equal(pauses[0], 30);
  assert.ok(pauses.every((pause, i) => i === 0 || pause >= pauses[i - 1]!));
  assert.equal(pauses.at(-1), 3600);
});

test("a yes is for exactly one call: any other key, target, value or data asks again", () => {
  const folder = mkdtempSync(join(tmpdir(), "assay-approvals-"));
  try {
    const approvals = new Approvals(folder);
    const asked = { key: "bot:1", to: address(7), data: "0x1234" as Hex, value: 5n, text: "do it" };
    assert.equal(approvals.ask(asked), false);
    assert.equal(approvals.ask(asked), false);
    const [waiting, ...more] = approvals.list();
    assert.deepEqual([waiting?.text, waiting?.data, waiting?.value, more.length], ["do it", "0x1234", "5", 0]);
    assert.throws(() => approvals.approve("0"), { code: "KP-060" });
    approvals.approve(waiting!.id.slice(0, 8));
    assert.deepEqual(approvals.list(), []);
    // the command line and the keeper are two processes
    const other = new Approvals(folder);
    assert.equal(other.ask(asked), true);
    for (const change of [{ key: "bot:2" }, { to: address(8) }, { value: 6n }, { data: "0x1235" as Hex }]) {
      assert.equal(other.ask({ ...asked, ...change }), false, JSON.stringify(Object.keys(change)));
    }
    other.drop(asked);
    assert.equal(approvals.ask(asked), false, "done once, asked again");
    other.drop(asked);
    writeFileSync(join(folder, "approved", waiting!.id), "", { flag: "wx" });
    assert.equal(approvals.ask(asked), false, "a yes that came too late");
    assert.equal(approvals.ask(asked), false);
    assert.throws(() => approvals.approve("ffffffffffff"), { code: "KP-060" });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("what waits is shown in every mode but auto, outlasts a restart with its yes, and goes when it is no longer due", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "assay-waiting-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const counted: number[] = [];
  const waitingOf = (bot: string) => {
    const duties = { waiting: { set: (_: unknown, n: number) => counted.push(n) } };
    const context = { approvals: new Approvals(folder), log: { debug() {} }, duties };
    return new Waiting(context as unknown as KeeperContext, bot);
  };
  const asked = { key: "bot:1", to: address(7), data: "0x1234" as Hex, value: 5n, text: "do it", jobs: [pad("0x01")] };
  const action = asked as unknown as Asked;
  const { key: _, jobs: __, ...shown } = asked;
  const first = waitingOf("bot");
  assert.equal(first.maySend("auto", action), true);
  assert.deepEqual(first.shown(), []);
  assert.equal(first.maySend("manual", action), false);
  assert.deepEqual([first.shown(), new Approvals(folder).list()], [[shown], []], "nobody is asked");
  assert.equal(first.maySend("oversight", action), false);
  assert.equal(counted.at(-1), 1);
  const approvals = new Approvals(folder);
  approvals.approve(approvals.list()[0]!.id);
  assert.equal(first.maySend("manual", action), false, "not with a yes either");

  assert.deepEqual(waitingOf("other").all(), []);
  counted.length = 0;
  const second = waitingOf("bot");
  assert.deepEqual(counted, [1]);
  assert.deepEqual(
    second.all().map(({ jobs, value }) => [jobs, value]),
    [[asked.jobs, 5n]],
  );
  assert.equal(second.maySend("oversight", action), true);
  // the same deed by another call is asked for anew, and the yes to the old one is gone
  const changed = { ...action, data: "0x99" as Hex };
  assert.equal(second.maySend("oversight", changed), false);
  assert.deepEqual(
    approvals.all().map(({ data }) => data),
    ["0x99"],
  );
  assert.equal(second.maySend("oversight", action), false);
  second.keep(({ key }) => key !== "bot:1");
  assert.deepEqual([second.shown(), approvals.all(), counted.at(-1)], [[], [], 0]);
});
