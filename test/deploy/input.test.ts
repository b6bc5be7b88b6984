import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import hre from "hardhat";
import { pad, zeroAddress } from "viem";
import { readArtifact } from "../../scripts/deploy/artifacts.ts";
import { configPath, loadConfig } from "../../scripts/deploy/config.ts";
import { FACTORY } from "../../scripts/deploy/create2.ts";
import { deploy } from "../../scripts/deploy/deploy.ts";
import { DeployError } from "../../scripts/deploy/error.ts";
import type { DeployWalletClient } from "../../scripts/deploy/types.ts";
import { local, startChain } from "./chain.ts";

describe("bad input, DEP-04", () => {
  const file = JSON.parse(readFileSync(configPath("local"), "utf8"));
  const folder = mkdtempSync(join(tmpdir(), "config-"));
  after(() => rmSync(folder, { recursive: true }));

  const beacon = {
    coordinator: "0x000000000000000000000000000000000000a0D1",
    keyHash: `0x${"11".repeat(32)}`,
    confirmations: 3,
    timeout: 7,
    fee: "0.1",
  };

  const cases: [what: string, change: (config: typeof file) => void, message: RegExp][] = [
    [
      "an unknown field",
      (config) => (config.market.minWindo = 1),
      /market\.minWindo is 1.*no such field; known are minWindow/,
    ],
    ["a missing section", (config) => delete config.staking, /staking is undefined, wanted an object with thawPeriod/],
    ["another version", (config) => (config.version = 2), /version is 2, wanted 1/],
    ["a number for an amount", (config) => (config.token.cap = 5), /token\.cap is 5, wanted an amount in whole ASY/],
    [
      "a cap that does not fit",
      (config) => (config.token.cap = "80000000000"),
      /token\.cap .* stakes are kept in 96 bits/,
    ],
    ["more than the cap", (config) => (config.token.cap = "1"), /token\.allocations is \d+, wanted a sum/],
    [
      "a short thaw",
      (config) => (config.staking.thawPeriod = 3599),
      /staking\.thawPeriod is 3599, wanted an integer from 3600/,
    ],
    [
      "no address",
      (config) => (config.market.treasury = "0x12"),
      /market\.treasury is "0x12", wanted a non-zero address/,
    ],
    ["the zero address", (config) => (config.market.treasury = zeroAddress), /market\.treasury/],
    [
      "a token twice",
      (config) => config.market.tokens.push(config.market.tokens[0]),
      /market\.tokens .*each token once/,
    ],
    [
      "clocks that outlast the market's patience",
      (config) => (config.referee.minBudget = 11.5 * 86_400 + 1),
      /referee\.minWindow \+ 2 minBudget \+ 7 days is 2592007, wanted at most 2592000 seconds/,
    ],
    [
      "a beacon that would not wait for its answer",
      (config) => (config.randomness = { ...beacon, timeout: 6 }),
      /randomness\.timeout is 6, wanted an integer from 7/,
    ],
    [
      "a hash that is none",
      (config) => (config.randomness = { ...beacon, keyHash: "0x12" }),
      /randomness\.keyHash is "0x12", wanted 0x and 64 hexadecimal digits/,
    ],
    [
      "draws for nothing",
      (config) => (config.randomness = { ...beacon, fee: "0" }),
      /randomness\.fee is 0, wanted more/,
    ],
    [
      "a fee that is a number",
      (config) => (config.randomness = { ...beacon, fee: 1 }),
      /wanted an amount in whole coin/,
    ],
    [
      "short clocks on a public chain",
      (config) => (config.chainId = 1),
      /referee\.minWindow is 5, wanted 86400 seconds or more on a public chain/,
    ],
    ["an unknown clock", (config) => (config.referee.pause = 1), /referee\.pause is 1, wanted no such field/],
    ["a list that is none", (config) => (config.market.tokens = {}), /market\.tokens is \{\}, wanted a list/],
  ];
  for (const [index, [what, change, message]] of cases.entries()) {
    test(what, () => {
      const config = structuredClone(file);
      change(config);
      const path = join(folder, `${index}.json`);
      writeFileSync(path, JSON.stringify(config));
      assert.throws(
        () => loadConfig(path),
        (error: unknown) => error instanceof DeployError && error.code === "DEPLOY-011" && message.test(error.message),
      );
    });
  }

  test("a file that is missing or not JSON", () => {
    assert.throws(() => loadConfig(join(folder, "none.json")), { code: "DEPLOY-010" });
    writeFileSync(join(folder, "torn.json"), "{");
    assert.throws(() => loadConfig(join(folder, "torn.json")), { code: "DEPLOY-010" });
  });

  test("a contract that was not built", () => {
    assert.throws(() => readArtifact("Treasury", folder), { code: "DEPLOY-001", message: /no build of Treasury/ });
  });

  test("a transaction that is mined and does nothing", async () => {
    const chain = await startChain();
    const walletClient: DeployWalletClient = {
      ...chain.deployer,
      // an empty transaction to oneself in place of every step
      sendTransaction: async () =>
        chain.deployer.sendTransaction({ to: chain.deployer.account.address, chain: null, value: 0n } as never),
    };
    const run = deploy({ ...chain, walletClient, config: local(), path: null });
    await assert.rejects(run, { code: "DEPLOY-031", message: /had no effect \(transaction 0x[0-9a-f]{64}, success\)/ });
    await chain.close();
  });

  test("the wrong chain", async () => {
    const chain = await startChain();
    const config = { ...local(), chainId: 1 };
    const run = deploy({ ...chain, walletClient: chain.deployer, config, path: null });
    await assert.rejects(run, { code: "DEPLOY-012", message: /chain 31337.*for 1/ });
    await chain.close();
  });

  test("other code where the factory should be, another implementation, another strategy", async () => {
    const connection = await hre.network.create();
    const publicClient = await connection.viem.getPublicClient();
    const [walletClient] = await connection.viem.getWalletClients();
    const testClient = await connection.viem.getTestClient();
    const options = { publicClient, walletClient: walletClient!, config: local(), path: null };
    const { deployment } = await deploy(options);
    const slot = "0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc";
    const { address, implementation } = deployment.contracts.JobMarketplace!;
    await testClient.setStorageAt({
      address,
      index: slot,
      value: pad(deployment.contracts.VerificationHub!.implementation),
    });
    await assert.rejects(deploy(options), { code: "DEPLOY-021" });
    await testClient.setStorageAt({ address, index: slot, value: pad(implementation) });
    await testClient.setCode({ address: FACTORY, bytecode: "0x00" });
    await assert.rejects(deploy(options), { code: "DEPLOY-020" });
    await connection.close();
  });
});
