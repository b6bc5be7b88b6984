import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { toFunctionSelector } from "viem";
import { readArtifact } from "../../scripts/deploy/artifacts.ts";
import { deploy, missingSteps } from "../../scripts/deploy/deploy.ts";
import { DeployError } from "../../scripts/deploy/error.ts";
import type { ManagedName } from "../../scripts/deploy/layout.ts";
import { dyingWallet, local, startChain, wiring } from "./chain.ts";

const ADMIN = 0n;
const GUARDIAN = 1n;

describe("a deployment can be repeated and continued, DEP-02", () => {
  const folder = mkdtempSync(join(tmpdir(), "deploy-"));
  after(() => rmSync(folder, { recursive: true }));

  test("a second run sends nothing and writes the same file", async () => {
    const chain = await startChain();
    const options = { publicClient: chain.publicClient, walletClient: chain.deployer, config: local() };
    const path = join(folder, "second.json");
    const first = await deploy({ ...options, path });
    const file = readFileSync(path, "utf8");
    assert.equal(first.sent.length, 42);
    const second = await deploy({ ...options, path });
    assert.deepEqual(second.sent, []);
    assert.equal(readFileSync(path, "utf8"), file);
    rmSync(path);
    await deploy({ ...options, path });
    assert.equal(readFileSync(path, "utf8"), file, "start blocks are found again without the file");
    writeFileSync(path, "{ half");
    await deploy({ ...options, path });
    assert.equal(readFileSync(path, "utf8"), file, "a torn file is no obstacle");
    assert.deepEqual(await missingSteps({ ...options, deployer: chain.deployer.account.address }), []);
    await chain.close();
  });

  test("a protocol that was deployed without a referee is given one by a later run", async () => {
    const chain = await startChain();
    const { referee: _, ...bare } = local();
    const options = { publicClient: chain.publicClient, walletClient: chain.deployer, path: null };
    const first = await deploy({ ...options, config: bare });
    assert.equal(first.deployment.contracts.RefereedDispute, undefined);
    assert.equal(first.sent.length, 39);
    const second = await deploy({ ...options, config: local() });
    assert.deepEqual(
      second.sent.map(({ step }) => step),
      ["create OneStepJudge", "create RefereedDispute", "create UpkeepCoordinator", "register RefereedDispute"],
    );
    const other = { ...local(), referee: { ...local().referee!, minBudget: 121 } };
    await assert.rejects(deploy({ ...options, config: other }), { code: "DEPLOY-022" });
    await chain.close();
  });

  test("a second run takes back no decision that was made since", async () => {
    const chain = await startChain();
    const options = { publicClient: chain.publicClient, walletClient: chain.deployer, config: local(), path: null };
    const { deployment } = await deploy(options);
    const change = (name: ManagedName, functionName: string, args: unknown[]) =>
      chain.deployer.writeContract({
        address: deployment.contracts[name]!.address,
        abi: readArtifact(name).abi,
        functionName,
        args,
        chain: null,
      });
    await change("JobMarketplace", "configureToken", [deployment.contracts.AssayToken!.address, false, 0, 0n]);
    await change("JobMarketplace", "setTreasury", [chain.stranger.account.address]);
    await change("StakingManager", "setThawPeriod", [86_400n]);
    await change("ProtocolAuthority", "revokeRole", [GUARDIAN, chain.deployer.account.address]);
    const pause = [deployment.contracts.JobMarketplace!.address, [toFunctionSelector("setPause(uint8)")], ADMIN];
    await change("ProtocolAuthority", "setTargetFunctionRole", pause);
    const before = await wiring(chain, deployment);
    assert.deepEqual((await deploy(options)).sent, []);
    assert.deepEqual(await wiring(chain, deployment), before);
    await chain.close();
  });

  test("the record of a living protocol is not replaced by another's; that of a chain started afresh is", async () => {
    const path = join(folder, "record.json");
    const chain = await startChain();
    await deploy({ publicClient: chain.publicClient, walletClient: chain.deployer, config: local(), path });
    const written = readFileSync(path, "utf8");
    const other = { publicClient: chain.publicClient, walletClient: chain.stranger, config: local(), path };
    const head = await chain.publicClient.getBlockNumber();
    await assert.rejects(deploy(other), { code: "DEPLOY-023" });
    assert.equal(await chain.publicClient.getBlockNumber(), head, "nothing was sent");
    assert.equal(readFileSync(path, "utf8"), written);
    await chain.close();
    const fresh = await startChain();
    await deploy({ publicClient: fresh.publicClient, walletClient: fresh.stranger, config: local(), path });
    assert.notEqual(readFileSync(path, "utf8"), written);
    await fresh.close();
  });

  test("killed after any of its transactions, the next run ends in the same state", async () => {
    const config = local();
    const calm = await startChain();
    const wanted = await deploy({ publicClient: calm.publicClient, walletClient: calm.deployer, config, path: null });
    const wantedWiring = await wiring(calm, wanted.deployment);
    await calm.close();
    // The factory itself is created by a signed transaction that no wallet sends.
    for (let killedAfter = 0; killedAfter < wanted.sent.length - 1; killedAfter++) {
      const chain = await startChain();
      const { publicClient } = chain;
      const dying = dyingWallet(chain.deployer, killedAfter);
      await assert.rejects(deploy({ publicClient, walletClient: dying, config, path: null }), { code: "DEPLOY-030" });
      const rest = await deploy({ publicClient, walletClient: chain.deployer, config, path: null });
      assert.ok(rest.sent.length <= wanted.sent.length - killedAfter, "nothing is done twice");
      assert.deepEqual(await wiring(chain, rest.deployment), wantedWiring, `killed after ${killedAfter}`);
      await chain.close();
    }
  });

  test("killed after each of its transactions in turn, it still gets there", async () => {
    const chain = await startChain();
    const { publicClient } = chain;
    const config = local();
    let runs = 0;
    for (let done = false; !done; runs++) {
      assert.ok(runs < 42, "every run makes progress");
      await deploy({ publicClient, walletClient: dyingWallet(chain.deployer, 1), config, path: null }).then(
        () => {
          done = true;
        },
        (error: unknown) => assert.ok(error instanceof DeployError),
      );
    }
    assert.deepEqual(await missingSteps({ publicClient, config, deployer: chain.deployer.account.address }), []);
    await chain.close();
  });
});
