import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  type Abi,
  type AbiEvent,
  type Address,
  decodeErrorResult,
  decodeEventLog,
  decodeFunctionResult,
  encodeDeployData,
  encodeFunctionData,
  type Hex,
  hexToBigInt,
  numberToHex,
  toEventSelector,
} from "viem";
import { artifactsFolder, type ContractName, readArtifact } from "../../scripts/deploy/artifacts.ts";
import { configPath, type DeployConfig, loadConfig } from "../../scripts/deploy/config.ts";
import { deploy } from "../../scripts/deploy/deploy.ts";
import type { Deployment, DeployPublicClient, DeployWalletClient } from "../../scripts/deploy/types.ts";

/** A contract as the tests see it. */
export interface Target {
  address: Address;
  abi: Abi;
}

/** One decoded event. */
export interface Event {
  name: string;
  args: Record<string, unknown>;
  address: Address;
  timestamp: number;
}

export interface Receipt {
  hash: Hex;
  gasUsed: bigint;
  events: Event[];
  timestamp: number;
}

interface RawLog {
  address: Address;
  topics: [Hex, ...Hex[]];
  data: Hex;
  blockTimestamp?: Hex;
}

type Provider = { request(call: { method: string; params?: unknown[] }): Promise<unknown> };

const GAS = numberToHex(16_000_000);
/** A fixed date, so that a failing run can be repeated. */
const GENESIS = Date.UTC(2026, 0, 1) / 1000;

/** A revert that a transaction ended in, decoded with every error the build knows. */
export class Refusal extends Error {
  readonly errorName: string;
  readonly args: readonly unknown[];
  readonly data: Hex;

  constructor(errorName: string, args: readonly unknown[], data: Hex) {
    super(`refused with ${errorName}(${args.map(String).join(", ")})`);
    this.errorName = errorName;
    this.args = args;
    this.data = data;
  }
}

interface Clients {
  publicClient: DeployPublicClient;
  walletClient: DeployWalletClient;
}

/** An in-process chain. Time stands still unless a test moves it. */
export class TestChain {
  readonly provider: Provider;
  readonly accounts: readonly Address[];
  /** Unix time of the next block */
  now: number = GENESIS;
  readonly #targets: Target[] = [];
  /** events of the first `#indexed` targets by their first topic */
  readonly #events = new Map<Hex, AbiEvent[]>();
  #indexed = 0;
  readonly #close: () => Promise<void>;
  readonly #clients: Clients;

  constructor(provider: Provider, accounts: readonly Address[], clients: Clients, close: () => Promise<void>) {
    this.provider = provider;
    this.accounts = accounts;
    this.#clients = clients;
    this.#close = close;
  }

  /** The account that deployed: administrator, guardian and holder of the initial supply. */
  get deployer(): Address {
    return this.accounts[0]!;
  }

  /**
   * Sends a transaction in a block of its own, at time `now`.
   * @throws Refusal when it reverts
   */
  async send(
    from: Address,
    to: Target,
    functionName: string,
    args: readonly unknown[] = [],
    value = 0n,
    gas?: bigint,
  ): Promise<Receipt> {
    const data = encodeFunctionData({ abi: to.abi, functionName, args: args as unknown[] });
    return this.sendRaw({
      from,
      to: to.address,
      data,
      value: numberToHex(value),
      ...(gas && { gas: numberToHex(gas) }),
    });
  }

