import { fileURLToPath } from "node:url";
import { type Abi, type Address, type Chain, decodeEventLog, type Hex, type PublicClient, type Transport } from "viem";
import { indexName } from "../../indexer/src/build.ts";
import type { AnyDeployment } from "../../sdk/src/index.ts";
import { readAbis } from "../generate-abis.ts";
import { logsBetween } from "../lib/logs.ts";

const ARTIFACTS = fileURLToPath(new URL("../../artifacts/contracts", import.meta.url));
const AT_ONCE = 16;

/** What is compared: one chain, as of one block. */
export interface ChainArgs {
  publicClient: PublicClient<Transport, Chain>;
  /** The protocol's, or a satellite's. */
  deployment: AnyDeployment;
  block: bigint;
}

/** One decoded event of the protocol, with what its block and transaction say. */
export class Log {
  readonly contract: string;
  readonly name: string;
  readonly address: Address;
  readonly args: Readonly<Record<string, unknown>>;
  readonly block: bigint;
  readonly index: number;
  readonly transaction: Hex;
  /** Unix time of its block. */
  readonly time: bigint;
  /** Who sent the transaction. */
  readonly sender: Address;

  constructor(found: Omit<Log, "id" | "position" | "big" | "hex">) {
    this.contract = found.contract;
    this.name = found.name;
    this.address = found.address;
    this.args = found.args;
    this.block = found.block;
    this.index = found.index;
    this.transaction = found.transaction;
    this.time = found.time;
    this.sender = found.sender;
  }

  /** The id of what the index has of this log: the transaction followed by the log's index, lowest byte first. */
  get id(): Hex {
    return `${this.transaction}${littleEndian(this.index)}`;
  }

  get position(): bigint {
    return (this.block << 32n) | BigInt(this.index);
  }

  big(name: string): bigint {
    return BigInt(this.args[name] as bigint | number);
  }

  /** Addresses, hashes and bytes, in lower case. */
  hex(name: string): Hex {
    return (this.args[name] as string).toLowerCase() as Hex;
  }
}

/** Four bytes, lowest first. */
export function littleEndian(value: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value | 0);
  return bytes.toString("hex");
}

/** A chain as its raw logs and the contracts' own reads tell it; contracts go by the names that the subgraph has for them. */
export interface ChainView extends ChainArgs {
  /** All events of the protocol, in chain order. */
  logs: readonly Log[];
  /** The events of one contract, of all names or of these. */
  of(contract: string, ...names: string[]): Log[];
  has(contract: string): boolean;
  address(contract: string): Address;
  read<T>(contract: string, functionName: string, ...args: unknown[]): Promise<T>;
  /** Unix time of the block. */
  now: bigint;
}

/** Reads all logs of the deployment up to a block. */
export async function viewChain(args: ChainArgs): Promise<ChainView> {
  const { publicClient, deployment, block } = args;
  const abis = readAbis(ARTIFACTS);
  const contracts = new Map(
    Object.entries(deployment.contracts)
      .filter(([name]) => abis.has(name))
      .map(([name, { address }]) => [indexName(name), { address, abi: abis.get(name) as unknown as Abi }]),
  );
  const names = new Map([...contracts].map(([name, { address }]) => [address.toLowerCase(), name]));
  const address = [...contracts.values()].map((found) => found.address);
  const fromBlock = BigInt(deployment.startBlock);
  const raw = await logsBetween(publicClient, { address, fromBlock, toBlock: block });
  const blocks = await blocksOf(publicClient, new Set(raw.map(({ blockNumber }) => blockNumber)));
  const logs = raw.flatMap((log) => {
    const contract = names.get(log.address.toLowerCase())!;
    const decoded = decode(contracts.get(contract)!.abi, log);
    const { time, senders } = blocks.get(log.blockNumber)!;
    if (!decoded) return [];
    return new Log({
      contract,
      name: decoded.eventName,
      address: log.address.toLowerCase() as Address,
      args: decoded.args,
      block: log.blockNumber,
      index: log.logIndex,
      transaction: log.transactionHash,
      time,
      sender: senders.get(log.transactionHash)!,
    });
  });
  return {
    ...args,
    logs,
    of: (contract, ...wanted) =>
      logs.filter((log) => log.contract === contract && (wanted.length === 0 || wanted.includes(log.name))),
    has: (contract) => contracts.has(contract),
    address: (contract) => contracts.get(contract)!.address.toLowerCase() as Address,
    read: async <T>(contract: string, functionName: string, ...values: unknown[]) => {
      const call = { ...contracts.get(contract)!, functionName, args: values, blockNumber: block };
      return (await publicClient.readContract(call)) as T;
    },
    now: (await publicClient.getBlock({ blockNumber: block })).timestamp,
  };
}

type RawLog = { data: Hex; topics: [Hex, ...Hex[]] | [] };

function decode(abi: Abi, log: RawLog) {
  try {
    return decodeEventLog({ abi, data: log.data, topics: log.topics as [Hex, ...Hex[]] }) as unknown as {
      eventName: string;
      args: Record<string, unknown>;
    };
  } catch {
    // an event of a library or of an older version: nothing that the index reads either
    return undefined;
  }
}

async function blocksOf(publicClient: ChainArgs["publicClient"], numbers: ReadonlySet<bigint>) {
  const found = await mapSome([...numbers], (blockNumber) =>
    publicClient.getBlock({ blockNumber, includeTransactions: true }),
  );
  return new Map(
    found.map(({ number, timestamp, transactions }) => [
      number,
      { time: timestamp, senders: new Map(transactions.map(({ hash, from }) => [hash, from])) },
    ]),
  );
}

/** Maps with a few at once, in order. */
export async function mapSome<T, U>(items: readonly T[], map: (item: T) => Promise<U>): Promise<U[]> {
  const found: U[] = new Array(items.length);
  let next = 0;
  const worker = async () => {
    for (let i = next++; i < items.length; i = next++) found[i] = await map(items[i]!);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return found;
}
