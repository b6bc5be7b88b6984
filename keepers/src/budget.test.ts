import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { openJournal } from "@assay/daemon-kit";
import type { PublicClient, TransactionReceipt } from "viem";
import { Budget, botOf } from "./budget.ts";

const DAY = 86_400_000;

test("an expense counts once, for 24 hours, for its bot and purse only", () => {
  let now = 1_000_000_000_000;
  const budget = new Budget(":memory:", () => now);
  budget.record("a", "gas", "a:1", 5n);
  budget.record("a", "gas", "a:1", 7n);
  budget.record("a", "bond", "a:1", 100n);
  budget.record("b", "gas", "b:1", 1n);
  assert.deepEqual([budget.spent("a", "gas"), budget.spent("a", "bond"), budget.spent("b", "gas")], [7n, 100n, 1n]);
  budget.forget("bond", "a:1");
  assert.equal(budget.spent("a", "bond"), 0n);
  now += DAY / 2;
  budget.record("a", "gas", "a:2", 2n);
  assert.equal(budget.spent("a", "gas"), 9n);
  now += DAY / 2;
  assert.equal(budget.spent("a", "gas"), 2n);
  budget.close();
});

test("fees that a killed process did not book are booked from the journal, once, and survive a restart", async (t) => {
  const dir = mkdtempSync(join(tmpdir(), "assay-keeper-"));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  const journal = openJournal(join(dir, "journal.sqlite"));
  const hash = `0x${"ab".repeat(32)}` as const;
  const to = `0x${"01".repeat(20)}` as const;
  for (const key of ["settle:x", "challenger:y"]) {
    journal.addIntent({ key, chainId: 1, from: to, to, data: "0x", value: 0n, nonce: 0, gas: 1n });
    journal.setStatus(key, key === "settle:x" ? "mined" : "failed", { minedHash: hash });
  }
  journal.addIntent({ key: "settle:z", chainId: 1, from: to, to, data: "0x", value: 0n, nonce: 1, gas: 1n });
  const receipt = { gasUsed: 21_000n, effectiveGasPrice: 3n } as TransactionReceipt;
  let asked = 0;
  const client = {
    getTransactionReceipt: async () => {
      asked += 1;
      return receipt;
    },
  } as unknown as PublicClient;
  const budget = new Budget(join(dir, "budget.sqlite"));
  await budget.recover(journal, client);
  await budget.recover(journal, client);
  assert.equal(asked, 2);
  assert.deepEqual([budget.spent("settle", "gas"), budget.spent("challenger", "gas")], [63_000n, 63_000n]);
  budget.close();
  const again = new Budget(join(dir, "budget.sqlite"));
  assert.equal(again.spent("settle", "gas"), 63_000n);
  again.close();
  journal.close();
  assert.equal(botOf("settle:finalize:0x1"), "settle");
});
