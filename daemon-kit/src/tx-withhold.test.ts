import assert from "node:assert/strict";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { createPublicClient, custom, type Hex } from "viem";
import { hardhat } from "viem/chains";
import { openJournal, type TxEntry } from "./journal.ts";
import { chainKnows, chainOf, memoryLog, scratch, type TestChain, withCode } from "./test-kit.ts";
import { createTxSender } from "./tx-sender.ts";

const TO = "0x00000000000000000000000000000000000a55a1";
const DEED = "0x00000000000000000000000000000000000bad00";
/** Answers one and notes that it is done; from then on it reverts. */
const ONCE: Hex = "0x5f54156009575f5ffd5b60015f5560015f5260205ff3";
/** Answers one the first time, zero from then on, and never reverts. */
const LESS: Hex = "0x5f54155f5260015f5560205ff3";
const ONE = (answer: Hex) => BigInt(answer) === 1n;

/** What becomes of a sender's questions. */
interface Line {
  /** Transactions are taken, and lost. */
  cut: boolean;
  dropped: number;
  /** The answers to such wait for this. */
  held?: { method: string; until: () => Promise<void> };
}

/** A sender on a journal of its own, whose transactions do not reach the chain while it is cut off. */
async function senderOf(t: TestContext, mayResend: (entry: TxEntry) => boolean = () => true) {
  const chain = await chainOf(t);
  const line: Line = { cut: false, dropped: 0 };
  const path = join(scratch(t), "journal.db");
  const publicClient = createPublicClient({
    chain: hardhat,
    pollingInterval: 10,
    cacheTime: 0,
    transport: custom({
      request: async ({ method, params }: { method: string; params: unknown }) => {
        if (line.cut && method === "eth_sendRawTransaction") {
          line.dropped += 1;
          return `0x${"00".repeat(32)}`; // taken, and lost
        }
        const answer = await chain.client.request({ method, params } as never);
        if (line.held?.method === method) await line.held.until();
        return answer;
      },
    }),
  });
  const over = new AbortController();
  t.after(() => over.abort());
  const open = (signal: AbortSignal = over.signal) => {
    const journal = openJournal(path);
    const { log } = memoryLog();
    const { account } = chain;
    const args = { journal, publicClient, account, log, pollMs: 10, mayResend, signal };
    return { journal, sender: createTxSender(args) };
  };
  return { chain, line, open };
}

async function until(check: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await check()); tries++) {
    if (tries > 500) throw new Error("it did not come to that");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Somebody else does the deed. */
async function overtake({ node, client }: TestChain): Promise<void> {
  const [stranger] = (await client.request({ method: "eth_accounts" as never })) as Hex[];
  const call = { from: stranger, to: DEED, gas: "0x30000" };
  await node.request({ method: "eth_sendTransaction", params: [call] } as never);
}

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

/** Two deeds, one above the other, that the chain had and forgot; nothing reaches it from here on. */
async function forgottenDeeds(t: TestContext, mayResend?: (entry: TxEntry) => boolean) {
  const { chain, line, open } = await senderOf(t, mayResend);
  await chain.node.setCode({ address: DEED, bytecode: ONCE });
  await chain.node.setAutomine(false);
  const { journal, sender } = open();
  const sent = async (key: string, to: Hex) => {
    const sending = sender.send({ key, to, gas: 200_000n, value: to === TO ? 3n : 0n });
    const ended = sending.then(
      () => "done",
      (error: { code: string }) => error.code,
    );
    await until(() => chainKnows(chain, journal.get(key)?.attempts[0]?.hash));
    return { ended };
  };
  const below = await sent("deed", DEED);
  const above = await sent("above", TO);
  line.cut = true;
  for (const key of ["above", "deed"]) await chain.node.dropTransaction({ hash: journal.get(key)!.attempts[0]!.hash });
  await chain.node.setAutomine(true);
  return { chain, line, journal, sender, below, above };
}

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
  const next = sender.send({ key: "next", to: TO, value: 4n });
  await until(() => chainKnows(chain, journal.get("next")?.attempts[0]?.hash));
  await chain.node.mine({ blocks: 1 });
  assert.deepEqual([(await going).status, (await next).status], ["success", "success"]);
  const places = ["cancel:deed:0", "above", "next"].map((key) => journal.get(key)?.nonce);
  assert.deepEqual(places, [0, 1, 2]);
  assert.equal(journal.get("deed")?.attempts.length, 1, "it was not sent again");
});

test("nothing is tried on a state that lacks what was sent before: of two deeds that overlap one is paid for", async (t) => {
  const { chain, line, open } = await senderOf(t);
  await chain.node.setCode({ address: DEED, bytecode: ONCE });
  const { journal, sender } = open();
  line.cut = true;
  const first = sender.send({ key: "deed", to: DEED, gas: 200_000n });
  await until(() => line.dropped > 0);
  const other = () => sender.send({ key: "other", to: DEED, gas: 200_000n });
  await assert.rejects(other(), withCode("DK-071", /deed, signed with nonce 0/));
  assert.equal(journal.get("other"), undefined);
  line.cut = false;
  await assert.rejects(other(), /reverted/);
  assert.equal((await first).status, "success");
  assert.equal(await chain.client.getTransactionCount({ address: chain.account.address }), 1);
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
  const until = async () => {
    for (let asked = 0; asked < 100 && !(await chainKnows(chain, hash)); asked++);
  };
  line.held = { method: "eth_estimateGas", until };
  const again = assert.rejects(deed(), withCode("DK-069"));
  assert.equal((await sender.send({ key: "other", to: DEED })).status, "success");
  await again;
  assert.deepEqual([journal.get("deed")?.nonce, journal.get("other")?.nonce], [0, 0]);
});

test("what waited beyond its time is not signed", async (t) => {
  const { chain, open } = await senderOf(t);
  const { journal, sender } = open();
  await assert.rejects(sender.send({ key: "late", to: TO, value: 1n, inTime: () => false }), withCode("DK-069"));
  assert.equal(journal.list().length, 0);
  assert.equal(await chain.client.getTransactionCount({ address: chain.account.address }), 0);
});
