import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import hre from "hardhat";
import { type Address, getAddress, keccak256, toBytes, zeroAddress } from "viem";
import { readArtifact } from "../../scripts/deploy/artifacts.ts";
import type { DeployConfig } from "../../scripts/deploy/config.ts";
import { deploy } from "../../scripts/deploy/deploy.ts";
import { handover, missingHandover } from "../../scripts/deploy/handover.ts";
import { MANAGED } from "../../scripts/deploy/layout.ts";
import { roleHolders } from "../../scripts/deploy/openings.ts";
import type { Deployment, DeployPublicClient, DeployWalletClient } from "../../scripts/deploy/types.ts";
import { parseDeployment } from "../../sdk/src/deployment.ts";
import { governedConfig } from "../support/governed.ts";
import { readBuild } from "../support/world.ts";

const TIMELOCK_ROLES = ["PROPOSER_ROLE", "EXECUTOR_ROLE", "CANCELLER_ROLE"].map((name) => keccak256(toBytes(name)));
const DEFAULT_ADMIN = `0x${"0".repeat(64)}` as const;

let connection: Awaited<ReturnType<typeof hre.network.create>>;
let publicClient: DeployPublicClient;
let walletClient: DeployWalletClient;
let stranger: DeployWalletClient;
let council: Address;
let config: DeployConfig;

before(async () => {
  connection = await hre.network.create();
  publicClient = await connection.viem.getPublicClient();
  [walletClient, stranger] = (await connection.viem.getWalletClients()) as unknown as [
    DeployWalletClient,
    DeployWalletClient,
  ];
  const { abi, bytecode } = readBuild("mocks/Council.sol");
  const hash = await walletClient.deployContract({ abi, bytecode, chain: null });
  council = getAddress((await publicClient.waitForTransactionReceipt({ hash })).contractAddress!);
  config = governedConfig(council, council);
});
after(() => connection.close());

const run = (change: (config: DeployConfig) => void = () => {}, wallet = walletClient) => {
  const changed = structuredClone(config);
  change(changed);
  return handover({ publicClient, walletClient: wallet, config: changed, path: null });
};

