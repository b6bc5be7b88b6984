import assert from "node:assert/strict";
import {
  type Address,
  concatHex,
  encodeAbiParameters,
  encodeFunctionData,
  type Hex,
  isAddressEqual,
  keccak256,
  numberToHex,
  size,
  stringToHex,
  toFunctionSelector,
  toHex,
} from "viem";
import { type Approvable, proofOf, signersOf } from "../../../keepers/src/bots/axelar-relay/proof.ts";
import { readArtifact } from "../../../scripts/deploy/artifacts.ts";
import { axelarArtifact, gatewaySetup } from "../../../scripts/lib/axelar.ts";
import { asAxelarAddress, commandIdOf } from "../../../sdk/src/crosschain/axelar.ts";
import type { Transfer } from "../../../sdk/src/crosschain/transfers.ts";
import { ASY_UNIT } from "../../support/actor.ts";
import {
  createTestChain,
  createWorld,
  type Event,
  type Receipt,
  type Target,
  type TestChain,
  type World,
} from "../../support/world.ts";

/** Three signers, two of whom must sign. */
const KEYS: readonly Hex[] = [1, 2, 3].map((index) => keccak256(stringToHex(`signer ${index}`)));
const SIGNERS = signersOf(KEYS, 2);
export const HOME = 31_337;
export const SATELLITE = 31_338;
export const LIMIT = 3_600n * ASY_UNIT;
/** seconds in which the limit refills */
export const WINDOW = 3_600;

/** A message that a gateway emitted and a relayer has seen. */
export interface Carried extends Approvable {
  payload: Hex;
  commandId: Hex;
}

/** A message on its way to an end. */
export interface Flying {
  to: End;
  message: Carried;
}

/** One end: a chain with the real Axelar contracts and our bridge. */
export interface End {
  chain: TestChain;
  chainId: number;
  name: string;
  domain: Hex;
  /** The one that the adapter speaks to now. */
  gateway: Target;
  adapter: Target;
  bridge: Target;
  token: Target;
  authority: Target;
}

/** The ERC-7930 form of an EVM account. */
export function interoperable(chainId: number, account: Address): Hex {
  const reference = toHex(chainId);
  return concatHex(["0x00010000", numberToHex(size(reference), { size: 1 }), reference, "0x14", account]);
}

function createAxelar(chain: TestChain, name: Parameters<typeof axelarArtifact>[0], args: readonly unknown[]) {
  return chain.createFrom(axelarArtifact(name), args);
}

/** The real gateway behind its proxy, and the real gas service. */
export async function createGateway(chain: TestChain, domain: Hex) {
  const owner = chain.deployer;
  const implementation = await createAxelar(chain, "AxelarAmplifierGateway", [15n, domain, 0n]);
  const proxy = await createAxelar(chain, "AxelarAmplifierGatewayProxy", [
    implementation.address,
    owner,
    gatewaySetup(owner, SIGNERS),
  ]);
  const gasService = await createAxelar(chain, "AxelarGasService", [owner]);
  return { gateway: chain.watch({ address: proxy.address, abi: implementation.abi }), gasService };
}

/** A contract behind a proxy, initialised. */
export async function behindProxy(
  chain: TestChain,
  source: string,
  args: readonly unknown[],
  initial: readonly unknown[],
) {
  const implementation = await chain.create(source, args);
  const data = encodeFunctionData({ abi: implementation.abi, functionName: "initialize", args: initial as unknown[] });
  const proxy = await chain.createFrom(readArtifact("ERC1967Proxy"), [implementation.address, data]);
  return chain.watch({ address: proxy.address, abi: implementation.abi });
}

async function createHome(world: World): Promise<End> {
  const domain = keccak256(stringToHex("home"));
  const { gateway, gasService } = await createGateway(world, domain);
  const { authority } = world;
  const adapter = await behindProxy(
    world,
    "crosschain/AxelarGatewayAdapter.sol",
    [gateway.address, gasService.address],
    [authority.address],
  );
  const bridge = await behindProxy(world, "crosschain/HomeBridge.sol", [], [authority.address, world.asy.address]);
  return { chain: world, chainId: HOME, name: "home", domain, gateway, adapter, bridge, token: world.asy, authority };
}

