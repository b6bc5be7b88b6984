import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { decideRelay, feeFor, keepTurns, type MessageView, type RelayLimits, type RelayState } from "./decide.ts";

const view = fc.record({
  to: fc.constantFrom("home", "satellite"),
  approved: fc.boolean(),
  executed: fc.boolean(),
  paid: fc.bigInt({ min: 0n, max: 2_000n }),
  gas: fc.bigInt({ min: 1n, max: 1_500n }),
  payloadBytes: fc.nat(40),
  addressed: fc.boolean(),
});
const views = fc
  .array(view, { maxLength: 12 })
  .chain((list) => fc.shuffledSubarray(list.map((each, order) => ({ ...each, id: `m${order}`, order }))));
const limits = fc.record({
  feePerGas: fc.bigInt({ min: 0n, max: 3n }),
  maxPayloadBytes: fc.nat(40),
  maxGas: fc.integer({ min: 1, max: 1_500 }),
  gasPerDay: fc.bigInt({ min: 0n, max: 10n }),
});
const ids = fc.array(
  fc.nat(11).map((n) => `m${n}`),
  { maxLength: 6 },
);
const state = fc.record({
  now: fc.nat(100),
  busy: ids.map((list): ReadonlySet<string> => new Set(list)),
  notBefore: ids.chain((list) =>
    fc
      .array(fc.nat(200), { minLength: list.length, maxLength: list.length })
      .map((times): ReadonlyMap<string, number> => new Map(list.map((id, i) => [id, times[i]!]))),
  ),
  gasSpent: fc.bigInt({ min: 0n, max: 12n }),
});

const everywhere = (check: (messages: MessageView[], state: RelayState, limits: RelayLimits) => void) =>
  fc.assert(fc.property(views, state, limits, check), { numRuns: 2_000 });

test("nothing is lost: a message is acted on, held or under way, exactly one of them, unless it is executed", () => {
  everywhere((messages, given, limit) => {
    const { actions, held } = decideRelay(messages, given, limit);
    const told = [...actions, ...held].map(({ id }) => id);
    assert.equal(new Set(told).size, told.length);
    const open = messages.filter(({ id, executed }) => !executed && !given.busy.has(id)).map(({ id }) => id);
    assert.deepEqual(told.toSorted(), open.toSorted());
  });
});

test("nothing twice: no approval of what is approved, no execution of what is not, oldest first", () => {
  everywhere((messages, given, limit) => {
    const by = new Map(messages.map((message) => [message.id, message]));
    const { actions } = decideRelay(messages, given, limit);
    for (const { type, id } of actions) assert.equal(type === "execute", by.get(id)!.approved);
    const orders = actions.map(({ id }) => by.get(id)!.order);
    assert.deepEqual(
      orders,
      orders.toSorted((a, b) => a - b),
    );
  });
});

test("nothing is carried that was not paid for, is too large, has no address, was refused just now, or is over the budget", () => {
  everywhere((messages, given, limit) => {
    const by = new Map(messages.map((message) => [message.id, message]));
    for (const { id } of decideRelay(messages, given, limit).actions) {
      const message = by.get(id)!;
      assert.ok(message.paid >= feeFor(message, limit));
      assert.ok(
        message.payloadBytes <= limit.maxPayloadBytes && message.gas <= BigInt(limit.maxGas) && message.addressed,
      );
      assert.ok(given.now >= (given.notBefore.get(id) ?? 0) && given.gasSpent < limit.gasPerDay);
    }
  });
});

test("each reason is the one that is true", () => {
  const message: MessageView = {
    ...{ id: "m", to: "home", order: 0, approved: false, executed: false },
    ...{ paid: 100n, gas: 10n, payloadBytes: 5, addressed: true },
  };
  const given: RelayState = { now: 10, busy: new Set(), notBefore: new Map(), gasSpent: 0n };
  const limit: RelayLimits = { feePerGas: 10n, maxPayloadBytes: 5, maxGas: 10, gasPerDay: 1n };
  const reason = (change: Partial<MessageView>, more: Partial<RelayState> = {}) =>
    decideRelay([{ ...message, ...change }], { ...given, ...more }, limit).held[0]?.reason;
  assert.equal(reason({}), undefined);
  assert.equal(reason({ paid: 99n }), "unpaid");
  assert.equal(reason({ payloadBytes: 6 }), "oversized");
  assert.equal(reason({ gas: 11n }), "tooMuchGas");
  assert.equal(reason({ addressed: false }), "noAddress");
  assert.equal(reason({}, { notBefore: new Map([["m", 11]]) }), "refused");
  assert.equal(reason({}, { gasSpent: 1n }), "budget");
});

test("out of turn nothing is done and nothing is lost: it is held, and told so", () => {
  fc.assert(
    fc.property(views, state, limits, ids, (messages, given, limit, mine) => {
      const before = decideRelay(messages, given, limit);
      const { actions, held } = keepTurns(before, (id) => mine.includes(id));
      assert.deepEqual(
        actions,
        before.actions.filter(({ id }) => mine.includes(id)),
      );
      const waiting = held.filter(({ reason }) => reason === "turn").map(({ id }) => id);
      const others = before.actions.filter(({ id }) => !mine.includes(id));
      assert.deepEqual(
        waiting,
        others.map(({ id }) => id),
      );
      assert.equal(held.length, before.held.length + waiting.length);
    }),
  );
});
