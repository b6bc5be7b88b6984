import assert from "node:assert/strict";
import { mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { openGuard } from "@assay/daemon-kit";
import { scratch } from "../test-kit.ts";
import { exportGuard, importGuard } from "./guard.ts";

test("what a provider has bound itself to moves to another machine, and binds it there", (t) => {
  const folder = scratch(t);
  const machine = (name: string) => {
    const dataDir = join(folder, name);
    mkdirSync(dataDir);
    return { file: undefined, flags: { dataDir }, env: {} };
  };
  const guardOf = (name: string) => openGuard(join(folder, name, "guard.sqlite"));
  const [old, fresh, contrary] = [machine("old"), machine("fresh"), machine("contrary")];
  const first = guardOf("old");
  first.commit("31337:0xaa", "job:nonce", "0x01");
  first.close();

  const out = join(folder, "guard.json");
  exportGuard({ ...old, out });
  assert.equal(statSync(out).mode & 0o777, 0o600);
  assert.throws(() => exportGuard({ ...old, out }), { code: "CN-003" }, "a file that is there is not overwritten");

  importGuard({ ...fresh, from: out });
  importGuard({ ...fresh, from: out });
  const moved = guardOf("fresh");
  assert.throws(() => moved.commit("31337:0xaa", "job:nonce", "0x02"), { code: "DK-050" });
  moved.close();

  const other = guardOf("contrary");
  other.commit("31337:0xaa", "job:nonce", "0x03");
  other.close();
  assert.throws(() => importGuard({ ...contrary, from: out }), { code: "DK-050" });
  writeFileSync(out, '{"format":"assay-guard","version":1,"records":[{"scope":1}]}');
  assert.throws(() => importGuard({ ...fresh, from: out }), { code: "CN-060" });
  const running = guardOf("old");
  assert.throws(() => exportGuard({ ...old, out: join(folder, "second.json") }), { code: "DK-030" });
  running.close();
});
