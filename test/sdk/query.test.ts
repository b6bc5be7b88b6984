// Questions to an index, against one that lies, lags, fails and follows another branch of the chain.
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { keccak256, numberToHex, toHex } from "viem";
import type { AssayContext } from "../../sdk/src/context.ts";
import { AssayError } from "../../sdk/src/errors.ts";
import { bindQueries, type IndexQueries } from "../../sdk/src/query/queries.ts";
import type { Seen } from "../../sdk/src/query/watch.ts";
import { FakeChain } from "../../sdk/src/testing/chain.ts";
import { type FakeIndex, startFakeIndex } from "./fake-index.ts";

const ACCOUNT = numberToHex(7, { size: 20 });
const FOREIGN = keccak256(toHex("a block of another chain"));
let chain: FakeChain;
let index: FakeIndex;
let query: IndexQueries;

before(async () => {
  index = await startFakeIndex({ number: 0, hash: FOREIGN });
});
after(() => index.close());
beforeEach(() => {
  chain = new FakeChain();
  for (let i = 0; i < 20; i++) chain.mine();
  index.questions.length = 0;
  index.instead = undefined;
  index.answer = () => ({ items: [] });
  query = bindQueries(contextWith({}));
  stand();
});

function contextWith(options: Partial<AssayContext["index"] & object>): AssayContext {
  return { ...chain.context(), index: { url: index.url, timeout: 2_000, ...options } };
}

/** Puts the index at a block of the chain, `lag` below its head. */
function stand(lag = 0): void {
  const { number, hash } = lag === 0 ? chain.head : chain.blockAt(chain.head.number - lag);
  index.block = { number, hash };
}

function refuses(promise: Promise<unknown>, code: string, pattern: RegExp = /./) {
  return assert.rejects(promise, (error) => {
    assert.ok(error instanceof AssayError, String(error));
    assert.equal(error.code, code, error.message);
    assert.match(error.message, pattern);
    return true;
  });
}

const balance = (id: string) => ({ id, token: ACCOUNT, account: ACCOUNT, amount: "123456789012345678901234567890" });
const ids = (n: number) => Array.from({ length: n }, (_, i) => balance(numberToHex(i + 1, { size: 40 })));

test("an answer carries its block, and amounts of any size are exact", async () => {
  index.answer = () => ({ items: [balance("0x01")] });
  const page = await query.balances({ account: ACCOUNT });
  assert.equal(page.items[0]?.amount, 123456789012345678901234567890n);
  assert.deepEqual(page.block, { number: 20n, hash: chain.head.hash, timestamp: 1_700_000_000 });
  assert.equal(page.next, undefined);
});

test("the next page asks for what comes after the last item, as of the first page's block", async () => {
  index.answer = ({ variables }) => ({ items: ids(variables.first as number) });
  const page = await query.balances({ first: 3 });
  chain.mine();
  await query.balances({ first: 3, after: page.next });
  const { variables } = index.questions[1]!;
  assert.deepEqual(variables.block, { hash: page.block.hash });
  assert.deepEqual(variables.where, { and: [{}, { id_gt: numberToHex(3, { size: 40 }) }] });
});

test("a walk ends with the first page that is not full", async () => {
  const counts = [2, 2, 1];
  index.answer = () => ({ items: ids(counts.shift() ?? 0) });
  let seen = 0;
  for await (const page of query.pagesOf((after) => query.balances({ first: 2, after }))) seen += page.items.length;
  assert.equal(seen, 5);
  assert.equal(index.questions.length, 3);
});

test("an older answer than demanded is refused", async () => {
  stand(3);
  await query.balances({ minBlock: 17n });
  await refuses(
    query.balances({ minBlock: 18n }),
    "SDK-063",
    /found an answer from block 17, wanted block 18 or later/,
  );
});

test("what leads to a transaction must be fresh, unless the caller says otherwise; a look need not be", async () => {
  stand(11);
  await query.jobs();
  await refuses(query.openJobs({ now: 0 }), "SDK-063", /at most 10 blocks behind the head, 20/);
  await query.openJobs({ now: 0, maxLag: 11 });
  await query.openJobs({ now: 0, maxLag: "any" });
  await refuses(
    bindQueries(contextWith({ maxLag: 2 })).openJobs({ now: 0, maxLag: undefined }),
    "SDK-063",
    /at most 2/,
  );
  stand(10);
  await query.openJobs({ now: 0 });
});

test("an answer from a block that the chain does not have is refused where it matters", async () => {
  index.block = { number: 19, hash: FOREIGN };
  await query.jobs();
  await refuses(query.openJobs({ now: 0 }), "SDK-064", /hash 0x/);
  index.block = { number: 25, hash: FOREIGN };
  await refuses(query.openJobs({ now: 0 }), "SDK-064", /head is 20/);
});

