import {
  type Abi,
  type Address,
  type ContractEventName,
  decodeEventLog,
  type GetEventArgs,
  type Hash,
  type Hex,
  isAddressEqual,
} from "viem";
import {
  assayGovernorAbi,
  assayTokenAbi,
  dataDemandsAbi,
  delegationPoolsAbi,
  jobMarketplaceAbi,
  parameterCouncilAbi,
  protocolAuthorityAbi,
  protocolTimelockAbi,
  providerRegistryAbi,
  quadraticGrantsAbi,
  refereedDisputeAbi,
  reputationRegistryAbi,
  slashingManagerAbi,
  stakingManagerAbi,
  treasuryAbi,
  upkeepCoordinatorAbi,
  verificationHubAbi,
} from "../abis.ts";
import type { DeployedContract, Deployment } from "../deployment.ts";

/** ABIs of the contracts whose events are decoded. */
export const eventAbis = {
  JobMarketplace: jobMarketplaceAbi,
  StakingManager: stakingManagerAbi,
  DelegationPools: delegationPoolsAbi,
  SlashingManager: slashingManagerAbi,
  ReputationRegistry: reputationRegistryAbi,
  ProviderRegistry: providerRegistryAbi,
  VerificationHub: verificationHubAbi,
  AssayToken: assayTokenAbi,
  ProtocolAuthority: protocolAuthorityAbi,
  RefereedDispute: refereedDisputeAbi,
  DataDemands: dataDemandsAbi,
  AssayGovernor: assayGovernorAbi,
  ProtocolTimelock: protocolTimelockAbi,
  Treasury: treasuryAbi,
  ParameterCouncil: parameterCouncilAbi,
  QuadraticGrants: quadraticGrantsAbi,
  UpkeepCoordinator: upkeepCoordinatorAbi,
} as const;

export type EventAbis = typeof eventAbis;
export type EventContract = keyof EventAbis;
export type EventName<C extends EventContract> = ContractEventName<EventAbis[C]>;

/** Where an event stands in the chain. */
export interface EventPosition {
  address: Address;
  blockNumber: bigint;
  blockHash: Hash;
  transactionHash: Hash;
  logIndex: number;
  /** Unix time, seconds; only where the endpoint tells it with its logs. */
  blockTimestamp?: bigint;
}

/** One decoded event; narrow it by `contract` and `eventName`. */
export type AssayEvent<C extends EventContract = EventContract, N extends string = string> = {
  [K in C]: {
    [E in Extract<EventName<K>, N>]: EventPosition & {
      contract: K;
      eventName: E;
      args: GetEventArgs<EventAbis[K], E, { EnableUnion: false; IndexedOnly: false; Required: true }>;
    };
  }[Extract<EventName<K>, N>];
}[C];

/** What is needed of a log; viem's logs and receipts' logs fit. */
export interface MinedLog {
  address: Address;
  topics: readonly Hex[];
  data: Hex;
  blockNumber: bigint | null;
  blockHash: Hash | null;
  transactionHash: Hash | null;
  logIndex: number | null;
  blockTimestamp?: bigint | null | undefined;
}

/**
 * Decodes the protocol's events among any logs, in their order. Logs of other contracts, of unknown events and of
 * pending blocks are left out.
 */
export function parseAssayLogs(deployment: Deployment, logs: readonly MinedLog[]): AssayEvent[] {
  const contracts = Object.keys(eventAbis) as EventContract[];
  return logs.flatMap((log) => {
    const contract = contracts.find((name) => {
      const known: DeployedContract | undefined = deployment.contracts[name];
      return known !== undefined && isAddressEqual(known.address, log.address);
    });
    const event = contract && decodeLog(contract, log);
    return event ? [event] : [];
  });
}

function decodeLog(contract: EventContract, log: MinedLog): AssayEvent | undefined {
  const { address, blockNumber, blockHash, transactionHash, logIndex, blockTimestamp } = log;
  if (blockNumber === null || blockHash === null || transactionHash === null || logIndex === null) return undefined;
  try {
    const { eventName, args } = decodeEventLog({
      abi: eventAbis[contract] as Abi,
      topics: log.topics as [Hex, ...Hex[]],
      data: log.data,
    });
    const time = typeof blockTimestamp === "bigint" ? { blockTimestamp } : {};
    const position = { address, blockNumber, blockHash, transactionHash, logIndex, ...time };
    return { ...position, contract, eventName, args } as unknown as AssayEvent;
  } catch {
    return undefined;
  }
}

/** The events of one kind among decoded ones. */
export function eventsNamed<C extends EventContract, const N extends EventName<C>>(
  events: readonly AssayEvent[],
  contract: C,
  ...names: N[]
): AssayEvent<C, N>[] {
  return events.filter(
    (event) => event.contract === contract && (names as string[]).includes(event.eventName),
  ) as AssayEvent<C, N>[];
}
