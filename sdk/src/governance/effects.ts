import {
  type Abi,
  type AbiEvent,
  type Address,
  decodeEventLog,
  getAddress,
  type Hex,
  type TransactionReceipt,
  zeroAddress,
} from "viem";
import { erc20Abi } from "../abis.ts";
import type { Deployment } from "../deployment.ts";
import { contractNameOf, type DecodedCall, decodeData, valueText } from "./calls.ts";
import { contractAbis, type KnownContract } from "./contractAbis.ts";
import { type RoleChange, roleName } from "./simulation.ts";
import type { Subject } from "./views.ts";

/** Whose balance of what; token zero is the chain's own coin. */
export interface Holder {
  token: Address;
  account: Address;
}

type Log = TransactionReceipt["logs"][number];

/** keccak256("Transfer(address,address,uint256)") */
const TRANSFER = "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef";

/** Whose balances may have moved: both ends of every transfer of tokens, and of the chain's coin the given accounts. */
export function holdersIn(logs: readonly Log[], accounts: readonly Address[]): Holder[] {
  const holders = new Map<string, Holder>();
  const add = (token: Address, account: Address) => {
    if (account !== zeroAddress) holders.set(`${token} ${account}`, { token, account });
  };
  for (const { address, topics } of logs) {
    if (topics[0] !== TRANSFER || topics.length < 3) continue;
    for (const topic of topics.slice(1, 3)) add(getAddress(address), getAddress(`0x${topic.slice(26)}`));
  }
  for (const account of accounts) add(zeroAddress, getAddress(account));
  return [...holders.values()];
}

/** Roles of the authority and of the timelock that were granted or revoked. */
export function rolesIn(deployment: Deployment, logs: readonly Log[]): RoleChange[] {
  return logs.flatMap((log) => {
    const contract = contractNameOf(deployment, log.address);
    if (contract !== "ProtocolAuthority" && contract !== "ProtocolTimelock") return [];
    const event = decodeLog(deployment, log);
    if (event?.name !== "RoleGranted" && event?.name !== "RoleRevoked") return [];
    const role = roleName((event.args.roleId ?? event.args.role) as bigint | Hex);
    return [{ contract, role, account: event.args.account as Address, granted: event.name === "RoleGranted" }];
  });
}

/** An event on one line. */
export function eventText(deployment: Deployment, log: Log): string {
  const place = contractNameOf(deployment, log.address) ?? log.address;
  const event = decodeLog(deployment, log);
  return event ? `${place}: ${event.name} ${valueText(event.args)}` : `${place}: unknown event ${log.topics[0] ?? ""}`;
}

/** What the calls are about: their arguments. */
export function subjectsOfCalls(calls: readonly DecodedCall[]): Subject[] {
  return calls.flatMap(({ contract, data, inner }) => {
    const within = subjectsOfCalls(inner);
    if (!isKnown(contract)) return within;
    const found = decodeData(contractAbis[contract], data);
    return found ? [{ contract, inputs: found.inputs, values: found.values }, ...within] : within;
  });
}

/** What the events are about: their indexed arguments. */
export function subjectsOfLogs(deployment: Deployment, logs: readonly Log[]): Subject[] {
  return logs.flatMap((log) => {
    const contract = contractNameOf(deployment, log.address);
    const event = isKnown(contract) ? decodeLog(deployment, log) : undefined;
    if (!isKnown(contract) || !event) return [];
    const item = (contractAbis[contract] as Abi).find(
      (entry): entry is AbiEvent => entry.type === "event" && entry.name === event.name,
    );
    const inputs = item?.inputs.filter(({ indexed }) => indexed) ?? [];
    return [{ contract, inputs, values: inputs.map(({ name }) => event.args[name ?? ""]) }];
  });
}

function isKnown(contract: string | undefined): contract is KnownContract {
  return contract !== undefined && contract in contractAbis;
}

function decodeLog(deployment: Deployment, log: Log): { name: string; args: Record<string, unknown> } | undefined {
  const contract = contractNameOf(deployment, log.address);
  const abi: Abi = isKnown(contract) ? contractAbis[contract] : erc20Abi;
  try {
    const { eventName, args } = decodeEventLog({ abi, topics: log.topics, data: log.data });
    return { name: eventName ?? "", args: (args ?? {}) as unknown as Record<string, unknown> };
  } catch {
    return undefined;
  }
}
