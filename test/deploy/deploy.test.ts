import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import {
  type Address,
  encodeFunctionData,
  getAddress,
  type Hex,
  isAddressEqual,
  keccak256,
  toFunctionSelector,
  zeroAddress,
} from "viem";
import { readArtifact } from "../../scripts/deploy/artifacts.ts";
import type { DeployConfig } from "../../scripts/deploy/config.ts";
import { creationOf, FACTORY } from "../../scripts/deploy/create2.ts";
import { deploy } from "../../scripts/deploy/deploy.ts";
import { layoutOf, MANAGED, type ManagedName } from "../../scripts/deploy/layout.ts";
import type { Deployment } from "../../scripts/deploy/types.ts";
import { parseDeployment } from "../../sdk/src/deployment.ts";
import { type Chain, dyingWallet, local, startChain, wiring } from "./chain.ts";

const INITIALIZABLE = "0xf0c57e16840df040f15088dc2f81fe391c3923bec73e23a9662efc9c229c6a00";
const ADMIN = 0n;
const GUARDIAN = 1n;

describe("the live wiring is what the configuration says, DEP-01", () => {
  let chain: Chain;
  let deployment: Deployment;
  let config: DeployConfig;
  before(async () => {
    chain = await startChain();
    config = local();
    config.roles.guardian = getAddress(chain.stranger.account.address);
    ({ deployment } = await deploy({
      publicClient: chain.publicClient,
      walletClient: chain.deployer,
      config,
      path: null,
    }));
  });
  after(() => chain.close());

  const address = (name: ManagedName) => deployment.contracts[name]!.address;

  test("immutables, parameters, strategies, supply and implementation slots", async () => {
    const authority = getAddress(address("ProtocolAuthority"));
    const found = await wiring(chain, deployment);
    const [{ token, minBond, feeBps }] = config.market.tokens as [DeployConfig["market"]["tokens"][number]];
    assert.equal(token, "ASY");
    const asyAddress = address("AssayToken");
    assert.deepEqual(found, {
      implementations: Object.fromEntries(MANAGED.map((name) => [name, deployment.contracts[name]!.implementation])),
      stakingAsy: address("AssayToken"),
      stakingMarket: address("JobMarketplace"),
      stakingSlashing: address("SlashingManager"),
      slashingStaking: address("StakingManager"),
      slashingMarket: address("JobMarketplace"),
      marketSlashing: address("SlashingManager"),
      auditFund: config.staking.auditFund,
      feeTokens: [asyAddress],
      stakingPools: address("DelegationPools"),
      marketPools: address("DelegationPools"),
      poolsPeers: [asyAddress, address("StakingManager"), address("JobMarketplace")],
      slashingDelay: BigInt(config.slashing.delay),
      reputation: [address("StakingManager"), config.reputation.stakeCap],
      tiers: config.reputation.tiers,
      marketStaking: address("StakingManager"),
      marketHub: address("VerificationHub"),
      authorities: [authority, authority, authority, authority, authority, authority, authority],
      thawPeriod: BigInt(config.staking.thawPeriod),
      market: [config.market.treasury, config.market.minWindow, 0, config.market.tipBps, config.market.burnBps],
      asyConfig: [true, feeBps, minBond],
      strategies: 3,
      window: deployment.contracts.OptimisticWindow!.address,
      referee: deployment.contracts.RefereedDispute!.address,
      token: [config.token.name, config.token.symbol, config.token.cap],
      supply: config.token.allocations.reduce((sum, { amount }) => sum + amount, 0n),
    });
  });

  test("the referee knows the protocol, its judge and its clocks, and no dispute outlasts the market", async () => {
    const read = (name: "RefereedDispute" | "JobMarketplace", functionName: string) =>
      chain.publicClient.readContract({ address: contractOf(name), abi: readArtifact(name).abi, functionName });
    const contractOf = (name: string) => deployment.contracts[name]!.address;
    const names = ["MARKET", "STAKING", "HUB", "ASY", "JUDGE", "STRATEGY", "MIN_WINDOW", "MIN_BUDGET", "MIN_BOND"];
    const { minWindow, minBudget, minBond } = config.referee!;
    assert.deepEqual(await Promise.all(names.map((name) => read("RefereedDispute", name))), [
      contractOf("JobMarketplace"),
      contractOf("StakingManager"),
      contractOf("VerificationHub"),
      contractOf("AssayToken"),
      contractOf("OneStepJudge"),
      1n,
      BigInt(minWindow),
      BigInt(minBudget),
      minBond,
    ]);
    assert.equal(await read("RefereedDispute", "MAX_LENGTH"), await read("JobMarketplace", "VERDICT_TIMEOUT"));
  });

  test("roles: the deployer administers, the guardian pauses and vetoes, every other function is the administrator's", async () => {
    const read = (functionName: string, args: unknown[]) =>
      chain.publicClient.readContract({
        address: address("ProtocolAuthority"),
        abi: readArtifact("ProtocolAuthority").abi,
        functionName,
        args,
      });
    assert.deepEqual(await read("hasRole", [ADMIN, chain.deployer.account.address]), [true, 0]);
    assert.deepEqual(await read("hasRole", [ADMIN, chain.stranger.account.address]), [false, 0]);
    assert.deepEqual(await read("hasRole", [GUARDIAN, chain.stranger.account.address]), [true, 0]);
    assert.deepEqual(await read("hasRole", [GUARDIAN, chain.deployer.account.address]), [false, 0]);
    for (const name of MANAGED) {
      for (const item of readArtifact(name).abi) {
        if (item.type !== "function" || item.stateMutability === "view" || item.stateMutability === "pure") continue;
        const role = await read("getTargetFunctionRole", [address(name), toFunctionSelector(item)]);
        const guarded = ["JobMarketplace setPause", "SlashingManager veto"].includes(`${name} ${item.name}`);
        assert.equal(role, guarded ? GUARDIAN : ADMIN, item.name);
      }
    }
  });

  test("implementations and proxies cannot be initialised (again)", async () => {
    const { initializers } = layoutOf(chain.deployer.account.address, config);
    for (const name of MANAGED) {
      for (const to of [address(name), deployment.contracts[name]!.implementation]) {
        const call = { account: chain.stranger.account, to, data: initializers[name] };
        await assert.rejects(chain.publicClient.call(call), /InvalidInitialization|0xf92ee8a9/, `${name} at ${to}`);
      }
      const slot = await chain.publicClient.getStorageAt({
        address: deployment.contracts[name]!.implementation,
        slot: INITIALIZABLE,
      });
      assert.equal(BigInt(slot!), 2n ** 64n - 1n, `${name} disables its initialisers`);
    }
  });

  test("only the administrator upgrades, not even the guardian or the seed's deployer by the old way", async () => {
    for (const name of MANAGED) {
      const data = encodeFunctionData({
        abi: readArtifact("ProxySeed").abi,
        functionName: "upgradeToAndCall",
        args: [deployment.contracts[name]!.implementation, "0x"],
      });
      const call = (account: Address) => chain.publicClient.call({ account, to: address(name), data });
      await assert.rejects(call(chain.stranger.account.address), /Unauthorized|0x068ca9d8|0xf07e038f/, name);
      await call(chain.deployer.account.address);
    }
  });

  test("the file is what the SDK reads", () => {
    const parsed = parseDeployment(JSON.parse(JSON.stringify(deployment)));
    assert.equal(parsed.contracts.JobMarketplace.address, address("JobMarketplace"));
    assert.equal(parsed.contracts.JobMarketplace.version, "1.0.0");
    for (const { startBlock } of Object.values(deployment.contracts)) assert.ok(startBlock >= deployment.startBlock);
  });
});

