import assert from "node:assert/strict";
import { test } from "node:test";
import { keccak256, numberToHex } from "viem";
import { MessageBook, type MessageBookOptions } from "./messages.ts";
import { ADAPTER, endsOn, FakeChain, TX } from "./test-kit.ts";

function bookOf(chain: FakeChain, options: MessageBookOptions = {}) {
  const clock = { ms: 1_000_000 };
  const [here, there] = endsOn(chain);
  const ends = new Map([here, there].map((each) => [each.name, each]));
  return { clock, book: new MessageBook(here, ends, { clock: () => clock.ms, ...options }) };
}

async function scene() {
  const chain = new FakeChain();
  const { clock, book } = bookOf(chain);
  const [view] = await book.read();
  assert.ok(view);
  // far beyond what is read again
  chain.head = 1_000;
  await book.read();
  return { chain, book, clock, id: view.id };
}

test("a message is not forgotten for an endpoint that is behind, or has not its receipt yet", async () => {
  const { chain, book, id } = await scene();
  assert.equal(await book.confirm(id), true);
  for (const behind of [5, 11]) {
    chain.head = behind;
    assert.equal(await book.confirm(id), false, `the head is ${behind}`);
  }
  chain.head = 1_000;
  chain.hasReceipt = false;
  assert.equal(await book.confirm(id), false);
  chain.hasReceipt = true;
  assert.ok(book.get(id), "it is still known");
  assert.equal(await book.confirm(id), true);
});

test("a message whose block was replaced is not carried, and forgotten", async () => {
  const { chain, book, id } = await scene();
  chain.fork = 1;
  chain.hasReceipt = false;
  assert.equal(await book.confirm(id), false);
  assert.equal(book.get(id), undefined);
  assert.deepEqual(await book.read(), []);
});

test("a message that is held is asked about now and then only, one that is not at every look", async () => {
  const { chain, book, clock, id } = await scene();
  const asked = async (held: Iterable<string>) => {
    const before = chain.calls;
    const views = await book.read(new Set(held));
    assert.deepEqual(
      views.map((view) => view.id),
      [id],
    );
    return chain.calls - before;
  };
  assert.equal(await asked([]), 2);
  assert.equal(await asked([id]), 0);
  clock.ms += 29_999;
  assert.equal(await asked([id]), 0);
  assert.equal(await asked([]), 2, "not held any more");
  clock.ms += 30_000;
  assert.equal(await asked([id]), 2);
  assert.equal(await asked([id]), 0);
});

test("a message whose receipt cannot be read is read later, however much later, and holds up no other", async () => {
  const HASHES = [TX, keccak256("0x02"), keccak256("0x03")] as const;
  for (const trouble of ["late", "refused"] as const) {
    const chain = new FakeChain();
    for (const [n, hash] of HASHES.entries()) chain.sent.set(hash, 10 + n);
    chain[trouble].add(TX);
    const { book } = bookOf(chain);
    // the first look may be at the whole history, and the later ones are far beyond what is read again
    const seen: number[] = [];
    for (const head of [100, 1_000, 2_000]) {
      chain.head = head;
      seen.push((await book.read()).length);
    }
    assert.equal(seen.at(-1), 2, trouble);
    chain[trouble].clear();
    chain.head = 9_000;
    assert.equal((await book.read()).length, 3, trouble);
    const asked = chain.receipts;
    assert.equal((await book.read()).length, 3);
    assert.equal(chain.receipts, asked, "and is then known");
  }
});

test("a message whose receipt never came, and whose block was replaced, is asked for no more", async () => {
  const chain = new FakeChain();
  chain.late.add(TX);
  const { book } = bookOf(chain);
  assert.deepEqual(await book.read(), []);
  chain.fork = 1;
  chain.hasReceipt = false;
  assert.deepEqual(await book.read(), []);
  const asked = chain.receipts;
  assert.deepEqual(await book.read(), []);
  assert.equal(chain.receipts, asked);
});

test("of a public gateway only the own adapter's messages are asked for, with what was added to their fees", async () => {
  const chain = new FakeChain();
  const strangers = [2, 3, 4, 5].map((n) => keccak256(numberToHex(n)));
  for (const [n, hash] of strangers.entries()) {
    chain.sent.set(hash, 11 + n);
    chain.senders.set(hash, "0x00000000000000000000000000000000000000d4");
    chain.added.set(hash, 9n);
  }
  chain.added.set(TX, 7n);
  const all = bookOf(chain).book;
  assert.equal((await all.read()).length, 5, "a relay carries everybody's");
  Object.assign(chain, { logs: 0, receipts: 0, calls: 0 });
  const { book } = bookOf(chain, { sender: ADAPTER });
  const views = await book.read();
  assert.deepEqual(
    views.map(({ id, paid }) => [id, paid]),
    [[`${TX}-0`, 7n]],
  );
  assert.deepEqual([chain.receipts, chain.calls], [1, 2], "nothing is asked about the others");
  assert.equal(chain.logs, 1 + chain.added.size);
});

test("what the pending state has approved is not to be approved again, though no block shows it yet", async () => {
  const { chain, book, id } = await scene();
  const message = book.get(id)!;
  assert.equal(await book.isUnapproved(message), true);
  chain.approvedSoon.add(TX);
  assert.equal((await book.read())[0]?.approved, false);
  assert.equal(await book.isUnapproved(message), false);
});

test("what somebody else has added to a fee counts before it is deep enough, once", async () => {
  const { chain, book, id } = await scene();
  const message = book.get(id)!;
  assert.equal(await book.paidByNow(message), 0n);
  chain.addedAt = chain.head;
  chain.added.set(TX, 7n);
  const paid = async () => (await book.read())[0]?.paid;
  assert.equal(await paid(), 0n, "not deep enough");
  assert.equal(await book.paidByNow(message), 7n);
  assert.equal(await book.paidByNow(message), 7n);
});
