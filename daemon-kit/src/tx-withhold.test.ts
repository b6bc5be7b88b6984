import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { Hex } from "viem";
import { DEED, forgottenDeeds, LESS, ONCE, ONE, overtake, senderOf, TO } from "./lossy-test-kit.ts";
import { chainKnows, until, withCode } from "./test-kit.ts";

/** A deed that was signed and never reached the chain, whose sender is to give it up. */
async function lostDeed(t: TestContext, bytecode: Hex) {
  const { chain, line, open } = await senderOf(t);
  await chain.node.setCode({ address: DEED, bytecode });
  const { journal, sender } = open();
  line.cut = true;
  const sending = sender.send({ key: "deed", to: DEED, gas: 200_000n, accepts: ONE });
  const lost = assert.rejects(sending, withCode("DK-069"));
  await until(() => line.dropped > 0);
  // not to be waited for yet
  return { chain, line, journal, sender, lost: () => lost };
}

for (const [what, code] of [
  ["would revert", ONCE],
  ["would answer otherwise", LESS],
] as const) {
  test(`what was lost on the way and ${what} now is held back; the next transaction takes its place`, async (t) => {
    const { chain, line, journal, sender, lost } = await lostDeed(t, code);
    await overtake(chain);
    line.cut = false;
    await lost();
    assert.equal(journal.get("deed")?.status, "abandoned");
    const { gasUsed } = await sender.send({ key: "next", to: TO, value: 1n });
    assert.ok(gasUsed > 0n);
    const [deed, next] = [journal.get("deed")!, journal.get("next")!];
    assert.deepEqual([deed.nonce, next.nonce], [0, 0]);
    assert.ok(next.attempts[0]!.maxFeePerGas * 1000n >= deed.attempts[0]!.maxFeePerGas * 1100n, "it wins against it");
    assert.deepEqual(await sender.reconcile(), [{ key: "deed", status: "dropped" }]);
    assert.equal(await chain.client.getTransactionCount({ address: chain.account.address }), 1);
  });
}

test("what was lost on the way and is still to be done is sent again as it was signed, after a kill, too", async (t) => {
  const { chain, line, open } = await senderOf(t);
  await chain.node.setCode({ address: DEED, bytecode: ONCE });
  const end = new AbortController();
  const first = open(end.signal);
  line.cut = true;
  const sending = assert.rejects(first.sender.send({ key: "deed", to: DEED, gas: 200_000n, accepts: ONE }));
  await until(() => line.dropped > 0);
  end.abort();
  await sending;
  first.journal.close();
  line.cut = false;
  const second = open();
  await second.sender.reconcile();
  const receipt = await second.sender.send({ key: "deed", to: DEED, gas: 200_000n, accepts: ONE });
  assert.equal(receipt.transactionHash, second.journal.get("deed")?.attempts[0]?.hash);
  assert.equal(second.journal.get("deed")?.attempts.length, 1);
});

/** A payment that was signed, never reached the chain, and whose process was killed. */
async function lostPayment(t: TestContext) {
  const { chain, line, open } = await senderOf(t);
  const stillDue = async () => (await chain.client.getBalance({ address: TO, blockTag: "pending" })) === 0n;
  const pay = { key: "pay", to: TO, value: 5n, stillDue } as const;
  const end = new AbortController();
  const first = open(end.signal);
  line.cut = true;
  const sending = assert.rejects(first.sender.send(pay));
  await until(() => line.dropped > 0);
  end.abort();
  await sending;
  first.journal.close();
  line.cut = false;
  return { chain, line, pay, ...open() };
}

test("a payment of an earlier process waits until somebody can say whether it is still due", async (t) => {
  const { chain, pay, journal, sender } = await lostPayment(t);
  await sender.reconcile();
  // as a process follows what one before it has sent
  await assert.rejects(sender.send({ key: "pay", to: TO, value: 5n }), withCode("DK-069"));
  assert.equal(await chain.client.getBalance({ address: TO }), 0n);
  const { transactionHash } = await sender.send(pay);
  assert.equal(transactionHash, journal.get("pay")?.attempts[0]?.hash);
  assert.equal(await chain.client.getBalance({ address: TO }), 5n);
});

test("a payment of an earlier process that somebody else has made is held back, though it would not revert", async (t) => {
  const { chain, pay, sender } = await lostPayment(t);
  await chain.node.setBalance({ address: TO, value: 5n });
  await sender.reconcile();
  await assert.rejects(sender.send(pay), withCode("DK-069"));
  assert.equal((await sender.send({ key: "next", to: DEED })).status, "success");
  assert.equal(await chain.client.getBalance({ address: TO }), 5n);
  assert.equal(await chain.client.getTransactionCount({ address: chain.account.address }), 1);
});

