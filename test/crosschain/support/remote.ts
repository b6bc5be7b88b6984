import assert from "node:assert/strict";
import { type Address, encodeFunctionData, type Hex, toFunctionSelector, zeroAddress } from "viem";
import { readArtifact } from "../../../scripts/deploy/artifacts.ts";
import type { JobTerms } from "../../../sdk/src/codec/types.ts";
import { type Transfer, transferFrom } from "../../../sdk/src/crosschain/transfers.ts";
import { Actor, ASY_UNIT, draftJob, finalStateOf, type Job } from "../../support/actor.ts";
import type { Receipt, Target, World } from "../../support/world.ts";
import { behindProxy, createLink, HOME, type Link, SATELLITE } from "./link.ts";

export const CALL_GAS = 1_200_000;
const LIFETIME = 3_600;

export interface Ticket {
  chainId: number;
  user: Address;
  index: bigint;
  homeAccount: Address;
}

/** A remote job that was sent. */
export interface Sent {
  ticket: Ticket;
  account: Address;
  job: Job;
  number: bigint;
  transfer: Transfer;
}

/** Two linked chains with the market, a provider at home, the hub and the portal. */
export class Remote {
  readonly link: Link;
  readonly hub: Target;
  readonly portal: Target;
  readonly world: World;
  readonly provider: Actor;

  constructor(link: Link, hub: Target, portal: Target, provider: Actor) {
    this.link = link;
    this.hub = hub;
    this.portal = portal;
    this.world = link.home.chain as World;
    this.provider = provider;
  }

  ticket(user: Address, index: bigint, homeAccount: Address = zeroAddress): Ticket {
    return { chainId: SATELLITE, user, index, homeAccount };
  }

  account(ticket: Ticket): Promise<Address> {
    return this.world.read(this.hub, "accountOf", [ticket]);
  }

  /** The user's next job, unsent. */
  async draft(user: Address, overrides: Partial<JobTerms> = {}, homeAccount: Address = zeroAddress) {
    const [count] = await this.link.satellite.chain.read<readonly [bigint, bigint]>(this.portal, "countOf", [user]);
    const ticket = this.ticket(user, count + 1n, homeAccount);
    const account = await this.account(ticket);
    return { ticket, account, job: draftJob(this.world, account, overrides) };
  }

  /** Posts the user's next job on the satellite. */
  async post(user: Address, overrides: Partial<JobTerms> = {}, homeAccount: Address = zeroAddress): Promise<Sent> {
    const { ticket, account, job } = await this.draft(user, overrides, homeAccount);
    const deadline = this.world.now + LIFETIME;
    const args = [job.terms, job.specWords, homeAccount, deadline, CALL_GAS];
    const receipt = await this.link.act(this.link.satellite, user, this.portal, "post", args);
    return { ticket, account, job, ...transferOf(receipt) };
  }

  async cancel(sent: Sent): Promise<{ number: bigint; transfer: Transfer }> {
    const { ticket, job } = sent;
    const args = [ticket.index, ticket.homeAccount, job.terms, this.world.now + LIFETIME, CALL_GAS];
    return transferOf(await this.link.act(this.link.satellite, ticket.user, this.portal, "cancel", args));
  }

  /** Claims, submits and lets the window pass, without settling. */
  async run({ job }: Sent): Promise<void> {
    await this.provider.claim(job);
    await this.provider.submit(job);
  }

  result({ job }: Sent, outputDigest: Hex) {
    const { terms, run, nonce, runRoot } = job;
    return { terms, run, nonce, runRoot, finalState: finalStateOf(job), outputDigest };
  }

  /** Sends the outcome to the satellite. */
  async settle(sent: Sent, by: Address = this.world.deployer): Promise<{ number: bigint; transfer: Transfer }> {
    return transferOf(await this.link.act(this.link.home, by, this.hub, "settle", [sent.ticket]));
  }

  refund({ ticket, transfer }: Sent, by: Address) {
    return this.link.satellite.chain.send(by, this.portal, "refund", [ticket.user, ticket.index, transfer]);
  }

  async statusOf({ ticket }: Sent) {
    const [, amount, status, outcome, commitment] = await this.link.satellite.chain.read<
      readonly [bigint, bigint, number, number, Hex]
    >(this.portal, "jobOf", [ticket.user, ticket.index]);
    return { amount, status, outcome, commitment };
  }

  /** Everything that exists is somewhere: what the bridge has locked is minted there or on its way. */
  async assertConserved(): Promise<void> {
    const { home, satellite } = this.link;
    const minted = await satellite.chain.read<bigint>(satellite.token, "totalSupply");
    assert.equal(await home.chain.read<bigint>(home.bridge, "supplyOf", [SATELLITE]), minted);
    assert.equal(await this.link.balance(home, home.bridge.address), minted);
    assert.equal(await this.link.balance(satellite, this.portal.address), 0n, "the portal keeps nothing");
    assert.equal(await this.link.balance(home, this.hub.address), 0n, "the hub keeps nothing");
  }
}

/** Number and content of the transfer that a transaction has sent. */
export function transferOf({ events }: Receipt): { number: bigint; transfer: Transfer } {
  const sent = events.find(({ name }) => name === "TransferSent");
  assert.ok(sent, "TransferSent is emitted");
  return { number: sent.args.number as bigint, transfer: transferFrom(sent.args as unknown as Transfer) };
}

async function createHub(link: Link): Promise<Target> {
  const { home } = link;
  const world = home.chain as World;
  const proxy = await world.createFrom(readArtifact("ERC1967Proxy"), [
    (await world.create("access/ProxySeed.sol", [world.deployer])).address,
    toFunctionSelector("deployer()"),
  ]);
  const code = await world.create("crosschain/RemoteJobAccount.sol", [proxy.address]);
  const peers = [world.asy, world.market, world.staking, home.bridge].map(({ address }) => address);
  const implementation = await world.create("crosschain/JobHub.sol", peers);
  const args = [world.authority.address, code.address];
  const data = encodeFunctionData({ abi: implementation.abi, functionName: "initialize", args });
  const seed = { address: proxy.address, abi: readArtifact("ProxySeed").abi };
  await world.send(world.deployer, seed, "upgradeToAndCall", [implementation.address, data]);
  return world.watch({ address: proxy.address, abi: implementation.abi });
}

/** Deploys everything, gives `users` satellite ASY and a provider its stake. */
export async function createRemote(users: readonly number[]): Promise<Remote> {
  const link = await createLink({ minWindow: 60 });
  const { home, satellite } = link;
  const world = home.chain as World;
  const hub = await createHub(link);
  const args = [BigInt(HOME), hub.address, satellite.bridge.address, satellite.token.address];
  const portal = await behindProxy(satellite.chain, "crosschain/RemoteJobPortal.sol", args, [
    satellite.authority.address,
  ]);
  await link.admin(home, hub, "setPortal", [SATELLITE, portal.address]);
  const provider = await new Actor(world, 9).funded(10_000n * ASY_UNIT);
  await provider.stake(5_000n * ASY_UNIT);
  await home.chain.send(home.chain.deployer, home.token, "approve", [home.bridge.address, 1n << 200n]);
  for (const index of users) {
    const user = home.chain.accounts[index]!;
    await link.transfer(home, home.chain.deployer, { to: user, amount: 1_000n * ASY_UNIT });
    await link.settle();
    await satellite.chain.send(user, satellite.token, "approve", [portal.address, 1n << 200n]);
  }
  link.pass(3_600);
  return new Remote(link, hub, portal, provider);
}
