import { getLogsChunked } from "@assay/daemon-kit";
import type { AbiEvent, Address, GetLogsReturnType, PublicClient } from "viem";

/** Blocks below the newest ones read that are read again, for what a reorganisation has moved. */
const REORG_DEPTH = 64n;

export interface LogReaderArgs<E extends readonly AbiEvent[]> {
  rpc: PublicClient;
  address: Address | Address[];
  events: E;
  /** Values of indexed arguments that are asked for; with one event only. */
  args?: Readonly<Record<string, unknown>>;
  startBlock: number;
  /** Blocks that a log must be below the head. */
  confirmations: number;
}

/**
 * Follows the logs of some contracts. What was read is read again for a while: whoever uses it must know what it has seen
 * already, and keep what it cannot make use of at once: of each log it is told for a while only. Nothing is kept on disk.
 */
export class LogReader<const E extends readonly AbiEvent[]> {
  readonly #args: LogReaderArgs<E>;
  #next: bigint;

  constructor(args: LogReaderArgs<E>) {
    this.#args = args;
    this.#next = BigInt(args.startBlock);
  }

  /** Logs since the last look, oldest first. @throws DK-040, or the endpoint's refusal: nothing is skipped then */
  async read(): Promise<GetLogsReturnType<undefined, E, true>> {
    const toBlock = (await this.#head()) - BigInt(this.#args.confirmations);
    const logs = await this.#logs(toBlock);
    if (toBlock >= this.#next) this.#next = toBlock + 1n;
    return logs;
  }

  /** The newest logs, up to the head, however deep they are; the next look tells of them as well. @throws as `read` */
  async peek(): Promise<GetLogsReturnType<undefined, E, true>> {
    return this.#logs(await this.#head());
  }

  #head(): Promise<bigint> {
    return this.#args.rpc.getBlockNumber({ cacheTime: 0 });
  }

  async #logs(toBlock: bigint): Promise<GetLogsReturnType<undefined, E, true>> {
    const { rpc, startBlock, confirmations: _, ...wanted } = this.#args;
    const first = BigInt(startBlock);
    const fromBlock = this.#next - REORG_DEPTH > first ? this.#next - REORG_DEPTH : first;
    const logs = [];
    for await (const chunk of getLogsChunked(rpc, { ...wanted, fromBlock, toBlock })) logs.push(...chunk.logs);
    return logs as GetLogsReturnType<undefined, E, true>;
  }
}
