import {
  homeBridgeAbi,
  type IncomingStatus,
  incomingStatuses,
  type OutgoingStatus,
  outgoingStatuses,
  remoteJobPortalAbi,
  type Transfer,
  transferFrom,
  transferGas,
} from "@assay/sdk";
import { type Address, encodeFunctionData, getAbiItem, type Hex, isAddressEqual } from "viem";
import type { KeeperContext } from "../../bot.ts";
import { LogReader } from "../../chain/log-reader.ts";
import type { Duty } from "../../duty/duty.ts";
import { decideArrived } from "./decide.ts";

/** Both bridges have the same functions and events; this is what is used of them here. */
const ABI = homeBridgeAbi;

export interface SideArgs {
  /** Begins the keys of its duties. */
  name: string;
  context: KeeperContext;
  chainId: number;
  bridge: Address;
  startBlock: number;
  confirmations: number;
  /** On the satellite: what jobs are sent through. */
  portal?: Address;
}

const EVENTS = [
  getAbiItem({ abi: ABI, name: "TransferQueued" }),
  getAbiItem({ abi: ABI, name: "TransferRefused" }),
  getAbiItem({ abi: ABI, name: "TransferSettled" }),
  getAbiItem({ abi: ABI, name: "ReceiptsSent" }),
] as const;
const SENT = getAbiItem({ abi: ABI, name: "TransferSent" });
const JOB_SENT = getAbiItem({ abi: remoteJobPortalAbi, name: "RemoteJobSent" });
/** RemoteJobStatus.Sent */
const STATUS_SENT = 1;

/** One end of the bridge: what waits there, what it has refused, what it has to pay back. Rebuilt from the logs. */
export class Side {
  readonly args: SideArgs;
  readonly #reader: LogReader<typeof EVENTS>;
  /** Transfers of the other end that were queued or refused here. */
  readonly #arrived = new Map<bigint, Transfer | undefined>();
  /** Transfers of this end that the other one has refused. */
  readonly #refused = new Set<bigint>();
  /** Transfers of the other end that it was told the fate of: by whomever, and perhaps on its way still. */
  readonly #told = new Set<bigint>();
  /** Transfers of this end that tell how a job ended: one that was refused is told anew once it is paid back, however little it carries. */
  readonly outcomes = new Set<bigint>();
  /** Numbers whose fate has become known here since the last look. */
  settled: bigint[] = [];

  constructor(args: SideArgs) {
    this.args = args;
    const { context, bridge, startBlock, confirmations } = args;
    this.#reader = new LogReader({ rpc: context.rpc, address: bridge, events: EVENTS, startBlock, confirmations });
  }

  /** Reads what is new. @throws what the endpoint throws */
  async read(other: Side): Promise<void> {
    this.settled = [];
    for (const { eventName, args } of await this.#reader.read()) {
      if (args.chainId !== BigInt(other.args.chainId)) continue;
      if (eventName === "ReceiptsSent") {
        for (const number of args.numbers) this.#told.add(number);
        continue;
      }
      const { number } = args;
      if (eventName === "TransferQueued") this.#arrived.set(number, transferFrom(args));
      else if (eventName === "TransferRefused") this.#arrived.set(number, this.#arrived.get(number));
      else {
        this.settled.push(number);
        // a job that the bridge has paid back is still with the portal
        if (outgoingStatuses[args.status] !== "accepted") this.#refused.add(number);
      }
    }
  }

