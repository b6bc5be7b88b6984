import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { DaemonError } from "@assay/daemon-kit";
import { contractNames } from "@assay/sdk";
import { parseEther } from "viem";
import { loadNodeConfig, priceFloor, readDeployment, takeOver } from "./config.ts";
import { ASY, OTHER, scratch } from "./test-kit.ts";

const withCode = (code: string, about: RegExp) => (error: unknown) =>
  error instanceof DaemonError && error.code === code && about.test(`${error.found} ${error.wanted} ${error.hint}`);

test("defaults follow the chain: at once on a local one, two confirmations elsewhere", () => {
  const local = loadNodeConfig({}).config;
  assert.deepEqual([local.confirmations, local.pollMs], [0, 500]);
  const main = loadNodeConfig({ env: { ASSAY_NODE_CHAIN_ID: "1" } }).config;
  assert.deepEqual([main.confirmations, main.pollMs], [2, 4000]);
  assert.match(main.deployment, /deployments.1\.json$/);
});

test("flag beats environment beats file; lists and numbers may come as text; paths follow the file", (t) => {
  const folder = scratch(t);
  const file = join(folder, "node.yaml");
  writeFileSync(file, "version: 1\nchainId: 5\nmemoryMb: 500\ndataDir: state\nprices: { ASY: { minPrice: '2.5' } }\n");
  const { config } = loadNodeConfig({
    file,
    env: { ASSAY_NODE_MEMORY_MB: "600", ASSAY_NODE_RPC_URLS: "http://a:1, http://b:2", ASSAY_NODE_COLLECT: "true" },
    flags: { chainId: "7" },
  });
  assert.deepEqual([config.chainId, config.memoryMb, config.collect], [7, 600, true]);
  assert.deepEqual(config.rpcUrls, ["http://a:1", "http://b:2"]);
  assert.equal(config.dataDir, join(folder, "state"));
  assert.equal(priceFloor(config, ASY, ASY)?.minPrice, parseEther("2.5"));
  assert.equal(priceFloor(config, OTHER, ASY), undefined, "a token that is not listed is not taken");
});

test("an unknown key names the one that was meant; a secret is no setting of the file", (t) => {
  const file = join(scratch(t), "node.yaml");
  writeFileSync(file, "version: 1\nmemoryMB: 500\n");
  assert.throws(() => loadNodeConfig({ file }), withCode("DK-003", /memoryMb/));
  writeFileSync(file, "version: 1\nprivateKey: '0x12'\n");
  assert.throws(() => loadNodeConfig({ file }), withCode("DK-003", /privateKey/));
  writeFileSync(file, "version: 1\nowner: nobody\n");
  assert.throws(() => loadNodeConfig({ file }), withCode("DK-004", /owner.*address/));
});

test("a deployment file that is missing or of another chain is refused", (t) => {
  const file = join(scratch(t), "1.json");
  assert.throws(() => readDeployment({ deployment: file, chainId: 1 }), withCode("CN-002", /ENOENT/));
  const entry = { address: OTHER, version: "1.0.0" };
  const contracts = Object.fromEntries(contractNames.map((name) => [name, entry]));
  writeFileSync(file, JSON.stringify({ chainId: 2, startBlock: 0, contracts }));
  assert.throws(() => readDeployment({ deployment: file, chainId: 1 }), withCode("CN-002", /chain 2.*chain 1/));
  assert.equal(readDeployment({ deployment: file, chainId: 2 }).chainId, 2);
});

test("prices, filters and mode change while a node runs; what else is in the file waits for a restart", (t) => {
  const file = join(scratch(t), "node.yaml");
  writeFileSync(file, "version: 1\nmode: auto\npollMs: 500\n");
  const { config } = loadNodeConfig({ file });
  assert.deepEqual(takeOver(config, loadNodeConfig({ file }).config), []);
  writeFileSync(
    file,
    "version: 1\nmode: oversight\npollMs: 900\nprices: { ASY: { minPrice: 3 } }\npricing: { patience: 0.5 }\n",
  );
  assert.deepEqual(takeOver(config, loadNodeConfig({ file }).config), ["prices", "pricing", "mode"]);
  assert.equal(config.mode, "oversight");
  assert.equal(config.prices.get("ASY")?.minPrice, 3n * 10n ** 18n);
  assert.equal(config.pollMs, 500);
});
