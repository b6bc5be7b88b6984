import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { REPOSITORY } from "../../scripts/deploy/artifacts.ts";
import { abiLines, lostItems } from "../../scripts/lib/abi-text.ts";

const folder = mkdtempSync(join(tmpdir(), "abi-"));
after(() => rmSync(folder, { recursive: true }));

function check(...args: string[]) {
  const run = spawnSync(process.execPath, ["scripts/check-abi.ts", "--snapshots", folder, ...args], {
    cwd: REPOSITORY,
    encoding: "utf8",
  });
  return { code: run.status, output: run.stdout + run.stderr };
}

describe("ABI snapshots, UPG-05", () => {
  test("an item's line has what callers rely on", () => {
    const abi = [
      {
        type: "function",
        name: "f",
        inputs: [{ type: "tuple[]", components: [{ type: "uint8" }, { type: "address" }] }],
        outputs: [{ type: "bool" }],
        stateMutability: "view",
      },
      { type: "event", name: "E", inputs: [{ type: "uint256", indexed: true }, { type: "bytes" }] },
    ];
    assert.deepEqual(abiLines(abi), [
      "event E(uint256 indexed,bytes)",
      "function f((uint8,address)[]) view returns (bool)",
    ]);
  });

  test("what is gone or changed is lost, what is new is not, errors are no promise", () => {
    const old = ["error A()", "event E(uint256)", "function f() view returns (uint256)"];
    assert.deepEqual(lostItems(old, [...old.slice(1), "function g()"]), []);
    assert.deepEqual(lostItems(old, ["event E(uint256 indexed)", "function f() view returns (uint256)"]), [
      "event E(uint256)",
    ]);
  });

  test("the check notices an addition and a loss, writes the one and refuses the other", () => {
    assert.equal(check("--write").code, 0);
    assert.deepEqual(check(), { code: 0, output: "" });
    const path = join(folder, "Treasury.txt");
    const text = readFileSync(path, "utf8");
    writeFileSync(path, text.replace(/^function pay\(.*\n/m, ""));
    assert.match(check().output, /ABI-002: Treasury/);
    assert.equal(check("--write").code, 0);
    assert.equal(readFileSync(path, "utf8"), text);
    writeFileSync(path, `${text}function steal()\n`);
    const refused = check("--write");
    assert.deepEqual(
      [refused.code, /ABI-001: callers of Treasury would miss\n {2}function steal\(\)/.test(refused.output)],
      [1, true],
    );
    assert.equal(check("--write", "--break").code, 0);
    assert.equal(readFileSync(path, "utf8"), text);
  });
});