test("out of turn nothing is sent again; in turn the same key goes on with what was signed", async (t) => {
  let mine = false;
  const { chain, line, open } = await senderOf(t, () => mine);
  const { journal, sender } = open();
  line.cut = true;
  await assert.rejects(sender.send({ key: "pay", to: TO, value: 5n }), withCode("DK-069"));
  line.cut = false;
  await assert.rejects(sender.send({ key: "pay", to: TO, value: 5n }), withCode("DK-069"));
  assert.equal(await chain.client.getBalance({ address: TO }), 0n);
  mine = true;
  const { transactionHash } = await sender.send({ key: "pay", to: TO, value: 5n });
  assert.equal(transactionHash, journal.get("pay")?.attempts[0]?.hash);
  assert.equal(await chain.client.getBalance({ address: TO }), 5n);
});

test("what was signed above a transaction that is held back does not wait for it: nothing is sent in its place", async (t) => {
  const { chain, line, journal, below, above } = await forgottenDeeds(t);
  await overtake(chain);
  // what fills its place is lost, too
  await until(() => journal.get("cancel:deed:0")?.status === "sent");
  const { dropped } = line;
  await until(() => line.dropped > dropped);
  line.cut = false;
  assert.deepEqual([await below.ended, await above.ended], ["DK-069", "done"]);
  assert.deepEqual([journal.get("above")?.nonce, journal.get("cancel:deed:0")?.nonce], [1, 0]);
  assert.equal(await chain.client.getBalance({ address: TO }), 3n);
});

test("what goes on above a number that was given up does not wait for it for ever", async (t) => {
  const allowed = new Set(["deed", "above"]);
  const { chain, line, journal, sender, below, above } = await forgottenDeeds(t, ({ key }) => allowed.has(key));
  for (const [key, held] of [
    ["above", above],
    ["deed", below],
  ] as const) {
    allowed.delete(key);
    assert.equal(await held.ended, "DK-069");
  }
  await overtake(chain);
  line.cut = false;
  allowed.add("above").add("next");
  await chain.node.setAutomine(false);
  const going = sender.send({ key: "above", to: TO, value: 3n });
  await until(() => chainKnows(chain, journal.get("above")?.attempts[0]?.hash));
  assert.deepEqual(await sender.repair(), [0]);
  await chain.node.mine({ blocks: 1 });
  assert.equal((await going).status, "success");
  const places = ["cancel:deed:0", "above"].map((key) => journal.get(key)?.nonce);
  assert.deepEqual(places, [0, 1]);
  assert.equal(journal.get("deed")?.attempts.length, 1, "it was not sent again");
});

test("a deed that overlaps with what may still land is not signed; with what was held back it takes its place", async (t) => {
  let mine = true;
  const { chain, line, open } = await senderOf(t, () => mine);
  await chain.node.setCode({ address: DEED, bytecode: ONCE });
  const { journal, sender } = open();
  line.cut = true;
  const deed = () => sender.send({ key: "deed", to: DEED, gas: 200_000n });
  const first = assert.rejects(deed(), withCode("DK-069"));
  await until(() => line.dropped > 0);
  assert.deepEqual(
    sender.open().map(({ key }) => key),
    ["deed"],
  );
  const overlaps = ({ to }: { to: string }) => to === DEED;
  const other = () => sender.send({ key: "other", to: DEED, gas: 200_000n, overlaps });
  await assert.rejects(other(), withCode("DK-069"));
  assert.equal(journal.get("other"), undefined, "the state has room for it, and yet");
  mine = false;
  await first;
  assert.deepEqual(sender.open(), []);
  [mine, line.cut] = [true, false];
  assert.equal((await other()).status, "success");
  assert.deepEqual([journal.get("deed")?.nonce, journal.get("other")?.nonce], [0, 0]);
});

test("what an earlier process signed is not sent again in the middle of what is decided now", async (t) => {
  let mine = false;
  const { chain, line, open } = await senderOf(t, () => mine);
  await chain.node.setCode({ address: DEED, bytecode: ONCE });
  const { journal, sender } = open();
  line.cut = true;
  const deed = () => sender.send({ key: "deed", to: DEED, gas: 200_000n });
  await assert.rejects(deed(), withCode("DK-069"));
  [mine, line.cut] = [true, false];
  const { hash } = journal.get("deed")!.attempts[0]!;
  // of what is decided now: it is simulated by then, and has no number yet
  line.held = { method: "eth_estimateGas", until: () => until(() => chainKnows(chain, hash)) };
  const again = deed();
  const overlaps = ({ to }: { to: string }) => to === DEED;
  await assert.rejects(sender.send({ key: "other", to: DEED, overlaps }), withCode("DK-069"));
  assert.equal((await again).status, "success");
  assert.equal(journal.get("other"), undefined);
});

test("what waited beyond its time is not signed", async (t) => {
  const { chain, open } = await senderOf(t);
  const { journal, sender } = open();
  await assert.rejects(sender.send({ key: "late", to: TO, value: 1n, inTime: () => false }), withCode("DK-069"));
  assert.equal(journal.list().length, 0);
  assert.equal(await chain.client.getTransactionCount({ address: chain.account.address }), 0);
});
