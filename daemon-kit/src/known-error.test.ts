import assert from "node:assert/strict";
import { test } from "node:test";
import { DaemonError, facts } from "./errors.ts";
import { knownError } from "./known-error.ts";

test("a coded error and a full disk keep their names; anything else gets that of the client library", () => {
  const decode = (error: unknown) =>
    Object.assign(new Error(`decoded: ${(error as Error).message}`), { code: "SDK-049" });
  const codeOf = (error: unknown) => facts(knownError(error, decode)).code;
  const said = { found: "a", wanted: "b", hint: "c" };
  assert.equal(codeOf(new DaemonError("DK-033", "no coins", { kind: "UserFault", ...said })), "DK-033");
  assert.equal(codeOf(Object.assign(new Error("no room"), { code: "ENOSPC" })), "DK-068");
  assert.equal(
    codeOf(Object.assign(new Error("database or disk is full"), { code: "ERR_SQLITE_ERROR", errcode: 13 })),
    "DK-068",
  );
  assert.equal(codeOf(Object.assign(new Error("constraint"), { code: "ERR_SQLITE_ERROR", errcode: 19 })), "SDK-049");
  assert.equal(codeOf(new TypeError("oops")), "SDK-049");
});
