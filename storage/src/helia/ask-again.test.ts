import assert from "node:assert/strict";
import { test } from "node:test";
import { askAgain } from "./ask-again.ts";

const never = () => new Promise<number>(() => {});

test("what is not answered is asked again, the last time for as long as there is", async () => {
  const signals: AbortSignal[] = [];
  const stop = new AbortController();
  const answer = await askAgain(
    (signal) => {
      signals.push(signal);
      return signals.length < 3 ? never() : Promise.resolve(7);
    },
    stop.signal,
    [5, 5],
  );
  assert.deepEqual([answer, signals.length], [7, 3]);
  assert.deepEqual(
    signals.map(({ aborted }) => aborted),
    [true, true, false],
  );
});

test("a refusal is no silence: it is not asked again", async () => {
  let asked = 0;
  const ask = () => {
    asked += 1;
    return Promise.reject(new Error("no"));
  };
  await assert.rejects(askAgain(ask, new AbortController().signal, [1000]), /no/);
  assert.equal(asked, 1);
});

test("asking ends with its signal, at once, whatever is asked", async () => {
  const stop = new AbortController();
  const reason = new Error("enough");
  const asking = askAgain(never, stop.signal, [60_000]);
  stop.abort(reason);
  await assert.rejects(asking, reason);
  await assert.rejects(askAgain(never, stop.signal, []), reason);
});