describe("nobody can come first, DEP-03", () => {
  test("proxies created ahead by a stranger obey the deployer alone", async () => {
    const chain = await startChain();
    const config = local();
    const layout = layoutOf(chain.deployer.account.address, config);
    const dying = dyingWallet(chain.deployer, 1);
    await assert.rejects(deploy({ ...chain, walletClient: dying, config, path: null }));
    const send = (data: Hex, to: Address = FACTORY) =>
      chain.stranger.sendTransaction({ chain: chain.stranger.chain ?? null, to, data });
    await send(layout.seed.data);
    await send(layout.extension.data);
    for (const name of MANAGED) {
      await send(layout.proxies[name].data);
      await send(layout.implementations[name].data);
      const steal = encodeFunctionData({
        abi: readArtifact("ProxySeed").abi,
        functionName: "upgradeToAndCall",
        args: [layout.implementations[name].address, layout.initializers[name]],
      });
      await assert.rejects(send(steal, layout.proxies[name].address), /ProxySeed_NotDeployer/);
      await assert.rejects(send(layout.initializers[name], layout.proxies[name].address));
    }
    const { deployment, sent } = await deploy({ ...chain, walletClient: chain.deployer, config, path: null });
    assert.equal(deployment.contracts.JobMarketplace!.address, layout.proxies.JobMarketplace.address);
    assert.equal(
      sent.some(({ step }) => step.endsWith("proxy")),
      false,
      "what stands is used",
    );
    await chain.close();
  });

  test("another deployer gets other addresses", () => {
    const one = layoutOf("0x000000000000000000000000000000000000bEEF", local());
    const two = layoutOf("0x000000000000000000000000000000000000dEaD", local());
    for (const name of MANAGED) {
      assert.equal(isAddressEqual(one.proxies[name].address, two.proxies[name].address), false);
    }
  });

  test("the seed refuses a deployment for nobody", async () => {
    const chain = await startChain();
    const { abi, bytecode } = readArtifact("ProxySeed");
    const create = chain.deployer.deployContract({ abi, bytecode, args: [zeroAddress], chain: null });
    await assert.rejects(create, /ProxySeed_ZeroDeployer/);
    await chain.close();
  });
});

test("the factory's address follows from its transaction, and a creation's from its salt and code", () => {
  assert.equal(FACTORY, getAddress("0x4e59b44847b379578588920ca78fbf26c0b4956c"));
  const one = creationOf("OptimisticWindow", [], "strategy:0");
  const two = creationOf("OptimisticWindow", [], "strategy:1");
  assert.notEqual(one.address, two.address);
  const initCode = `0x${one.data.slice(66)}` as Hex;
  const packed = `0xff${FACTORY.slice(2)}${one.data.slice(2, 66)}${keccak256(initCode).slice(2)}` as Hex;
  assert.equal(one.address, getAddress(`0x${keccak256(packed).slice(26)}`));
});