test("waiting ends when the index has the block of this chain, not of another branch", async () => {
  stand(1);
  const waiting = query.waitForBlock({ block: 20n });
  index.block = { number: 20, hash: FOREIGN };
  await refuses(query.waitForBlock({ block: 20n, timeout: 150 }), "SDK-064");
  stand();
  assert.equal((await waiting).number, 20n);
  await refuses(query.waitForBlock({ block: 21n, timeout: 1 }), "SDK-063", /block 21 within 1 ms/);
});

test("an index that fails, hangs, is gone or stopped says so, each with its own code", async () => {
  index.instead = (answer) => answer.writeHead(503).end('{"errors":[{"message":"graph-node is starting"}]}');
  await refuses(query.protocol(), "SDK-061", /503: graph-node is starting/);
  index.instead = (answer) => answer.end("<html>");
  await refuses(query.protocol(), "SDK-061", /without JSON/);
  for (const message of ["`Qm` has not started syncing yet", "the chain was reorganized while executing the query"]) {
    index.instead = (answer) => answer.end(JSON.stringify({ errors: [{ message }] }));
    await refuses(query.protocol(), "SDK-061", /ask again in a moment/);
  }
  index.instead = (answer) => answer.end('{"errors":[{"message":"query is too complex"}]}');
  await refuses(query.protocol(), "SDK-062", /too complex/);
  index.instead = () => {};
  await refuses(bindQueries(contextWith({ timeout: 50 })).protocol(), "SDK-061", /within 50 ms/);
  const stopped = { block: { number: 9, hash: FOREIGN, timestamp: 1 }, hasIndexingErrors: true };
  index.instead = (answer) =>
    answer.end(JSON.stringify({ data: { _meta: stopped }, errors: [{ message: "indexing_error" }] }));
  await refuses(query.protocol(), "SDK-065", /block 9/);
  await refuses(bindQueries(contextWith({ url: "http://127.0.0.1:1" })).protocol(), "SDK-061");
  const nowhere = { ...chain.context() };
  await refuses(bindQueries(nowhere).protocol(), "SDK-060", /createAssayClient/);
  const abort = AbortSignal.abort();
  await refuses(query.protocol({ signal: abort }), "SDK-023");
});

test("an answer of another schema is refused with the place where it differs", async () => {
  index.answer = () => ({ items: [{ ...balance("0x01"), amount: 5 }] });
  await refuses(query.balances(), "SDK-066", /marketBalances\.items\[0\]\.amount .*found 5/);
  index.answer = () => ({ items: "none" });
  await refuses(query.balances(), "SDK-066", /wanted a list/);
  index.instead = (answer) => answer.end('{"data":{"items":[]}}');
  await refuses(query.balances(), "SDK-066", /which block/);
});

test("a page that was lost to a reorganisation says so; a bad page does not hide behind one", async () => {
  const id = "0x01";
  index.instead = (answer) => answer.end('{"errors":[{"message":"no block with that hash found"}]}');
  await refuses(query.balances({ after: { block: FOREIGN, id } }), "SDK-067", /first page/);
  await refuses(query.balances({ after: { block: chain.head.hash, id } }), "SDK-062");
  await refuses(query.balances({ first: 0 }), "SDK-001", /1 to 1000/);
  await refuses(query.balances({ first: 1001 }), "SDK-001");
});

test("watching asks again at each new block, and says what a reorganisation took back", async () => {
  index.answer = () => ({ items: ids(1) });
  const seen: Seen<Awaited<ReturnType<typeof query.balances>>>[] = [];
  let news = () => {};
  const next = () => new Promise<void>((resolve) => (news = resolve));
  const errors: AssayError[] = [];
  let ready = next();
  const stop = query.watch({
    ask: () => query.balances(),
    onAnswer: (answer) => {
      seen.push(answer as (typeof seen)[number]);
      news();
    },
    onError: (error) => {
      errors.push(error);
      news();
    },
    pollingInterval: 5,
  });
  await ready;
  ready = next();
  chain.mine();
  stand();
  await ready;
  ready = next();
  chain.drop(2);
  chain.mine();
  chain.mine();
  index.answer = () => ({ items: [] });
  stand();
  await ready;
  ready = next();
  index.instead = (answer) => answer.writeHead(500).end("{}");
  await ready;
  stop();
  assert.deepEqual(
    seen.map(({ changed, reorganised, answer }) => [changed, reorganised, answer.items.length, answer.block.number]),
    [
      [true, false, 1, 20n],
      [false, false, 1, 21n],
      [true, true, 0, 21n],
    ],
  );
  assert.equal(errors[0]?.code, "SDK-061");
});
