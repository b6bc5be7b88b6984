import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { explainTransfer, incomingStatuses, outgoingStatuses, type TransferFacts } from "./explain.ts";
import { explainMessage } from "./messageStatus.ts";
import { explainRemoteJob } from "./remoteJobStatus.ts";
import type { TransferStatus } from "./transfers.ts";

const facts: fc.Arbitrary<TransferFacts> = fc.record({
  outgoing: fc.constantFrom(...outgoingStatuses),
  incoming: fc.constantFrom(...incomingStatuses),
  stage: fc.constantFrom("sent" as const, "approved" as const, "executed" as const, undefined),
  deadline: fc.nat(100),
  now: fc.nat(100),
});

test("XCH-01 a transfer is done exactly when it is paid out there or paid back here; else somebody can do something", () => {
  fc.assert(
    fc.property(facts, (given) => {
      const { done, next } = explainTransfer(given);
      const over = given.outgoing === "none" || given.outgoing === "returned" || given.incoming === "accepted";
      assert.equal(done, over);
      assert.equal(next.length > 0, !over);
    }),
  );
});

test("XCH-12, XCH-13 paying back is offered only after a refusal is known; a recall to anyone only after the deadline", () => {
  fc.assert(
    fc.property(facts, (given) => {
      const { next, until, clock } = explainTransfer(given);
      const steps = next.map(({ step }) => step);
      if (steps.includes("refund")) assert.equal(given.outgoing, "refused");
      if (steps.includes("acknowledge")) assert.equal(given.incoming, "refused");
      const recall = next.find(({ step }) => step === "recall");
      if (recall) assert.equal(recall.by, given.now > given.deadline ? "anyone" : "sender");
      if (until !== undefined) assert.deepEqual([until, clock], [given.deadline, "destination"]);
    }),
  );
});

test("a message waits for the relay, and for money if some is missing, then for anyone", () => {
  assert.match(explainMessage({ stage: "sent", paid: 5n, wanted: 7n }).waitsFor, /wants 2 wei more/);
  assert.equal(explainMessage({ stage: "sent", paid: 7n, wanted: 7n }).waitsFor, "the relay's approval");
  assert.deepEqual(explainMessage({ stage: "approved", paid: 0n, wanted: 7n }).next, [
    { step: "execute", by: "anyone" },
  ]);
  assert.equal(explainMessage({ stage: "executed", paid: 0n, wanted: 7n }).done, true);
});

test("a remote job tells of its transfer until it has arrived, and of its change once it has ended", () => {
  const transfer = (given: Partial<TransferFacts>) => {
    const all: TransferFacts = { outgoing: "sent", incoming: "none", stage: "sent", deadline: 50, now: 10, ...given };
    return { ...all, ...explainTransfer(all) } as unknown as TransferStatus;
  };
  const job = (given: object) =>
    explainRemoteJob({ status: "sent", sent: transfer({}), job: undefined, back: undefined, taken: false, ...given });
  const under = job({});
  assert.deepEqual([under.waitsFor, under.until, under.clock], ["the relay's approval", 50, "home"]);
  assert.deepEqual(job({ sent: transfer({ outgoing: "returned" }) }).next, [{ step: "refund", by: "anyone" }]);
  const ended = { job: { status: "finalized" } };
  assert.deepEqual(job(ended).next, [{ step: "settle", by: "anyone" }]);
  assert.deepEqual(job({ ...ended, back: transfer({ outgoing: "returned" }) }).next, [
    { step: "settle", by: "anyone" },
  ]);
  const back = job({ ...ended, back: transfer({ stage: "approved" }) });
  assert.deepEqual([back.done, back.waitsFor], [false, "its change: its execution at the destination"]);
  assert.equal(job({ status: "ended" }).done, true);
  assert.equal(job({ ...ended, taken: true }).done, true);
});
