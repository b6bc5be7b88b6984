import {
  type Abi,
  type AbiParameter,
  type Address,
  concat,
  decodeFunctionResult,
  encodeAbiParameters,
  encodeFunctionData,
  getAddress,
  type Hex,
  hexToNumber,
  keccak256,
  numberToHex,
  padHex,
  parseSignature,
  toHex,
  zeroAddress,
  zeroHash,
} from "viem";
import { type PrivateKeyAccount, privateKeyToAccount } from "viem/accounts";
import { type Build, compileChainlink } from "../../support/chainlink.ts";
import type { Receipt, Target, TestChain } from "../../support/world.ts";

/** What is deployed, by source. AutomationUtils2_2 only says how reports and triggers are encoded. */
const CONTRACTS = {
  AutomationRegistry2_2: "automation/v2_2",
  AutomationRegistryLogicA2_2: "automation/v2_2",
  AutomationRegistryLogicB2_2: "automation/v2_2",
  AutomationUtils2_2: "automation/v2_2",
  AutomationForwarderLogic: "automation",
  ChainModuleBase: "automation/chains",
  LinkToken: "shared/token/ERC677",
  MockV3Aggregator: "shared/mocks",
} as const;
type ContractName = keyof typeof CONTRACTS;

/** What a registry allows an upkeep. */
export interface Limits {
  checkGasLimit: number;
  maxPerformGas: number;
  maxCheckDataSize: number;
  maxPerformDataSize: number;
}

/** AutomationRegistryBase2_2.UpkeepFailureReason, in its order. */
const REASONS = [
  "none",
  "cancelled",
  "paused",
  "check reverted",
  "not needed",
  "perform data too long",
  "balance too low",
  "callback reverted",
  "revert data too long",
  "registry paused",
] as const;

export interface Check {
  needed: boolean;
  performData: Hex;
  reason: (typeof REASONS)[number];
  gasUsed: bigint;
}

/** A report on one upkeep, before the network signs it. */
export interface Draft {
  id: bigint;
  performData: Hex;
  gasLimit: bigint;
  /** number of the block on which checkUpkeep was asked */
  block: number;
}

/** Faulty nodes that the network bears; one more must sign a report. */
export const FAULTY = 1;
const NODES = 3 * FAULTY + 1;
/** Prices of the feeds: gas in wei, LINK in wei of the chain's coin. */
export const PRICES = { gas: 2n * 10n ** 9n, link: 5n * 10n ** 15n } as const;
/** What nodes get on top of their gas: 20 %. */
export const PREMIUM_PPB = 200_000_000n;

/** The registry of Chainlink Automation itself, with a network of four nodes whose keys are here. */
export class AutomationNetwork {
  readonly chain: TestChain;
  /** one address; the registry's three contracts answer there, each what the one before it cannot */
  readonly registry: Target;
  readonly link: Target;
  readonly transmitters: readonly Address[];
  readonly #signers: readonly PrivateKeyAccount[];
  readonly #utils: Abi;
  #round = 0;

  constructor(
    chain: TestChain,
    contracts: { registry: Target; link: Target; utils: Abi },
    signers: readonly PrivateKeyAccount[],
    transmitters: readonly Address[],
  ) {
    this.chain = chain;
    this.registry = contracts.registry;
    this.link = contracts.link;
    this.#utils = contracts.utils;
    this.#signers = signers;
    this.transmitters = transmitters;
  }

  /** Registers an upkeep as the registry's owner, who is its administrator too, and gives it LINK (smallest units). */
  async register(target: Address, gasLimit: number, checkData: Hex, funds: bigint): Promise<bigint> {
    const { deployer } = this.chain;
    const args = [target, gasLimit, deployer, 0, checkData, "0x", "0x"];
    const { events } = await this.chain.send(deployer, this.registry, "registerUpkeep", args);
    const { id } = events.find(({ name }) => name === "UpkeepRegistered")!.args as { id: bigint };
    if (funds > 0n) await this.fund(id, funds);
    return id;
  }

