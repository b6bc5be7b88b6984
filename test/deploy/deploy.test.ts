import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import hre from "hardhat";
import {
  type Address,
  encodeFunctionData,
  getAddress,
  type Hex,
  isAddressEqual,
  keccak256,
  pad,
  toFunctionSelector,
  zeroAddress,
} from "viem";
import { readArtifact } from "../../scripts/deploy/artifacts.ts";
import { configPath, type DeployConfig, loadConfig } from "../../scripts/deploy/config.ts";
import { creationOf, FACTORY } from "../../scripts/deploy/create2.ts";
import { deploy, missingSteps } from "../../scripts/deploy/deploy.ts";
import { DeployError } from "../../scripts/deploy/error.ts";
import { implementationOf, layoutOf, MANAGED, type ManagedName } from "../../scripts/deploy/plan.ts";
import type { Deployment, DeployPublicClient, DeployWalletClient } from "../../scripts/deploy/types.ts";
import { parseDeployment } from "../../sdk/src/deployment.ts";

const INITIALIZABLE = "0xf0c57e16840df040f15088dc2f81fe391c3923bec73e23a9662efc9c229c6a00";
const ADMIN = 0n;
const GUARDIAN = 1n;

interface Chain {
  publicClient: DeployPublicClient;
  deployer: DeployWalletClient;
  stranger: DeployWalletClient;
  close(): Promise<void>;
}

async function startChain(): Promise<Chain> {
  const connection = await hre.network.create();
  const publicClient = await connection.viem.getPublicClient();
  const [deployer, stranger] = await connection.viem.getWalletClients();
  return { publicClient, deployer: deployer!, stranger: stranger!, close: () => connection.close() };
}

/** A wallet that sends so many transactions and no more. */
function dyingWallet(wallet: DeployWalletClient, transactions: number): DeployWalletClient {
  let left = transactions;
  const sendTransaction: DeployWalletClient["sendTransaction"] = async (request) => {
    if (left === 0) throw new Error("killed");
    left -= 1;
    return wallet.sendTransaction(request);
  };
  return { ...wallet, sendTransaction };
}

const local = (): DeployConfig => loadConfig(configPath("local"));

/** What the chain says about everything that a deployment decides. */
async function wiring({ publicClient }: Chain, deployment: Deployment) {
  const read = (name: ManagedName, functionName: string, args: unknown[] = []) =>
    publicClient.readContract({
      address: deployment.contracts[name]!.address,
      abi: readArtifact(name).abi,
      functionName,
      args,
    });
  const asy = deployment.contracts.AssayToken!.address;
  const implementations: Record<string, Address> = {};
  for (const name of MANAGED) {
    implementations[name] = await implementationOf(publicClient, deployment.contracts[name]!.address);
  }
  return {
    implementations,
    stakingAsy: await read("StakingManager", "ASY"),
    stakingMarket: await read("StakingManager", "MARKET"),
    stakingSlashing: await read("StakingManager", "SLASHING"),
    slashingStaking: await read("SlashingManager", "STAKING"),
    slashingMarket: await read("SlashingManager", "MARKET"),
    marketSlashing: await read("JobMarketplace", "SLASHING"),
    auditFund: await read("StakingManager", "auditFund"),
    feeTokens: await read("DelegationPools", "feeTokens"),
    stakingPools: await read("StakingManager", "POOLS"),
    marketPools: await read("JobMarketplace", "POOLS"),
    poolsPeers: [
      await read("DelegationPools", "ASY"),
      await read("DelegationPools", "STAKING"),
      await read("DelegationPools", "MARKET"),
    ],
    slashingDelay: await read("SlashingManager", "delay"),
    reputation: [await read("ReputationRegistry", "STAKING"), await read("ReputationRegistry", "stakeCap")],
    tiers: await Promise.all([1n, 2n, 3n].map((number) => read("ReputationRegistry", "tier", [number]))),
    marketStaking: await read("JobMarketplace", "STAKING"),
    marketHub: await read("JobMarketplace", "HUB"),
    authorities: [
      await read("AssayToken", "authority"),
      await read("StakingManager", "authority"),
      await read("DelegationPools", "authority"),
      await read("SlashingManager", "authority"),
      await read("ReputationRegistry", "authority"),
      await read("VerificationHub", "authority"),
      await read("JobMarketplace", "authority"),
    ],
    thawPeriod: await read("StakingManager", "thawPeriod"),
    market: await read("JobMarketplace", "config"),
    asyConfig: await read("JobMarketplace", "tokenConfig", [asy]),
    strategies: await read("VerificationHub", "registered"),
    window: await read("VerificationHub", "strategyOf", [0n]),
    referee: await read("VerificationHub", "strategyOf", [1n]),
    token: [await read("AssayToken", "name"), await read("AssayToken", "symbol"), await read("AssayToken", "cap")],
    supply: await read("AssayToken", "totalSupply"),
  };
}

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

describe("a deployment can be repeated and continued, DEP-02", () => {
  const folder = mkdtempSync(join(tmpdir(), "deploy-"));
  after(() => rmSync(folder, { recursive: true }));

  test("a second run sends nothing and writes the same file", async () => {
    const chain = await startChain();
    const options = { publicClient: chain.publicClient, walletClient: chain.deployer, config: local() };
    const path = join(folder, "second.json");
    const first = await deploy({ ...options, path });
    const file = readFileSync(path, "utf8");
    assert.equal(first.sent.length, 40);
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
    assert.equal(first.sent.length, 37);
    const second = await deploy({ ...options, config: local() });
    assert.deepEqual(
      second.sent.map(({ step }) => step),
      ["create OneStepJudge", "create RefereedDispute", "register RefereedDispute"],
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
      assert.ok(runs < 40, "every run makes progress");
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

describe("bad input, DEP-04", () => {
  const file = JSON.parse(readFileSync(configPath("local"), "utf8"));
  const folder = mkdtempSync(join(tmpdir(), "config-"));
  after(() => rmSync(folder, { recursive: true }));

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

test("the factory's address follows from its transaction, and a creation's from its salt and code", () => {
  assert.equal(FACTORY, getAddress("0x4e59b44847b379578588920ca78fbf26c0b4956c"));
  const one = creationOf("OptimisticWindow", [], "strategy:0");
  const two = creationOf("OptimisticWindow", [], "strategy:1");
  assert.notEqual(one.address, two.address);
  const initCode = `0x${one.data.slice(66)}` as Hex;
  const packed = `0xff${FACTORY.slice(2)}${one.data.slice(2, 66)}${keccak256(initCode).slice(2)}` as Hex;
  assert.equal(one.address, getAddress(`0x${keccak256(packed).slice(26)}`));
});
