// One answer that is lost at the wrong moment: nothing that was held back is sent after all, and nothing is left unwatched.
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { parseGwei } from "viem";
import { forgottenDeeds, overtake, senderOf, TO } from "./lossy-test-kit.ts";
import { chainKnows, until } from "./test-kit.ts";

test("a filler that could not be signed is not under way: it is made later, and the vain deed is never sent", async (t) => {
  const { chain, line, journal, sender, below, above } = await forgottenDeeds(t);
  let [failed, over] = [0, false];
  void below.ended.then(() => {
    over = true;
  });
  // the head is what a filler is signed with
  line.fails = (method) => {
    const fails = !over && method === "eth_blockNumber" && journal.get("deed")?.status === "abandoned";
    if (fails) failed += 1;
    return fails;
  };
  await overtake(chain);
  assert.equal(await below.ended, "DK-069");
  assert.ok(failed > 0);
  assert.equal(journal.get("cancel:deed:0"), undefined);
  line.cut = false;
  assert.deepEqual(await sender.repair(), [0]);
  assert.equal(await above.ended, "done");
  assert.equal(await chain.client.getBalance({ address: TO }), 3n);
  assert.equal(await chainKnows(chain, journal.get("deed")!.attempts[0]!.hash), false);
});

test("a filler that was given up is sent again, not what it fills the place of", async (t) => {
  const bump = { afterBlocks: 1000, giveUpBlocks: 3 };
  const { chain, line, journal, sender, above } = await forgottenDeeds(t, undefined, { bump });
  await overtake(chain);
  await until(() => journal.get("cancel:deed:0")?.status === "sent");
  await chain.node.mine({ blocks: 4 });
  await until(() => journal.get("cancel:deed:0")?.status === "abandoned");
  assert.equal(await above.ended, "DK-035");
  line.cut = false;
  await chain.node.setAutomine(false);
  const again = sender.send({ key: "above", to: TO, value: 3n });
  await until(() => journal.get("above")?.status === "sent");
  assert.deepEqual(await sender.repair(), [0]);
  await until(() => chainKnows(chain, journal.get("above")!.attempts.at(-1)!.hash));
  await chain.node.mine({ blocks: 1 });
  assert.equal((await again).status, "success");
  assert.equal(await chainKnows(chain, journal.get("deed")!.attempts[0]!.hash), false);
});

/** Payments that an earlier process signed and the chain has forgotten, none of which may be sent again; this process's sender. */
async function lostPayments(t: TestContext, count: number, ceiling?: bigint) {
  let mine = true;
  const more = ceiling ? { bump: { maxFeePerGas: ceiling } } : {};
  const { chain, open } = await senderOf(t, ({ key }) => mine || !key.startsWith("deed"), more);
  await chain.node.setNextBlockBaseFeePerGas({ baseFeePerGas: parseGwei("1") });
  await chain.node.mine({ blocks: 1 });
  await chain.node.setAutomine(false);
  const end = new AbortController();
  const first = open(end.signal);
  const ended: Promise<void>[] = [];
  const keys = Array.from({ length: count }, (_, n) => `deed${n}`);
  for (const key of keys) {
    ended.push(assert.rejects(first.sender.send({ key, to: TO, value: 1n })));
    await until(() => chainKnows(chain, first.journal.get(key)?.attempts[0]?.hash));
  }
  end.abort();
  await Promise.all(ended);
  first.journal.close();
  const { journal, sender } = open();
  for (const key of keys.toReversed()) await chain.node.dropTransaction({ hash: journal.get(key)!.attempts[0]!.hash });
  mine = false;
  await chain.node.setAutomine(true);
  return { chain, journal, sender, keys };
}

test("of several that are held back at a start none leaves a place that must be filled", async (t) => {
  const { chain, journal, sender, keys } = await lostPayments(t, 3);
  await sender.reconcile();
  assert.deepEqual(
    journal.list().map(({ key, status }) => [key, status]),
    keys.map((key) => [key, "abandoned"]),
  );
  await sender.send({ key: "next", to: TO, value: 7n });
  assert.equal(journal.get("next")?.nonce, 0);
  assert.equal(await chain.client.getTransactionCount({ address: chain.account.address }), 1);
});

test("what was held back at the fee ceiling keeps neither a start nor the next transaction", async (t) => {
  const { chain, journal, sender } = await lostPayments(t, 2, parseGwei("1.05"));
  await sender.reconcile();
  await sender.send({ key: "next", to: TO, value: 7n });
  assert.equal(journal.get("next")?.nonce, 0);
  assert.equal(await chain.client.getBalance({ address: TO }), 7n);
});

test("silence is not the answer that a transaction is unknown", async (t) => {
  let mine = true;
  const { chain, line, open } = await senderOf(t, () => mine);
  await chain.node.setAutomine(false);
  const { journal, sender } = open();
  const sending = sender.send({ key: "deed", to: TO, value: 5n });
  await until(() => chainKnows(chain, journal.get("deed")?.attempts[0]?.hash));
  mine = false;
  let failed = 0;
  line.fails = (method) => method === "eth_getTransactionByHash" && failed++ < 3;
  await until(() => failed > 3);
  await chain.node.mine({ blocks: 1 });
  assert.equal((await sending).status, "success");
});

test("what is signed is watched, though the endpoint refuses to say what became of it", async (t) => {
  const { chain, line, open } = await senderOf(t);
  const { sender } = open();
  let refused = 0;
  line.fails = (method) => {
    if (method === "eth_sendRawTransaction" || refused > 0) refused += 1;
    return refused > 0 && refused < 6;
  };
  assert.equal((await sender.send({ key: "deed", to: TO, value: 5n })).status, "success");
  assert.equal(await chain.client.getTransactionCount({ address: chain.account.address }), 1);
});
