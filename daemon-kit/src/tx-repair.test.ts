import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { Registry } from "prom-client";
import { keccak256 } from "viem";
import { openJournal } from "./journal.ts";
import { chainKnows, chainOf, memoryLog, scratch, type TestChain, until, withCode } from "./test-kit.ts";
import { type CreateTxSenderArgs, createTxSender } from "./tx-sender.ts";

const TO = "0x00000000000000000000000000000000000a55a1";

function senderOf({ client, account }: TestChain, path = ":memory:", args: Partial<CreateTxSenderArgs> = {}) {
  const journal = openJournal(path);
  const { log } = memoryLog();
  const sender = createTxSender({ journal, publicClient: client, account, log, pollMs: 10, ...args });
  return { journal, sender };
}

test("bump: a new version at the same nonce, for more; only for what is under way", async (t) => {
  const chain = await chainOf(t);
  const { sender, journal } = senderOf(chain);
  await chain.node.setAutomine(false);
  const sending = sender.send({ key: "slow", to: TO, value: 5n });
  await until(() => journal.get("slow")?.status === "sent");
  const hash = await sender.bump("slow");
  const [first, second] = journal.get("slow")?.attempts ?? [];
  assert.equal(second?.hash, hash);
  assert.ok((second?.maxFeePerGas ?? 0n) * 1000n >= (first?.maxFeePerGas ?? 0n) * 1100n);
  await chain.node.mine({ blocks: 1 });
  assert.equal((await sending).transactionHash, hash);
  assert.equal(await chain.client.getTransactionCount({ address: chain.account.address }), 1);
  await assert.rejects(sender.bump("slow"), withCode("DK-039", /mined/));
  await assert.rejects(sender.cancel("nothing"), withCode("DK-039", /no nothing/));
});

test("cancel: nothing is transferred, the sender hears that its nonce went elsewhere, the key may be sent anew", async (t) => {
  const chain = await chainOf(t);
  const { sender, journal } = senderOf(chain);
  await chain.node.setAutomine(false);
  const sending = assert.rejects(sender.send({ key: "regretted", to: TO, value: 5n }), withCode("DK-034"));
  await until(() => journal.get("regretted")?.status === "sent");
  const cancelling = sender.cancel("regretted");
  // What the journal calls sent may still be on its way to the chain.
  await until(() => chainKnows(chain, journal.get("cancel:regretted:0")?.attempts[0]?.hash));
  await chain.node.mine({ blocks: 1 });
  assert.equal(await cancelling, "cancelled");
  await sending;
  assert.equal(await chain.client.getBalance({ address: TO }), 0n);
  assert.equal(journal.get("regretted")?.status, "dropped");
  await chain.node.setAutomine(true);
  await sender.send({ key: "regretted", to: TO, value: 5n });
  assert.equal(await chain.client.getBalance({ address: TO }), 5n);
});

test("a gap in the nonces is filled with what the journal signed, or with nothing; a dropped deed does not happen", async (t) => {
  const chain = await chainOf(t);
  const registry = new Registry();
  const path = join(scratch(t), "journal.db");
  const { sender, journal } = senderOf(chain, path, { metrics: { registry, prefix: "assay_" } });
  const chainId = await chain.client.getChainId();
  const { address } = chain.account;
  await sender.tend(); // nothing is under way: that it was asked does not count
  const before = await chain.client.request({ method: "evm_snapshot" as "eth_chainId" });
  await sender.send({ key: "done", to: TO, value: 3n });
  // A reorganisation takes the block away, and the next transaction is signed above what is not there any more.
  await chain.client.request({ method: "evm_revert" as "eth_chainId", params: [before] as never });
  journal.addIntent({ key: "dropped", chainId, from: address, to: TO, data: "0x", value: 9n, nonce: 1, gas: 21_000n });
  journal.setStatus("dropped", "dropped");
  journal.addIntent({ key: "stuck", chainId, from: address, to: TO, data: "0x", value: 4n, nonce: 2, gas: 21_000n });
  const fees = { maxFeePerGas: 10n ** 10n, maxPriorityFeePerGas: 10n ** 9n };
  const raw = await chain.account.signTransaction({
    type: "eip1559",
    chainId,
    to: TO,
    value: 4n,
    nonce: 2,
    gas: 21_000n,
    ...fees,
  });
  journal.addAttempt("stuck", { hash: keccak256(raw), raw, ...fees, block: 0n });
  const stuck = sender.send({ key: "stuck", to: TO, value: 4n });
  await sender.tend();
  assert.match(await registry.metrics(), /^assay_nonces_mended_total 2$/m);
  await stuck;
  assert.equal(await chain.client.getBalance({ address: TO }), 7n, "3 and 4, not 9");
  assert.equal(await chain.client.getTransactionCount({ address }), 3);
  assert.deepEqual(await sender.repair(), []);
});