describe("hand-over, DEP-10", () => {
  let deployment: Deployment;

  test("refuses before anything is sent when something is missing", async () => {
    await assert.rejects(run(), /DEPLOY-041/);
    await deploy({ publicClient, walletClient, config, path: null });
    const nonce = () => publicClient.getTransactionCount({ address: walletClient.account.address });
    const before = await nonce();
    const person = stranger.account.address;
    const cases: [change: (config: DeployConfig) => void, message: RegExp][] = [
      [(c) => delete c.governance, /DEPLOY-042/],
      [(c) => (c.governance!.guardian = person), /DEPLOY-043: governance\.guardian/],
      [(c) => (c.governance!.council = person), /DEPLOY-043: governance\.council/],
      [(c) => (c.governance!.proposalGuardian = person), /DEPLOY-043: governance\.proposalGuardian/],
      [(c) => (c.governance!.timelockDelay = 3_600), /DEPLOY-044/],
    ];
    for (const [change, message] of cases) await assert.rejects(run(change), message);
    await assert.rejects(
      run(() => {}, stranger),
      /DEPLOY-041/,
    );
    assert.equal(await nonce(), before);
  });

  test("a run that dies is continued by the next one; a dry run says what is left", async () => {
    const deployer = walletClient.account.address;
    assert.equal((await missingHandover({ publicClient, config, deployer })).length, 17);
    let left = 5;
    const dying: DeployWalletClient = {
      ...walletClient,
      sendTransaction: async (request) => {
        if (left-- === 0) throw new Error("killed");
        return walletClient.sendTransaction(request as Parameters<typeof walletClient.sendTransaction>[0]);
      },
    };
    await assert.rejects(
      run(() => {}, dying),
      /DEPLOY-030/,
    );
    assert.equal((await missingHandover({ publicClient, config, deployer })).length, 12);
    const { deployment: done, sent } = await run();
    deployment = done;
    assert.equal(sent.length, 12);
    assert.deepEqual((await run()).sent, []);
    parseDeployment(JSON.parse(JSON.stringify(deployment)));
  });

  test("no account of a person holds a role any more, by the events and by the reads", async () => {
    const authority = deployment.contracts.ProtocolAuthority!.address;
    const timelock = deployment.contracts.ProtocolTimelock!.address;
    const parameters = deployment.contracts.ParameterCouncil!.address;
    const holders = await roleHolders(publicClient, authority, 0n);
    const key = ({ role, account }: { role: bigint; account: Address }) => `${role} ${account}`;
    assert.deepEqual(
      holders.map(key).sort(),
      [
        `0 ${getAddress(timelock)}`,
        `1 ${council}`,
        `2 ${council}`,
        `3 ${getAddress(parameters)}`,
        `3 ${getAddress(timelock)}`,
      ].sort(),
    );
    for (const { account } of holders) assert.ok(await publicClient.getCode({ address: account }), account);
  });

  test("the timelock's roles are the governor's, execution is everybody's, administration its own", async () => {
    const { address } = deployment.contracts.ProtocolTimelock!;
    const governor = getAddress(deployment.contracts.AssayGovernor!.address);
    const logs = await publicClient.getContractEvents({
      address,
      abi: readArtifact("ProtocolTimelock").abi,
      eventName: "RoleGranted",
      fromBlock: 0n,
    });
    const granted = logs.map((log) => {
      const { role, account } = (log as unknown as { args: { role: string; account: Address } }).args;
      return `${role} ${getAddress(account)}`;
    });
    const [proposer, executor, canceller] = TIMELOCK_ROLES;
    assert.deepEqual(
      granted.sort(),
      [
        `${DEFAULT_ADMIN} ${getAddress(address)}`,
        `${proposer} ${governor}`,
        `${canceller} ${governor}`,
        `${executor} ${zeroAddress}`,
      ].sort(),
    );
  });

  test("every managed contract obeys the timelock and no longer the deployer", async () => {
    const { address: authority } = deployment.contracts.ProtocolAuthority!;
    const names = MANAGED.filter((name) => name !== "ProtocolAuthority");
    for (const name of [...names, "Treasury", "ParameterCouncil", "QuadraticGrants"] as const) {
      const { address } = deployment.contracts[name]!;
      const { abi } = readArtifact(name);
      assert.equal(await publicClient.readContract({ address, abi, functionName: "authority" }), getAddress(authority));
      const upgrade = { address, abi, functionName: "upgradeToAndCall", args: [council, "0x"] } as const;
      await assert.rejects(
        publicClient.simulateContract({ ...upgrade, account: walletClient.account }),
        /AccessManagedUnauthorized/,
      );
    }
  });

  test("settings of the file that governance has changed since are not taken back", async () => {
    const { sent } = await run((changed) => {
      changed.governance!.timelockDelay = 10_000;
    });
    assert.deepEqual(sent, []);
  });
});

