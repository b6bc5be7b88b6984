import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import hre from "hardhat";
import { REPOSITORY } from "../../scripts/deploy/artifacts.ts";

const folder = mkdtempSync(join(tmpdir(), "cli-"));
after(() => rmSync(folder, { recursive: true }));

/** Runs the command as its own process. */
function run(args: readonly string[], env: Record<string, string> = {}): Promise<{ code: number; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ["scripts/deploy/cli.ts", ...args], {
      cwd: REPOSITORY,
      env: { ...process.env, NODE_TEST_CONTEXT: undefined, ...env },
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.on("error", reject);
    child.on("close", (code) => resolve({ code: code ?? -1, output }));
  });
}

describe("npm run deploy, DEP-05", () => {
  test("--help explains itself", async () => {
    const { code, output } = await run(["--help"]);
    assert.equal(code, 0);
    assert.match(output, /--dry-run/);
  });

  test("one clear error for bad input, and an exit code that says whose fault it is", async () => {
    const nowhere = "http://127.0.0.1:9/secret-key";
    const cases: [args: string[], env: Record<string, string>, code: number, message: RegExp][] = [
      [["--nonsense"], {}, 1, /^DEPLOY-002: .*nonsense/],
      [["--rpc-url", "nowhere"], {}, 1, /^DEPLOY-002: /],
      [["crosschain", "--end", "north"], {}, 1, /^DEPLOY-002: crosschain was given --pair nothing and --end north/],
      [["crosschain", "--pair", "none.json", "--end", "home"], {}, 1, /^DEPLOY-010: .*none\.json/],
      [["--network", "atlantis"], {}, 1, /^DEPLOY-010: .*atlantis/],
      [["--rpc-url", nowhere], {}, 75, /^DEPLOY-032: no node answers at http:\/\/127\.0\.0\.1:9\. Start it/],
    ];
    for (const [args, env, wanted, message] of cases) {
      const { code, output } = await run(args, env);
      assert.match(output, message);
      assert.equal(code, wanted, output);
      assert.equal(output.includes("secret-key"), false, "an address may hold a key");
      assert.equal(output.trim().split("\n").length, 1, output);
    }
  });

  test("--dry-run sends nothing and names every cost; a run deploys; a second finds all done", async (t) => {
    const server = await hre.network.createServer("default", "127.0.0.1", 0);
    const { address, port } = await server.listen();
    t.after(() => server.close());
    const out = join(folder, "record.json");
    const args = ["--rpc-url", `http://${address}:${port}`, "--out", out];
    const bad = await run(args, { ASSAY_DEPLOYER_KEY: "0x12" });
    assert.match(bad.output, /^DEPLOY-013: /);
    const elsewhere = join(folder, "elsewhere.json");
    const { referee: _, ...local } = JSON.parse(
      readFileSync(join(REPOSITORY, "scripts", "deploy", "config", "local.json"), "utf8"),
    );
    writeFileSync(elsewhere, JSON.stringify({ ...local, chainId: 999_999 }));
    const nobody = await run([...args, "--config", elsewhere]);
    assert.match(nobody.output, /^DEPLOY-014: no deployer key found/);
    const dry = await run([...args, "--dry-run"]);
    assert.equal(dry.code, 0, dry.output);
    assert.match(dry.output, /send +\d+ gas {2}install JobMarketplace/);
    assert.match(dry.output, /42 transactions from 0x[0-9a-fA-F]{40}, about \d+ gas, .*Nothing was sent\./);
    assert.equal(existsSync(out), false);
    const first = await run(args);
    assert.equal(first.code, 0, first.output);
    assert.match(first.output, /^42 transactions, \d+ gas/m);
    assert.equal(JSON.parse(readFileSync(out, "utf8")).chainId, 31337);
    const second = await run(args);
    assert.match(second.output, /^0 transactions, 0 gas/m);
  });
});
