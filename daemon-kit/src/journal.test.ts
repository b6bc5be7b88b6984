import assert from "node:assert/strict";
import { test } from "node:test";
import type { Hash, Hex } from "viem";
import { openJournal, type TxIntent } from "./journal.ts";

const address = `0x${"a5".repeat(20)}` as Hex;
const hashOf = (n: number) => `0x${n.toString(16).padStart(64, "0")}` as Hash;
const intent = (key: string, nonce: number): TxIntent => ({
  ...{ key, nonce, chainId: 1, from: address, to: address, data: "0x", value: 0n, gas: 21_000n },
});
const attempt = (n: number) =>
  ({ hash: hashOf(n), raw: "0x", maxFeePerGas: 2n, maxPriorityFeePerGas: 1n, block: 1n }) as const;

test("a write that fails leaves nothing half written, and does not keep the next from being written", () => {
  const journal = openJournal(":memory:");
  journal.addIntent({ ...intent("first", 0), answer: "0x01" });
  journal.addAttempt("first", attempt(1));
  journal.addIntent(intent("second", 1));
  assert.throws(() => journal.addAttempt("second", attempt(1)), /UNIQUE/);
  assert.equal(journal.get("second")?.status, "intent", "not sent: nothing was signed");
  assert.throws(() => journal.addIntent({ ...intent("second", 1), answer: "0x02" }), /UNIQUE/);
  assert.equal(journal.get("second")?.answer, undefined);
  journal.addAttempt("second", attempt(2));
  assert.deepEqual(
    journal.list("sent").map(({ key, attempts }) => [key, attempts.map(({ hash }) => hash)]),
    [
      ["first", [hashOf(1)]],
      ["second", [hashOf(2)]],
    ],
  );
  journal.close();
});
