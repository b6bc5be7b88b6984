import {
  type Account,
  type Address,
  type Chain,
  keccak256,
  numberToHex,
  type PublicClient,
  parseAbi,
  type Transport,
  toHex,
  type WalletClient,
  zeroAddress,
  zeroHash,
} from "viem";
import { configPath, loadConfig } from "../../scripts/deploy/config.ts";
import { deploy } from "../../scripts/deploy/deploy.ts";
import {
  type AssayClient,
  type ClaimedJob,
  createAssayClient,
  type Deployment,
  type JobSpec,
  verificationHubAbi,
} from "../../sdk/src/index.ts";

export const ASY = 10n ** 18n;

/** An in-process chain with the protocol deployed by scripts/deploy, and a client for each account. */
export interface Network {
  publicClient: PublicClient<Transport, Chain>;
  wallets: WalletClient<Transport, Chain, Account>[];
  deployment: Deployment;
  clients: AssayClient[];
  /** The chain as wallets offer it to a page (EIP-1193). */
  provider: { request(args: { method: string; params?: unknown }): Promise<unknown> };
  /** Moves the chain's clock forward and mines a block. */
  pass(seconds: number): Promise<void>;
  /** Switches mining of each transaction on or off. */
  setAutomine(on: boolean): Promise<void>;
  mine(): Promise<void>;
  snapshot(): Promise<string>;
  revert(id: string): Promise<void>;
  /** Registers a strategy that answers what `set` tells it, under number 1. */
  registerMockStrategy(): Promise<{ set(verdict: 0 | 1 | 2): Promise<void> }>;
  close(): Promise<void>;
}

/** @param options.referee deploy the dispute game; without it its place in the hub is free for a mock */
export async function createNetwork(options: { referee?: boolean } = {}): Promise<Network> {
  const { default: hre } = await import("hardhat");
  const connection = await hre.network.create({ network: "default" });
  const publicClient = (await connection.viem.getPublicClient()) as unknown as Network["publicClient"];
  const wallets = (await connection.viem.getWalletClients()) as unknown as Network["wallets"];
  const [deployer] = wallets;
  if (!deployer) throw new Error("the in-process chain has no accounts");
  const { referee, ...bare } = loadConfig(configPath("local"));
  const config = options.referee && referee ? { ...bare, referee } : bare;
  const result = await deploy({ publicClient, walletClient: deployer, config, path: null });
  const deployment = result.deployment as Deployment;
  const request = (method: string, params: unknown[] = []) => connection.provider.request({ method, params });
  return {
    publicClient,
    wallets,
    deployment,
    clients: wallets.map((walletClient) => createAssayClient({ publicClient, walletClient, deployment })),
    provider: {
      request: ({ method, params }) => connection.provider.request({ method, params: params as unknown[] }),
    },
    pass: async (seconds) => {
      await request("evm_increaseTime", [numberToHex(seconds)]);
      await request("evm_mine");
    },
    setAutomine: async (on) => void (await request("evm_setAutomine", [on])),
    mine: async () => void (await request("evm_mine")),
    snapshot: async () => (await request("evm_snapshot")) as string,
    revert: async (id) => void (await request("evm_revert", [id])),
    registerMockStrategy: async () => {
      const mock = await connection.viem.deployContract("MockStrategy");
      const hash = await deployer.writeContract({
        abi: verificationHubAbi,
        address: deployment.contracts.VerificationHub.address,
        functionName: "registerStrategy",
        args: [1n, mock.address],
      });
      await publicClient.waitForTransactionReceipt({ hash });
      const abi = parseAbi(["function set(uint8 manner, uint8 answer, uint256 readyAt)"]);
      const call = { abi, address: mock.address, functionName: "set" } as const;
      return { set: async (verdict) => void (await deployer.writeContract({ ...call, args: [0, verdict, 0n] })) };
    },
    close: () => connection.close(),
  };
}

export function accountOf(client: AssayClient): Address {
  const address = client.walletClient?.account?.address;
  if (!address) throw new Error("the client has no account");
  return address;
}

/** A spec of a small training run: 100 steps in segments of 32, three tensors. */
export function sampleSpec(overrides: Partial<JobSpec> = {}): JobSpec {
  return {
    programHash: keccak256("0x01"),
    dataRoot: keccak256("0x02"),
    initState: keccak256("0x03"),
    steps: 100,
    segmentLength: 32,
    outIdx: 2,
    stateCount: 3,
    rulesVersion: 1,
    refSeconds: 60,
    inputs: keccak256("0x04"),
    judge: zeroAddress,
    ...overrides,
  };
}

/** Roots that a provider might submit for a job of `sampleSpec`. */
export function sampleResult(job: Pick<ClaimedJob, "spec">) {
  return {
    runRoot: job.spec.steps > job.spec.segmentLength ? keccak256("0x05") : zeroHash,
    finalState: keccak256(toHex("final state")),
    outputDigest: keccak256("0x06"),
  };
}