async function createSatellite(): Promise<End> {
  const chain = await createTestChain(SATELLITE);
  const domain = keccak256(stringToHex("satellite"));
  const { gateway, gasService } = await createGateway(chain, domain);
  const authority = await behindProxy(chain, "access/ProtocolAuthority.sol", [], [chain.deployer]);
  const adapter = await behindProxy(
    chain,
    "crosschain/AxelarGatewayAdapter.sol",
    [gateway.address, gasService.address],
    [authority.address],
  );
  // Token and bridge name each other, so the bridge's proxy comes first, on an implementation that is replaced.
  const implementation = await chain.create("crosschain/SatelliteBridge.sol", [BigInt(HOME)]);
  const proxy = await chain.createFrom(readArtifact("ERC1967Proxy"), [
    (await chain.create("access/ProxySeed.sol", [chain.deployer])).address,
    toFunctionSelector("deployer()"),
  ]);
  const token = await behindProxy(
    chain,
    "crosschain/SatelliteToken.sol",
    [proxy.address],
    [authority.address, "Assay", "ASY"],
  );
  const initial = encodeFunctionData({
    abi: implementation.abi,
    functionName: "initialize",
    args: [authority.address, token.address],
  });
  const seed = { address: proxy.address, abi: readArtifact("ProxySeed").abi };
  await chain.send(chain.deployer, seed, "upgradeToAndCall", [implementation.address, initial]);
  const bridge = chain.watch({ address: proxy.address, abi: implementation.abi });
  return { chain, chainId: SATELLITE, name: "satellite", domain, gateway, adapter, bridge, token, authority };
}

/** Two chains with the real gateways between them, and a relayer that a test drives message by message. */
export class Link {
  readonly home: End;
  readonly satellite: End;
  /** messages that were emitted and not dropped, oldest first */
  readonly inFlight: Flying[] = [];
  /** messages that were let through, oldest first */
  readonly delivered: Flying[] = [];

  constructor(home: End, satellite: End) {
    this.home = home;
    this.satellite = satellite;
  }

  other(end: End): End {
    return end === this.home ? this.satellite : this.home;
  }

  admin(end: End, target: Target, functionName: string, args: readonly unknown[]) {
    return this.act(end, end.chain.deployer, target, functionName, args);
  }

  /** Sends a transaction and puts what the gateway emitted in flight. */
  async act(end: End, from: Address, target: Target, functionName: string, args: readonly unknown[], value = 0n) {
    const receipt = await end.chain.send(from, target, functionName, args, value);
    this.see(end, receipt);
    return receipt;
  }

  /** Takes the tokens of `from` and sends them; @returns number and content */
  async transfer(
    end: End,
    from: Address,
    overrides: Partial<Transfer> = {},
  ): Promise<{ number: bigint; transfer: Transfer }> {
    const to = this.other(end);
    const transfer: Transfer = {
      from,
      to: from,
      amount: 10n * ASY_UNIT,
      deadline: to.chain.now + 3_600,
      callGas: 0,
      data: "0x",
      ...overrides,
    };
    const { amount, deadline, callGas, data } = transfer;
    const { events } = await this.act(end, from, end.bridge, "send", [
      to.chainId,
      transfer.to,
      amount,
      deadline,
      callGas,
      data,
    ]);
    const sent = events.find(({ name }) => name === "TransferSent");
    assert.ok(sent, "TransferSent is emitted");
    return { number: sent.args.number as bigint, transfer };
  }

  /** Signs, approves and executes a message, as a relayer does; approving one twice is harmless. */
  async deliver({ to, message }: Flying, gas?: bigint) {
    const relayer = to.chain.deployer;
    const { payload, commandId, ...plain } = message;
    const proof = await proofOf([plain], to.domain, SIGNERS, KEYS);
    await to.chain.send(relayer, to.gateway, "approveMessages", [[plain], proof]);
    const args = [commandId, message.sourceChain, message.sourceAddress, payload];
    const target = { address: message.contractAddress, abi: to.adapter.abi };
    const receipt = await to.chain.send(relayer, target, "execute", args, 0n, gas);
    this.see(to, receipt);
    this.delivered.push({ to, message });
    return receipt;
  }