  async sendRaw(transaction: { from: Address; to?: Address; data: Hex; value?: Hex; gas?: Hex }): Promise<Receipt> {
    await this.#request("evm_setNextBlockTimestamp", [numberToHex(this.now)]);
    let hash: Hex;
    try {
      hash = (await this.#request("eth_sendTransaction", [{ gas: GAS, ...transaction }])) as Hex;
    } catch (error) {
      throw this.#refusal(error);
    }
    const receipt = (await this.#request("eth_getTransactionReceipt", [hash])) as { gasUsed: Hex; logs: RawLog[] };
    return { hash, gasUsed: hexToBigInt(receipt.gasUsed), events: this.decode(receipt.logs), timestamp: this.now };
  }

  /** Reads; the call sees time `now`. */
  async read<Result>(to: Target, functionName: string, args: readonly unknown[] = []): Promise<Result> {
    const data = encodeFunctionData({ abi: to.abi, functionName, args: args as unknown[] });
    await this.#request("evm_setNextBlockTimestamp", [numberToHex(this.now)]);
    let result: Hex;
    try {
      result = (await this.#request("eth_call", [{ to: to.address, data, gas: GAS }, "pending"])) as Hex;
    } catch (error) {
      throw this.#refusal(error);
    }
    return decodeFunctionResult({ abi: to.abi, functionName, data: result }) as Result;
  }

  /** Asserts that the transaction reverts with this error (and these arguments, where given). */
  async refused(
    from: Address,
    to: Target,
    call: readonly [functionName: string, args: readonly unknown[]],
    errorName: string,
    args?: readonly unknown[],
  ): Promise<void> {
    try {
      await this.send(from, to, ...call);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      assert.equal(error.errorName, errorName, `${call[0]}: ${error.message}`);
      if (args) assert.deepEqual(error.args, args, `${call[0]}: ${error.message}`);
      return;
    }
    assert.fail(`${call[0]} went through, ${errorName} wanted`);
  }

  /** Tries a call as it stands, gas included, and returns what it was refused with, if it was. */
  async attempt(call: Record<string, unknown>): Promise<unknown> {
    try {
      await this.#request("eth_call", [call, "latest"]);
      return undefined;
    } catch (error) {
      return this.#refusal(error);
    }
  }

  /** Deploys a contract of the build, by its source, e.g. `mocks/FeeToken.sol`. */
  async create(source: string, args: readonly unknown[] = [], from: Address = this.deployer): Promise<Target> {
    return this.createFrom(readBuild(source), args, from);
  }

  /** Deploys a contract from its build. */
  async createFrom(
    { abi, bytecode }: { abi: Abi; bytecode: Hex },
    args: readonly unknown[] = [],
    from: Address = this.deployer,
  ): Promise<Target> {
    const data = encodeDeployData({ abi, bytecode, args: args as unknown[] });
    const { hash } = await this.sendRaw({ from, data });
    const { contractAddress } = (await this.#request("eth_getTransactionReceipt", [hash])) as {
      contractAddress: Address;
    };
    return this.watch({ address: contractAddress, abi });
  }

  /** All logs of a contract since the deployment, decoded, with their blocks' times. */
  async history(of: Target): Promise<Event[]> {
    const logs = (await this.#request("eth_getLogs", [
      { address: of.address, fromBlock: "0x0", toBlock: "latest" },
    ])) as (RawLog & { blockNumber: Hex })[];
    const times = new Map<Hex, Hex>();
    for (const log of logs) {
      if (!times.has(log.blockNumber)) {
        const block = (await this.#request("eth_getBlockByNumber", [log.blockNumber, false])) as { timestamp: Hex };
        times.set(log.blockNumber, block.timestamp);
      }
      log.blockTimestamp = times.get(log.blockNumber)!;
    }
    return this.decode(logs);
  }

  /** What scripts/deploy sends with, in blocks from `now` on. */
  async clients(): Promise<Clients> {
    await this.#request("evm_setNextBlockTimestamp", [numberToHex(this.now)]);
    return this.#clients;
  }

  /** From now on this contract's events and errors are decoded too. */
  watch(target: Target): Target {
    this.#targets.push(target);
    return target;
  }

  /** Moves time forward by seconds. */
  pass(seconds: number): void {
    this.now += seconds;
  }

  /** Remembers this state; the returned function goes back to it (once more each time it is called). */
  async snapshot(): Promise<() => Promise<void>> {
    const { now } = this;
    let id = await this.#request("evm_snapshot", []);
    return async () => {
      await this.#request("evm_revert", [id]);
      id = await this.#request("evm_snapshot", []);
      this.now = now;
    };
  }

  async storageAt(address: Address, slot: Hex): Promise<Hex> {
    return (await this.#request("eth_getStorageAt", [address, slot, "latest"])) as Hex;
  }

  async impersonate(address: Address): Promise<void> {
    await this.#request("hardhat_impersonateAccount", [address]);
    await this.#request("hardhat_setBalance", [address, numberToHex(10n ** 20n)]);
  }

  async close(): Promise<void> {
    await this.#close();
  }

  decode(logs: readonly RawLog[]): Event[] {
    return logs.flatMap(({ address, topics, data, blockTimestamp }) => {
      const timestamp = blockTimestamp ? Number(blockTimestamp) : this.now;
      for (const event of this.#eventsOf(topics[0])) {
        try {
          const { eventName, args } = decodeEventLog({ abi: [event], topics, data });
          return [{ name: eventName!, args: (args ?? {}) as unknown as Record<string, unknown>, address, timestamp }];
        } catch {
          // another contract's event
        }
      }
      return [];
    });
  }

  /** The events that a first topic may stand for. */
  #eventsOf(topic: Hex): readonly AbiEvent[] {
    for (; this.#indexed < this.#targets.length; this.#indexed++) {
      for (const item of this.#targets[this.#indexed]!.abi) {
        if (item.type !== "event") continue;
        const selector = toEventSelector(item);
        this.#events.set(selector, [...(this.#events.get(selector) ?? []), item]);
      }
    }
    return this.#events.get(topic) ?? [];
  }

  #request(method: string, params: unknown[]): Promise<unknown> {
    return this.provider.request({ method, params });
  }

  #refusal(error: unknown): unknown {
    const data = (error as { data?: unknown }).data;
    if (typeof data !== "string") return error;
    if (data === "0x") return new Refusal("nothing", [], "0x");
    for (const { abi } of this.#targets) {
      try {
        const { errorName, args } = decodeErrorResult({ abi, data: data as Hex });
        return new Refusal(errorName, (args ?? []) as readonly unknown[], data as Hex);
      } catch {
        // another contract's error
      }
    }
    return new Refusal("unknown", [data], data as Hex);
  }
}

