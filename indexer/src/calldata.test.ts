import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { withoutCalldata } from "./calldata.ts";

test("a block's transactions lose their calldata and nothing else", () => {
  const block = (input: object) => ({
    jsonrpc: "2.0",
    id: 7,
    result: { hash: "0xab", extraData: "0x1234", transactions: [{ hash: "0x01", value: "0x5", ...input }] },
  });
  const answer = JSON.stringify([block({ input: "0xDEADbeef" }), block({ data: "0x00", input: "0x" })]);
  assert.deepEqual(JSON.parse(withoutCalldata(answer)), [block({ input: "0x" }), block({ data: "0x", input: "0x" })]);
  const spaced = '{"result":{"transactions":[{"input" : "0xff"}]}}';
  assert.equal(withoutCalldata(spaced), '{"result":{"transactions":[{"input" : "0x"}]}}');
});

test("no mapping reads calldata", () => {
  const folder = fileURLToPath(new URL("../../subgraph/src", import.meta.url));
  const files = globSync("**/*.ts", { cwd: folder });
  assert.ok(files.length > 20, `${files.length} mappings`);
  for (const file of files) {
    const text = readFileSync(`${folder}/${file}`, "utf8");
    assert.doesNotMatch(text, /transaction\s*\.\s*input/, file);
  }
});
