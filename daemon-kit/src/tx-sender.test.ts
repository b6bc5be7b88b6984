import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { Registry } from "prom-client";
import { BaseError, createPublicClient, type Hex, http, parseGwei } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { hardhat } from "viem/chains";
import { openJournal } from "./journal.ts";
import { chainKnows, chainOf, memoryLog, scratch, type TestChain, withCode } from "./test-kit.ts";
import { OvertakenError, TxRevertedError } from "./tx-errors.ts";
import { type CreateTxSenderArgs, createTxSender } from "./tx-sender.ts";

const TO = "0x00000000000000000000000000000000000a55a1";
const REVERTS = "0x00000000000000000000000000000000000bad00";
// revert with the four bytes 0xdeadbeef
const REVERTING_CODE: Hex = "0x63deadbeef6000526004601cfd";

function senderOf({ client, account }: TestChain, path: string, args: Partial<CreateTxSenderArgs> = {}) {
  const journal = openJournal(path);
  const { log, lines } = memoryLog();
  return {
    journal,
    lines,
    sender: createTxSender({ journal, publicClient: client, account, log, pollMs: 10, ...args }),
  };
}

test("sends once per key: again while it runs, again after, again by the next process", async (t) => {
  const chain = await chainOf(t);
  const path = join(scratch(t), "journal.db");
  const first = senderOf(chain, path);
  const [a, b] = await Promise.all([1, 2].map(() => first.sender.send({ key: "pay", to: TO, value: 7n })));
  const c = await first.sender.send({ key: "pay", to: TO, value: 7n });
  first.journal.close();
  const second = senderOf(chain, path);
  const d = await second.sender.send({ key: "pay", to: TO, value: 7n });
  assert.deepEqual(new Set([a, b, c, d].map((r) => r?.transactionHash)).size, 1);
  assert.equal(await chain.client.getBalance({ address: TO }), 7n);
  assert.equal(second.journal.get("pay")?.status, "mined");
});

test("a simulation that reverts throws viem's error, costs no gas and no nonce, and leaves no entry", async (t) => {
  const chain = await chainOf(t);
  await chain.node.setCode({ address: REVERTS, bytecode: REVERTING_CODE });
  const { sender, journal } = senderOf(chain, ":memory:");
  await assert.rejects(sender.send({ key: "bad", to: REVERTS }), (error) => error instanceof BaseError);
  assert.equal(journal.list().length, 0);
  await sender.send({ key: "good", to: TO, value: 1n });
  assert.equal(journal.get("good")?.nonce, 0);
});

test("a call that has nothing left to do when its turn comes is not sent", async (t) => {
  const chain = await chainOf(t);
  // returns one the first time, zero from then on, and never reverts
  await chain.node.setCode({ address: REVERTS, bytecode: "0x5f54155f5260015f5560205ff3" });
  const { sender, journal } = senderOf(chain, ":memory:");
  const accepts = (answer: Hex) => BigInt(answer) === 1n;
  await chain.node.setAutomine(false);
  const first = sender.send({ key: "first", to: REVERTS, gas: 100_000n, accepts });
  const second = sender.send({ key: "second", to: REVERTS, gas: 100_000n, accepts });
  await assert.rejects(second, (error) => error instanceof OvertakenError && error.code === "DK-069");
  await chain.node.mine({ blocks: 1 });
  assert.equal((await first).status, "success");
  assert.deepEqual(
    journal.list().map(({ key }) => key),
    ["first"],
  );
});

test("a payment that the pending state shows done when its turn comes is not signed, though it would not revert", async (t) => {
  const chain = await chainOf(t);
  const { sender, journal } = senderOf(chain, ":memory:");
  const stillDue = async () => (await chain.client.getBalance({ address: TO, blockTag: "pending" })) === 0n;
  const first = sender.send({ key: "first", to: TO, value: 5n, stillDue });
  const second = sender.send({ key: "second", to: TO, value: 5n, stillDue });
  await assert.rejects(second, (error) => error instanceof OvertakenError && error.code === "DK-069");
  assert.equal((await first).status, "success");
  assert.equal(journal.get("second"), undefined);
  assert.equal(await chain.client.getBalance({ address: TO }), 5n);
});

test("a transaction that reverts in its block is failed with its reason, and not sent again", async (t) => {
  const chain = await chainOf(t);
  await chain.node.setCode({ address: REVERTS, bytecode: REVERTING_CODE });
  const { sender, journal } = senderOf(chain, ":memory:");
  await chain.node.setAutomine(false);
  const sending = sender.send({ key: "bad", to: REVERTS, gas: 100_000n, simulate: false });
  const outcome = assert.rejects(sending, (error) => error instanceof TxRevertedError && error.data === "0xdeadbeef");
  await mineWhenPending(chain, 1);
  await outcome;
  assert.equal(journal.get("bad")?.status, "failed");
  await assert.rejects(sender.send({ key: "bad", to: TO }), withCode("DK-032"));
  assert.equal(await chain.client.getTransactionCount({ address: chain.account.address }), 1);
});