/** A chain with the protocol on it, deployed by scripts/deploy. */
export class World extends TestChain {
  readonly deployment: Deployment;
  readonly market: Target;
  readonly feeds: Target;
  readonly registry: Target;
  readonly staking: Target;
  readonly pools: Target;
  readonly reputation: Target;
  readonly slashing: Target;
  readonly hub: Target;
  readonly asy: Target;
  readonly authority: Target;
  readonly window: Target;

  constructor(
    provider: Provider,
    accounts: readonly Address[],
    deployment: Deployment,
    clients: Clients,
    close: () => Promise<void>,
  ) {
    super(provider, accounts, clients, close);
    this.deployment = deployment;
    const target = (name: ContractName): Target =>
      this.watch({ address: deployment.contracts[name]!.address, abi: readArtifact(name).abi });
    this.market = target("JobMarketplace");
    this.feeds = target("PriceFeeds");
    this.registry = target("ProviderRegistry");
    this.staking = target("StakingManager");
    this.pools = target("DelegationPools");
    this.reputation = target("ReputationRegistry");
    this.slashing = target("SlashingManager");
    this.hub = target("VerificationHub");
    this.asy = target("AssayToken");
    this.authority = target("ProtocolAuthority");
    this.window = target("OptimisticWindow");
  }
}

/** Starts a chain. @param chainId EIP-155 number; 31337 is the local configuration's */
async function connect(chainId: number) {
  const { default: hre } = await import("hardhat");
  const connection = await hre.network.create({
    network: "default",
    override: { chainId, allowBlocksWithSameTimestamp: true, initialDate: new Date((GENESIS - 1) * 1000) },
  });
  const publicClient = await connection.viem.getPublicClient();
  const [walletClient] = await connection.viem.getWalletClients();
  const provider = connection.provider as unknown as Provider;
  const accounts = (await provider.request({ method: "eth_accounts" })) as Address[];
  return {
    provider,
    accounts,
    clients: { publicClient, walletClient: walletClient! },
    close: () => connection.close(),
  };
}

/** Starts a chain with nothing on it. */
export async function createTestChain(chainId: number): Promise<TestChain> {
  const { provider, accounts, clients, close } = await connect(chainId);
  return new TestChain(provider, accounts, clients, close);
}

/**
 * Starts a chain and deploys the protocol on it.
 * @param adjust changes the local configuration before the deployment
 */
export async function createWorld(adjust: (config: DeployConfig) => void = () => {}): Promise<World> {
  const { provider, accounts, clients, close } = await connect(31_337);
  // without a referee, whose place tests fill with strategies of their own
  const { referee: _, ...config } = loadConfig(configPath("local"));
  // fees that stand still and go whole to the treasury, unless a test is about them
  config.market.tipBps = 0;
  config.market.burnBps = 0;
  for (const token of config.market.tokens) delete token.feeRange;
  adjust(config);
  const { deployment } = await deploy({ ...clients, config, path: null });
  const world = new World(provider, accounts, deployment, clients, close);
  world.now = Number((await clients.publicClient.getBlock()).timestamp) + 1;
  return world;
}

/** A build of any source below contracts/; `file.sol:Name` where a file holds several contracts. */
export function readBuild(path: string): { abi: Abi; bytecode: Hex } {
  const [source, inner] = path.split(":") as [string, string?];
  const name =
    inner ??
    source
      .split("/")
      .at(-1)!
      .replace(/\.sol$/, "");
  return JSON.parse(readFileSync(join(artifactsFolder(), "contracts", source, `${name}.json`), "utf8"));
}
