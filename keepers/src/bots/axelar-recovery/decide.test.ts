import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { decideRecovery } from "./decide.ts";

const view = fc.record({
  approved: fc.boolean(),
  age: fc.nat(20),
  paid: fc.bigInt({ min: 0n, max: 30n }),
  wanted: fc.bigInt({ min: 0n, max: 30n }),
});
const limits = fc.record({
  afterSeconds: fc.nat(20),
  maxFee: fc.bigInt({ min: 0n, max: 30n }),
  feePerDay: fc.bigInt({ min: 0n, max: 60n }),
});

test("each message has one step; a young one waits, an approved one is executed, a paid one is pushed on", () => {
  fc.assert(
    fc.property(fc.array(view), limits, fc.bigInt({ min: 0n, max: 70n }), (list, limit, spent) => {
      const messages = list.map((each, index) => ({ ...each, id: `m${index}` }));
      const steps = decideRecovery(messages, spent, limit);
      assert.deepEqual(
        steps.map(({ id }) => id),
        messages.map(({ id }) => id),
      );
      for (const [index, { step }] of steps.entries()) {
        const { age, approved, paid, wanted } = messages[index]!;
        assert.equal(step === "wait", age < limit.afterSeconds);
        assert.equal(step === "execute", age >= limit.afterSeconds && approved);
        assert.equal(step === "relay", age >= limit.afterSeconds && !approved && wanted <= paid);
      }
    }),
  );
});

test("what is added is exactly what is missing, within both limits, the day's over all messages", () => {
  fc.assert(
    fc.property(fc.array(view), limits, fc.bigInt({ min: 0n, max: 70n }), (list, limit, spent) => {
      const messages = list.map((each, index) => ({ ...each, id: `m${index}` }));
      const added = decideRecovery(messages, spent, limit).filter(({ step }) => step === "addFee");
      const by = new Map(messages.map((message) => [message.id, message]));
      for (const { id, fee } of added) {
        assert.equal(fee, by.get(id)!.wanted - by.get(id)!.paid);
        assert.ok(fee > 0n && fee <= limit.maxFee);
      }
      const sum = added.reduce((total, { fee }) => total + fee, 0n);
      assert.ok(sum === 0n || spent + sum <= limit.feePerDay);
    }),
  );
});