  /** Delivers everything that is in flight, oldest first. */
  async settle(): Promise<void> {
    for (let next = this.inFlight.shift(); next; next = this.inFlight.shift()) await this.deliver(next);
  }

  /** Both clocks move. */
  pass(seconds: number): void {
    this.home.chain.pass(seconds);
    this.satellite.chain.pass(seconds);
  }

  balance(end: End, account: Address): Promise<bigint> {
    return end.chain.read(end.token, "balanceOf", [account]);
  }

  outgoing(end: End, number: bigint): Promise<number> {
    return end.chain.read(end.bridge, "outgoingOf", [this.other(end).chainId, number]);
  }

  incoming(end: End, number: bigint): Promise<number> {
    return end.chain.read(end.bridge, "incomingOf", [this.other(end).chainId, number]);
  }

  async snapshot(): Promise<() => Promise<void>> {
    const resets = [await this.fork(this.home), await this.fork(this.satellite)];
    return async () => {
      for (const reset of resets) await reset();
      this.inFlight.length = 0;
    };
  }

  /**
   * From here on this chain's blocks may be reorganised away: the returned function undoes what happened there since. What its
   * gateway has emitted meanwhile is forgotten, as relayers wait until a block is final; what was brought there is on its way again.
   */
  async fork(end: End): Promise<() => Promise<void>> {
    const { gateway } = end;
    const [inFlight, delivered] = [[...this.inFlight], [...this.delivered]];
    const revert = await end.chain.snapshot();
    return async () => {
      await revert();
      end.gateway = gateway;
      this.inFlight.splice(0, this.inFlight.length, ...inFlight);
      this.delivered.splice(0, this.delivered.length, ...delivered);
    };
  }

  async close(): Promise<void> {
    await this.home.chain.close();
    await this.satellite.chain.close();
  }

  /** Notes what the gateway emitted, as a relayer that watches it does. */
  see(end: End, { hash, events }: Receipt): void {
    const calls = events.filter(
      ({ name, address }) => name === "ContractCall" && isAddressEqual(address, end.gateway.address),
    );
    for (const [index, call] of calls.entries()) this.#put(end, call, `${hash}-${index}`);
  }

  #put(end: End, event: Event, messageId: string): void {
    const { sender, destinationContractAddress, payload, payloadHash } = event.args as {
      sender: Address;
      destinationContractAddress: Address;
      payload: Hex;
      payloadHash: Hex;
    };
    const message: Carried = {
      sourceChain: end.name,
      messageId,
      sourceAddress: asAxelarAddress(sender),
      contractAddress: destinationContractAddress,
      payloadHash,
      payload,
      commandId: commandIdOf(end.name, messageId),
    };
    this.inFlight.push({ to: this.other(end), message });
  }
}

/**
 * Deploys both ends, connects them and sets the limits.
 * @param market what of the market's configuration differs
 */
export async function createLink(market: { minWindow?: number } = {}): Promise<Link> {
  const world = await createWorld((config) => Object.assign(config.market, market));
  const link = new Link(await createHome(world), await createSatellite());
  for (const end of [link.home, link.satellite]) {
    const other = link.other(end);
    await link.admin(end, end.adapter, "connect", [other.chainId, other.name, other.adapter.address]);
    await link.admin(end, end.bridge, "setLink", [
      end.adapter.address,
      interoperable(other.chainId, other.bridge.address),
    ]);
    await link.admin(end, end.bridge, "setLimit", [other.chainId, LIMIT, WINDOW]);
  }
  return link;
}

/** Encodes a bridge message of our own making, for forgers. */
export function forgedPayload(version: number, kind: number, body: Hex): Hex {
  return encodeAbiParameters(
    [{ type: "uint256" }, { type: "uint256" }, { type: "bytes" }],
    [BigInt(version), BigInt(kind), body],
  );
}