describe("hand-over with somebody else in the house, DEP-10", () => {
  const OPERATOR_ROLE = 9n;
  const PUBLIC_ROLE = 2n ** 64n - 1n;
  const abi = readArtifact("ProtocolAuthority").abi;
  let chain: Awaited<ReturnType<typeof hre.network.create>>;
  let client: DeployPublicClient;
  let deployer: DeployWalletClient;
  let person: Address;
  let settings: DeployConfig;
  let contracts: Deployment["contracts"];
  let state: string;

  before(async () => {
    chain = await hre.network.create();
    client = await chain.viem.getPublicClient();
    const [first, second] = (await chain.viem.getWalletClients()) as unknown as [
      DeployWalletClient,
      DeployWalletClient,
    ];
    deployer = first;
    person = getAddress(second.account.address);
    const { abi: council, bytecode } = readBuild("mocks/Council.sol");
    const hash = await deployer.deployContract({ abi: council, bytecode, chain: null });
    const { contractAddress } = await client.waitForTransactionReceipt({ hash });
    settings = governedConfig(getAddress(contractAddress!), getAddress(contractAddress!));
    const done = await deploy({ publicClient: client, walletClient: deployer, config: settings, path: null });
    contracts = done.deployment.contracts;
  });
  beforeEach(async () => {
    state = (await chain.provider.request({ method: "evm_snapshot" })) as string;
  });
  afterEach(() => chain.provider.request({ method: "evm_revert", params: [state] }));
  after(() => chain.close());

  async function asAdmin(functionName: string, args: readonly unknown[]): Promise<void> {
    const address = contracts.ProtocolAuthority!.address;
    const hash = await deployer.writeContract({ address, abi, functionName, args, chain: null } as never);
    await client.waitForTransactionReceipt({ hash });
  }

  const give = () => handover({ publicClient: client, walletClient: deployer, config: settings, path: null });
  const treasury = () => contracts.JobMarketplace!.address;

  const cases: [what: string, calls: () => [name: string, args: readonly unknown[]][], message: RegExp][] = [
    ["a second administrator", () => [["grantRole", [0n, person, 0]]], /holds role 0 /],
    [
      "an administrator that is a contract, but not the timelock",
      () => [["grantRole", [0n, treasury(), 0]]],
      /holds role 0 /,
    ],
    ["a person who guards", () => [["grantRole", [1n, person, 0]]], /holds role 1 /],
    ["a person in a role nobody thought of", () => [["grantRole", [OPERATOR_ROLE, person, 0]]], /holds role 9 /],
    [
      "a person whose role begins next month",
      () => [
        ["setGrantDelay", [OPERATOR_ROLE, 30 * 86_400]],
        ["wait", []],
        ["grantRole", [OPERATOR_ROLE, person, 0]],
      ],
      /holds role 9 of the authority, or will/,
    ],
    [
      "the deployer in a further role",
      () => [["grantRole", [OPERATOR_ROLE, deployer.account.address, 0]]],
      /holds role 9 /,
    ],
    [
      "a function that anybody may call",
      () => [["setTargetFunctionRole", [treasury(), ["0x12345678"], PUBLIC_ROLE]]],
      /anybody may call 0x12345678/,
    ],
    [
      "a role that anybody may give away",
      () => [["setRoleAdmin", [OPERATOR_ROLE, PUBLIC_ROLE]]],
      /role 9 of the authority is given and taken by another role/,
    ],
  ];
  for (const [what, calls, message] of cases) {
    test(`${what}: refused before anything is sent`, async () => {
      for (const [name, args] of calls()) {
        if (name === "wait") await chain.provider.request({ method: "evm_increaseTime", params: [10 * 86_400] });
        else await asAdmin(name, args);
      }
      const nonce = await client.getTransactionCount({ address: deployer.account.address });
      await assert.rejects(
        give(),
        (error: Error) => /^DEPLOY-046/.test(`${error.message}`) && message.test(error.message),
      );
      assert.equal(await client.getTransactionCount({ address: deployer.account.address }), nonce);
    });
  }

  test("what was taken back is no obstacle", async () => {
    await asAdmin("grantRole", [1n, person, 0]);
    await asAdmin("revokeRole", [1n, person]);
    await give();
    const holders = await roleHolders(client, contracts.ProtocolAuthority!.address, 0n);
    for (const { account } of holders) assert.ok(await client.getCode({ address: account }), account);
  });

  test("a protocol that somebody else administers is not given away", async () => {
    await asAdmin("grantRole", [0n, treasury(), 0]);
    await asAdmin("renounceRole", [0n, deployer.account.address]);
    await assert.rejects(give(), /DEPLOY-045/);
  });
});