  fund(id: bigint, amount: bigint): Promise<Receipt> {
    const { chain, registry, link } = this;
    return chain.send(chain.deployer, link, "transferAndCall", [
      registry.address,
      amount,
      numberToHex(id, { size: 32 }),
    ]);
  }

  /** Asks whether something is due. */
  async check(id: bigint): Promise<Check> {
    const answer = await this.#simulate("checkUpkeep", [id]);
    const [needed, performData, reason, gasUsed] = answer as readonly [boolean, Hex, number, bigint];
    return { needed, performData, reason: REASONS[reason]!, gasUsed };
  }

  /** Tries what a check answered, as a node does before it speaks for it. */
  async simulate(id: bigint, performData: Hex): Promise<{ success: boolean; gasUsed: bigint }> {
    const answer = await this.#simulate("simulatePerformUpkeep", [id, performData]);
    const [success, gasUsed] = answer as readonly [boolean, bigint];
    return { success, gasUsed };
  }

  /** Puts a report together from what a check answered, on the last block. */
  async draft(id: bigint, performData: Hex): Promise<Draft> {
    const upkeep = await this.upkeep(id);
    const block = hexToNumber((await this.chain.provider.request({ method: "eth_blockNumber" })) as Hex);
    return { id, performData, gasLimit: BigInt(upkeep.performGas), block };
  }

  /**
   * Signs a report and sends it.
   * @param by   numbers of the nodes that sign; wanted are FAULTY + 1
   * @param from who sends it; only a node's account may
   * @throws Refusal
   */
  async transmit(drafts: readonly Draft[], by: readonly number[] = [0, 1], from = this.transmitters[0]!) {
    return this.chain.send(from, this.registry, "transmit", await this.sign(drafts, by));
  }

