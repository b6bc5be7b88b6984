import assert from "node:assert/strict";
import { test } from "node:test";
import { clockError } from "./clock.ts";

test("a block from the future is a clock that is behind; an old one may be a slow chain; a local chain may be anywhere", () => {
  const now = 1_800_000_000;
  assert.equal(clockError(now + 120, now * 1000, 1), undefined);
  assert.equal(clockError(now - 86_400, now * 1000, 1), undefined);
  assert.equal(clockError(now + 86_400, now * 1000, 31337), undefined);
  const error = clockError(now + 121, now * 1000, 1);
  assert.deepEqual([error?.code, error?.found], ["CN-034", "this machine's clock is 121 s behind the newest block"]);
});
