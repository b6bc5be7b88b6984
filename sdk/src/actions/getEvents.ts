import { type Abi, type ContractEventArgs, encodeEventTopics, type Hex } from "viem";
import type { AssayContext } from "../context.ts";
import { requireContract } from "../deployment.ts";
import {
  type AssayEvent,
  type EventAbis,
  type EventContract,
  type EventName,
  eventAbis,
  eventsNamed,
  parseAssayLogs,
} from "../events/parse.ts";
import { fetchLogs, headNumber } from "../internal/logs.ts";

export interface GetEventsArgs<C extends EventContract, N extends EventName<C>> {
  contract: C;
  eventName: N;
  /** Values of indexed arguments to filter by. */
  args?: ContractEventArgs<EventAbis[C], N> | undefined;
  /** The contract's first block when left out. */
  fromBlock?: bigint | undefined;
  /** The latest block when left out. */
  toBlock?: bigint | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * All events of one kind, typed by contract and name, in chain order.
 * @throws AssayError SDK-042 when the endpoint gives no logs
 */
export async function getEvents<C extends EventContract, const N extends EventName<C>>(
  context: AssayContext,
  { contract, eventName, args, fromBlock, toBlock, signal }: GetEventsArgs<C, N>,
): Promise<AssayEvent<C, N>[]> {
  const { deployment } = context;
  const { address, startBlock } = requireContract(deployment, contract);
  const topics = encodeEventTopics({ abi: eventAbis[contract] as Abi, eventName, args } as never) as (
    | Hex
    | Hex[]
    | null
  )[];
  const logs = await fetchLogs(context, {
    address,
    topics,
    fromBlock: fromBlock ?? BigInt(startBlock ?? deployment.startBlock),
    toBlock: toBlock ?? (await headNumber(context)),
    signal,
  });
  return eventsNamed(parseAssayLogs(deployment, logs), contract, eventName);
}
