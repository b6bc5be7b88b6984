import assert from "node:assert/strict";
import { test } from "node:test";
import { MASK, maskUrlsIn, maskValue } from "./mask.ts";

test("a URL in a sentence keeps its host, the sentence its punctuation", () => {
  const text = "asked http://127.0.0.1:8080: HTTP 404 (and https://rpc.example/v2, too).";
  assert.equal(maskUrlsIn(text), text);
});

test("keys, passwords and query values of a URL in a sentence are masked", () => {
  const text = "tried https://user:pass@rpc.example/v2/abcdef0123456789abcd?key=1, then gave up";
  assert.equal(maskUrlsIn(text), `tried https://${MASK}@rpc.example/v2/${MASK}?key=${MASK}, then gave up`);
});

test("of a receiver of notices only the origin is shown: its path is its key", () => {
  const receivers = ["https://chat.example/services/T0/B0/word", "no url"];
  assert.deepEqual(maskValue("webhooks", { receivers, events: ["A"] }), {
    receivers: ["https://chat.example/***", "***"],
    events: ["A"],
  });
});