  /** Calls that are due at this end. @param fee wei for a unit of the other chain's gas */
  async duties(other: Side, now: number, fee: bigint, wanted: { release: boolean; refund: boolean }): Promise<Duty[]> {
    const arrived = await Promise.all([...this.#arrived].map((each) => this.#ofArrived(other, each, now, fee, wanted)));
    const refunds = wanted.refund
      ? await Promise.all([...this.#refused].map((number) => this.#refundOf(other, number, now)))
      : [];
    return [...arrived.flat(), ...refunds.flat()];
  }

  async outgoingOf(other: Side, number: bigint): Promise<OutgoingStatus> {
    const args = [BigInt(other.args.chainId), number] as const;
    return outgoingStatuses[await this.#read("outgoingOf", args)]!;
  }

  async incomingOf(other: Side, number: bigint): Promise<IncomingStatus> {
    const args = [BigInt(other.args.chainId), number] as const;
    return incomingStatuses[await this.#read("incomingOf", args)]!;
  }

  /** Content of a transfer that this end has sent. */
  async transferOf(other: Side, number: bigint): Promise<Transfer | undefined> {
    const { context, bridge, startBlock } = this.args;
    const args = { chainId: BigInt(other.args.chainId), number };
    const filter = { address: bridge, event: SENT, args, fromBlock: BigInt(startBlock), strict: true } as const;
    const [log] = await context.rpc.getLogs(filter);
    return log ? transferFrom(log.args) : undefined;
  }

  #read(functionName: "outgoingOf" | "incomingOf", args: readonly [bigint, bigint]): Promise<number> {
    return this.args.context.rpc.readContract({ address: this.args.bridge, abi: ABI, functionName, args });
  }

  async #ofArrived(
    other: Side,
    [number, transfer]: [bigint, Transfer | undefined],
    now: number,
    fee: bigint,
    wanted: { release: boolean },
  ): Promise<Duty[]> {
    const [incoming, outgoing] = await Promise.all([this.incomingOf(other, number), other.outgoingOf(this, number)]);
    const step = decideArrived({ incoming, outgoing, told: this.#told.has(number) });
    const chainId = BigInt(other.args.chainId);
    if (step === "closed") this.#arrived.delete(number);
    if (step === "acknowledge") {
      const data = encodeFunctionData({ abi: ABI, functionName: "acknowledge", args: [chainId, [number]] });
      const text = `tell chain ${chainId} that its transfer ${number} is refused`;
      const duty = this.#duty(`acknowledge:${number}`, this.args.bridge, data, transferGas(0) * fee, now, text);
      return [{ ...duty, stillDue: async () => !(await this.#isTold(chainId, number)) }];
    }
    if (step !== "release" || !wanted.release || !transfer) return [];
    const data = encodeFunctionData({ abi: ABI, functionName: "release", args: [chainId, number, transfer] });
    // until there is room, or the receiver is ready, a release reverts: that is no duty yet
    const { context, bridge } = this.args;
    const passes = await context.rpc.call({ account: context.account.address, to: bridge, data }).then(
      () => true,
      () => false,
    );
    return passes
      ? [this.#duty(`release:${number}`, bridge, data, 0n, now, `release transfer ${number} of chain ${chainId}`)]
      : [];
  }

  /** The bridge tells as often as it is asked to: only its events say that it has. */
  async #isTold(chainId: bigint, number: bigint): Promise<boolean> {
    if (this.#told.has(number)) return true;
    return (await this.#reader.peek()).some(
      ({ eventName, args }) =>
        eventName === "ReceiptsSent" && args.chainId === chainId && args.numbers.includes(number),
    );
  }

  async #refundOf(other: Side, number: bigint, now: number): Promise<Duty[]> {
    const [status, transfer] = await Promise.all([this.outgoingOf(other, number), this.transferOf(other, number)]);
    const { portal, bridge } = this.args;
    const ofPortal = portal !== undefined && transfer !== undefined && isAddressEqual(transfer.from, portal);
    if (ofPortal) {
      const duty = await this.#jobRefund(portal, number, transfer, now);
      if (!duty) this.#refused.delete(number);
      return duty ? [duty] : [];
    }
    const forNothing = transfer?.amount === 0n && !this.outcomes.has(number);
    if (status !== "refused" || !transfer || forNothing) {
      this.#refused.delete(number);
      return [];
    }
    const args = [BigInt(other.args.chainId), number, transfer] as const;
    const data = encodeFunctionData({ abi: ABI, functionName: "refund", args });
    return [this.#duty(`refund:${number}`, bridge, data, 0n, now, `pay transfer ${number} back to ${transfer.from}`)];
  }

  /** A job that was refused at home is paid back through the portal; undefined when it has been, or is no job. */
  async #jobRefund(portal: Address, number: bigint, transfer: Transfer, now: number): Promise<Duty | undefined> {
    const { context, startBlock } = this.args;
    const filter = { address: portal, event: JOB_SENT, args: { number }, fromBlock: BigInt(startBlock) } as const;
    const [log] = await context.rpc.getLogs({ ...filter, strict: true });
    if (!log) return undefined;
    const { user, index } = log.args;
    const jobOf = { address: portal, abi: remoteJobPortalAbi, functionName: "jobOf", args: [user, index] } as const;
    const [, , status] = await context.rpc.readContract(jobOf);
    if (status !== STATUS_SENT) return undefined;
    const args = [user, index, transfer] as const;
    const data = encodeFunctionData({ abi: remoteJobPortalAbi, functionName: "refund", args });
    return this.#duty(`refund:${number}`, portal, data, 0n, now, `pay job ${index} back to ${user}`);
  }

  #duty(step: string, to: Address, data: Hex, value: bigint, now: number, text: string): Duty {
    return { key: `${this.args.name}:${step}`, to, data, value, due: now, text };
  }
}