  /** @returns arguments of `transmit` */
  async sign(drafts: readonly Draft[], by: readonly number[]): Promise<readonly unknown[]> {
    const [, , digest] = await this.chain.read<readonly [number, number, Hex]>(this.registry, "latestConfigDetails");
    this.#round += 1;
    const context = [digest, numberToHex((this.#round << 8) | 1, { size: 32 }), zeroHash] as const;
    const report = encodeAbiParameters(this.#inputs("_report"), [
      {
        fastGasWei: PRICES.gas,
        linkNative: PRICES.link,
        upkeepIds: drafts.map(({ id }) => id),
        gasLimits: drafts.map(({ gasLimit }) => gasLimit),
        triggers: drafts.map(({ block }) => this.#trigger(block)),
        performDatas: drafts.map(({ performData }) => performData),
      },
    ]);
    const hash = keccak256(concat([keccak256(report), ...context]));
    const signatures = await Promise.all(
      by.map(async (node) => parseSignature(await this.#signers[node]!.sign({ hash }))),
    );
    const recoveries = toHex(Uint8Array.from(signatures, ({ yParity }) => yParity));
    return [
      context,
      report,
      signatures.map(({ r }) => r),
      signatures.map(({ s }) => s),
      padHex(recoveries, { dir: "right", size: 32 }),
    ];
  }

  /** Balance and spending in LINK's smallest units, the forwarder that calls the target, the block of the last performance. */
  async upkeep(id: bigint) {
    const found = await this.chain.read<{
      performGas: number;
      balance: bigint;
      amountSpent: bigint;
      lastPerformedBlockNumber: number;
    }>(this.registry, "getUpkeep", [id]);
    const forwarder = await this.chain.read<Address>(this.registry, "getForwarder", [id]);
    return { ...found, forwarder: getAddress(forwarder) };
  }

  /** A node's own call: from the zero address, which the registry demands, so that no transaction can be one. */
  async #simulate(functionName: string, args: readonly unknown[]): Promise<unknown> {
    const { chain, registry } = this;
    await chain.provider.request({ method: "evm_setNextBlockTimestamp", params: [numberToHex(chain.now)] });
    const data = encodeFunctionData({ abi: registry.abi, functionName, args });
    const call = { from: zeroAddress, to: registry.address, data, gas: numberToHex(16_000_000) };
    const answer = (await chain.provider.request({ method: "eth_call", params: [call, "pending"] })) as Hex;
    return decodeFunctionResult({ abi: registry.abi, functionName, args, data: answer });
  }

  #trigger(block: number): Hex {
    return encodeAbiParameters(this.#inputs("_conditionalTrigger"), [{ blockNum: block, blockHash: zeroHash }]);
  }

  #inputs(functionName: string): readonly AbiParameter[] {
    const found = this.#utils.find((item) => item.type === "function" && item.name === functionName);
    if (found?.type !== "function") throw new Error(`the registry's utilities have no ${functionName}`);
    return found.inputs;
  }
}

/**
 * Deploys the registry with its logic, the token it is paid in and feeds of PRICES, and makes four nodes its network.
 * @param firstTransmitter number of the chain's account that is the first node's; the others are those after it
 */
export async function deployRegistry(chain: TestChain, limits: Limits, firstTransmitter: number) {
  const builds = compileChainlink(CONTRACTS, 1_000_000);
  const create = (name: ContractName, args: readonly unknown[] = []) => chain.createFrom(builds[name], args);
  const link = await create("LinkToken");
  await chain.send(chain.deployer, link, "grantMintRole", [chain.deployer]);
  await chain.send(chain.deployer, link, "mint", [chain.deployer, 10n ** 24n]);
  const linkFeed = await create("MockV3Aggregator", [18, PRICES.link]);
  const gasFeed = await create("MockV3Aggregator", [0, PRICES.gas]);
  const forwarder = await create("AutomationForwarderLogic");
  const feeds = [link.address, linkFeed.address, gasFeed.address];
  const logicB = await create("AutomationRegistryLogicB2_2", [...feeds, forwarder.address, zeroAddress]);
  const logicA = await create("AutomationRegistryLogicA2_2", [logicB.address]);
  const { address } = await create("AutomationRegistry2_2", [logicA.address]);
  const registry = chain.watch({ address, abi: union(builds) });

  const signers = Array.from({ length: NODES }, (_, node) => privateKeyToAccount(keccak256(toHex(`node ${node}`))));
  const transmitters = chain.accounts.slice(firstTransmitter, firstTransmitter + NODES);
  const config = {
    ...limits,
    paymentPremiumPPB: PREMIUM_PPB,
    flatFeeMicroLink: 0,
    stalenessSeconds: 0,
    gasCeilingMultiplier: 2,
    minUpkeepSpend: 0n,
    maxRevertDataSize: 5_000,
    fallbackGasPrice: PRICES.gas,
    fallbackLinkPrice: PRICES.link,
    transcoder: zeroAddress,
    registrars: [],
    upkeepPrivilegeManager: zeroAddress,
    chainModule: (await create("ChainModuleBase")).address,
    reorgProtectionEnabled: true,
  };
  const nodes = signers.map((signer) => signer.address);
  await chain.send(chain.deployer, registry, "setConfigTypeSafe", [nodes, transmitters, FAULTY, config, 1, "0x"]);
  return new AutomationNetwork(chain, { registry, link, utils: builds.AutomationUtils2_2.abi }, signers, transmitters);
}

/** What one may ask at the registry's address: each function of the three contracts once. */
function union(builds: Record<ContractName, Build>): Abi {
  const parts = (
    ["AutomationRegistry2_2", "AutomationRegistryLogicA2_2", "AutomationRegistryLogicB2_2"] as const
  ).flatMap((name) => builds[name].abi.filter(({ type }) => type !== "constructor" && type !== "fallback"));
  return [...new Map(parts.map((item) => [JSON.stringify(item), item])).values()];
}