test("concurrent sends take gapless nonces, a failing one among them takes none", async (t) => {
  const chain = await chainOf(t);
  await chain.node.setCode({ address: REVERTS, bytecode: REVERTING_CODE });
  const { sender, journal } = senderOf(chain, ":memory:");
  const sends = Array.from({ length: 12 }, (_, i) =>
    sender.send({ key: `k${i}`, to: i === 5 ? REVERTS : TO, value: 1n }),
  );
  const results = await Promise.allSettled(sends);
  assert.equal(results.filter((r) => r.status === "rejected").length, 1);
  const nonces = journal.list("mined").map((entry) => entry.nonce);
  assert.deepEqual(nonces, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
});

test("a transaction that stays out of blocks is bumped at its nonce, under the ceiling, and lands once", async (t) => {
  const chain = await chainOf(t);
  const registry = new Registry();
  const { sender, journal } = senderOf(chain, ":memory:", {
    bump: { afterBlocks: 1, maxFeePerGas: parseGwei("1000") },
    metrics: { registry, prefix: "assay_test_" },
  });
  await chain.node.setAutomine(false);
  const sending = sender.send({ key: "slow", to: TO, value: 5n });
  await until(async () => journal.get("slow")?.status === "sent");
  for (const [i, base] of ["300", "700"].entries()) {
    await chain.node.setNextBlockBaseFeePerGas({ baseFeePerGas: parseGwei(base) });
    await chain.node.mine({ blocks: 1 });
    await until(async () => journal.get("slow")?.attempts.length === i + 2);
  }
  await mineUntilSettled(chain, sending, parseGwei("10"));
  const attempts = journal.get("slow")?.attempts ?? [];
  for (const [i, attempt] of attempts.entries()) {
    const last = attempts[i - 1];
    assert.ok(!last || attempt.maxFeePerGas * 1000n >= last.maxFeePerGas * 1125n);
    assert.ok(attempt.maxFeePerGas <= parseGwei("1000"));
  }
  assert.equal(await chain.client.getBalance({ address: TO }), 5n);
  assert.equal(await chain.client.getTransactionCount({ address: chain.account.address }), 1);
  assert.match(await registry.metrics(), /assay_test_tx_fee_bumps_total [2-9]/);
  assert.match(await registry.metrics(), /assay_test_tx_total{status="mined"} 1/);
});

test("gives up loudly, and the same key later goes on instead of sending anew", async (t) => {
  const chain = await chainOf(t);
  const path = join(scratch(t), "journal.db");
  const { sender, journal } = senderOf(chain, path, { bump: { afterBlocks: 1, giveUpBlocks: 3, maxAttempts: 1 } });
  await chain.node.setAutomine(false);
  const sending = sender.send({ key: "stuck", to: TO, value: 5n });
  const outcome = assert.rejects(sending, withCode("DK-035", /stuck/));
  await until(async () => journal.get("stuck")?.status === "sent");
  for (let i = 0; i < 3; i++) {
    await chain.node.setNextBlockBaseFeePerGas({ baseFeePerGas: parseGwei("900") });
    await chain.node.mine({ blocks: 1 });
  }
  await outcome;
  assert.equal(journal.get("stuck")?.status, "abandoned");
  const again = sender.send({ key: "stuck", to: TO, value: 5n });
  await mineUntilSettled(chain, again, 1n);
  const [first, second] = journal.get("stuck")!.attempts;
  assert.ok(second!.maxFeePerGas > first!.maxFeePerGas, "for more, though its versions were used up");
  assert.equal(await chain.client.getBalance({ address: TO }), 5n);
});

test("gas above the ceiling is refused before anything is signed", async (t) => {
  const chain = await chainOf(t);
  const { sender, journal } = senderOf(chain, ":memory:", { bump: { maxFeePerGas: 1n } });
  await assert.rejects(sender.send({ key: "dear", to: TO }), withCode("DK-036"));
  assert.equal(journal.list().length, 0);
});

test("a nonce taken by a stranger drops the entry, and the key may be sent again", async (t) => {
  const chain = await chainOf(t);
  const { sender, journal } = senderOf(chain, ":memory:");
  await chain.node.setAutomine(false);
  const sending = sender.send({ key: "mine", to: TO, value: 5n });
  const outcome = assert.rejects(sending, withCode("DK-034", /nonce 0/));
  // What the journal calls sent may still be on its way to the chain.
  await until(() => chainKnows(chain, journal.get("mine")?.attempts[0]?.hash));
  const stranger = await chain.account.signTransaction({
    type: "eip1559",
    chainId: hardhat.id,
    to: chain.account.address,
    nonce: 0,
    gas: 21_000n,
    maxFeePerGas: parseGwei("400"),
    maxPriorityFeePerGas: parseGwei("300"),
  });
  await chain.client.sendRawTransaction({ serializedTransaction: stranger });
  await chain.node.mine({ blocks: 1 });
  await outcome;
  assert.equal(journal.get("mine")?.status, "dropped");
  await chain.node.setAutomine(true);
  await sender.send({ key: "mine", to: TO, value: 5n });
  assert.equal(await chain.client.getBalance({ address: TO }), 5n);
});

test("a reorganisation that takes the block away: the signed transaction is sent again, not a new one", async (t) => {
  const chain = await chainOf(t);
  const { sender, journal } = senderOf(chain, ":memory:");
  const snapshot = await chain.node.snapshot();
  const before = await sender.send({ key: "pay", to: TO, value: 5n });
  await chain.node.revert({ id: snapshot });
  const after = await sender.send({ key: "pay", to: TO, value: 5n });
  assert.equal(after.transactionHash, before.transactionHash);
  assert.equal(await chain.client.getBalance({ address: TO }), 5n);
  assert.equal(journal.get("pay")?.attempts.length, 1);
});

test("waits for the confirmations asked for", async (t) => {
  const chain = await chainOf(t);
  const { sender, journal } = senderOf(chain, ":memory:", { confirmations: 3 });
  let done = false;
  const sending = sender.send({ key: "pay", to: TO, value: 5n }).finally(() => {
    done = true;
  });
  await until(async () => (await chain.client.getBlockNumber()) === 1n);
  await chain.node.mine({ blocks: 1 });
  assert.equal(done, false);
  assert.equal(journal.get("pay")?.status, "sent");
  await chain.node.mine({ blocks: 1 });
  await sending;
});

test("an account without coins, an RPC that is away, and another chain each have their own error", async (t) => {
  const chain = await chainOf(t);
  await chain.node.setBalance({ address: chain.account.address, value: 1000n });
  const poor = senderOf(chain, ":memory:");
  await assert.rejects(
    poor.sender.send({ key: "a", to: TO, gas: 21_000n, simulate: false }),
    withCode("DK-033", /1000 wei/),
  );
  assert.equal(poor.journal.list().length, 0);
  const nowhere = createPublicClient({ chain: hardhat, transport: http("http://127.0.0.1:1", { retryCount: 0 }) });
  const lost = senderOf(chain, ":memory:", { publicClient: nowhere });
  await assert.rejects(lost.sender.send({ key: "a", to: TO }), withCode("DK-040"));
  const path = join(scratch(t), "journal.db");
  const other = openJournal(path);
  other.genesis(hardhat.id, `0x${"11".repeat(32)}`);
  other.close();
  await assert.rejects(senderOf(chain, path).sender.reconcile(), withCode("DK-037"));
});

for (const step of ["intent", "signed", "broadcast"] as const) {
  test(`kill -9 after ${step}: the next process sends it exactly once`, async (t) => {
    const chain = await chainOf(t);
    const path = join(scratch(t), "journal.db");
    const script = fileURLToPath(new URL("./tx-sender.victim.ts", import.meta.url));
    const victim = fork(script, [chain.url, path, chain.key, step], { stdio: "inherit" });
    assert.deepEqual(await once(victim, "exit"), [null, "SIGKILL"]);
    const sent = await chain.client.getTransactionCount({ address: chain.account.address, blockTag: "pending" });
    assert.equal(sent, step === "broadcast" ? 1 : 0);
    const { sender, journal } = senderOf({ ...chain, account: privateKeyToAccount(chain.key) }, path);
    assert.equal(journal.get("pay")?.status, step === "intent" ? "intent" : "sent");
    const [reconciled] = await sender.reconcile();
    if (step === "intent") assert.equal(reconciled?.status, "forgotten");
    await sender.send({ key: "pay", to: TO, value: 7n });
    assert.equal(await chain.client.getBalance({ address: TO }), 7n);
    assert.equal(await chain.client.getTransactionCount({ address: chain.account.address }), 1);
  });
}

/** Looks again, each time after a turn of the real work under test, until `condition` holds. */
async function until(condition: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 400; i++) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assert.fail("what was waited for did not happen");
}

async function mineWhenPending({ client, node, account }: TestChain, count: number): Promise<void> {
  await until(
    async () => (await client.getTransactionCount({ address: account.address, blockTag: "pending" })) === count,
  );
  await node.mine({ blocks: 1 });
}

async function mineUntilSettled({ node }: TestChain, sending: Promise<unknown>, baseFeePerGas: bigint): Promise<void> {
  let settled = false;
  const done = sending.finally(() => {
    settled = true;
  });
  await until(async () => {
    if (!settled) await node.setNextBlockBaseFeePerGas({ baseFeePerGas });
    if (!settled) await node.mine({ blocks: 1 });
    return settled;
  });
  await done;
}
