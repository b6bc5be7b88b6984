import assert from "node:assert/strict";
import { test } from "node:test";
import { parseOptions } from "./options.ts";

test("one chain by default, a relay with two", () => {
  const { chains, port, relay, json } = parseOptions([]);
  assert.deepEqual([chains, port, relay, json], [1, 8545, true, false]);
  assert.deepEqual(parseOptions(["--chains", "2", "--no-relay", "--port", "0"]).relay, false);
});

test("what cannot be is refused with what was found and wanted", () => {
  assert.throws(() => parseOptions(["--chains", "3"]), /found --chains 3, wanted 1 or 2/);
  assert.throws(() => parseOptions(["--port", "65535"]), /found --port 65535, wanted a port from 0 to 65534/);
  assert.throws(() => parseOptions(["--port", "-1"]), /port/);
  assert.throws(() => parseOptions(["--chain", "2"]), /Unknown option/);
});
