// Why a transaction was for nothing: what it called, what refused it, and which transaction before it made it useless.
import type { Abi, Address, Hash, Hex, PublicClient, Transaction } from "viem";
import { decodeFunctionData, decodeFunctionResult, getAbiItem, size, slice, toFunctionSelector } from "viem";
import {
  axelarExecutableAbi,
  axelarGasServiceAbi,
  axelarGatewayAbi,
  axelarGatewayAdapterAbi,
  contractAbis,
  decodeError,
  homeBridgeAbi,
  jobHubAbi,
  remoteJobPortalAbi,
  satelliteBridgeAbi,
} from "../../sdk/src/index.ts";

/** What stands in the files of both kinds of deployment. */
export interface Named {
  contracts: Readonly<Record<string, { address: Address }>>;
  axelar?: Readonly<object>;
}

export interface Wasted {
  hash: Hash;
  /** contract.function, and the sender. */
  call: string;
  /** What refused it on the state before its block; "nothing" if that would have taken it. */
  refused: string;
  /** How many blocks before its own it was valid for the last time. */
  validBefore: number | undefined;
  /** What the block after that holds: this made it useless. */
  overtakenBy: string[];
}

/** Blocks back to which it is looked for: some turns. */
const BACK = 400;
const ABIS: readonly Abi[] = [
  ...Object.values(contractAbis),
  ...[homeBridgeAbi, satelliteBridgeAbi, jobHubAbi, remoteJobPortalAbi, axelarGatewayAdapterAbi],
  ...[axelarGatewayAbi, axelarGasServiceAbi, axelarExecutableAbi],
];

/** Reads it from the chain's own states. The chain must keep them. */
export async function explainWasted(client: PublicClient, deployment: Named, hash: Hash): Promise<Wasted> {
  const transaction = await client.getTransaction({ hash });
  const mined = transaction.blockNumber!;
  let refused = await refusalAt(client, transaction, mined - 1n);
  let at = mined - 1n;
  for (; refused !== undefined && at > 0n && mined - at <= BACK; at--) {
    if ((await refusalAt(client, transaction, at - 1n)) === undefined) break;
  }
  const found = at > 0n && mined - at <= BACK && refused !== undefined;
  const before = found ? await client.getBlock({ blockNumber: at, includeTransactions: true }) : undefined;
  refused ??= "nothing";
  return {
    hash,
    call: describeCall(transaction, deployment),
    refused,
    validBefore: found ? Number(mined - at + 1n) : undefined,
    overtakenBy: (before?.transactions ?? []).map((each) => describeCall(each, deployment)),
  };
}

/** What a chain would say to a transaction on the state after a block; undefined if it would take it. */
export async function refusalAt(
  client: PublicClient,
  { from: account, to, input: data, value, gas }: Pick<Transaction, "from" | "to" | "input" | "value" | "gas">,
  blockNumber: bigint,
): Promise<string | undefined> {
  try {
    const { data: answer = "0x" } = await client.call({ account, to, data, value, gas, blockNumber });
    return settlesLess(data, answer);
  } catch (error) {
    const { message, revert } = decodeError(error);
    return revert ? `${revert.name}(${Object.values(revert.args).join(", ")})` : message;
  }
}

/** A batch skips what is settled, and does not revert. */
function settlesLess(data: Hex, answer: Hex): string | undefined {
  const abi = contractAbis.JobMarketplace;
  if (size(data) < 4 || slice(data, 0, 4) !== toFunctionSelector(getAbiItem({ abi, name: "finalizeBatch" })))
    return undefined;
  const { args } = decodeFunctionData({ abi, data });
  const wanted = (args![0] as readonly unknown[]).length;
  const settled = Number(decodeFunctionResult({ abi, functionName: "finalizeBatch", data: answer }));
  return settled < wanted ? `settles ${settled} of ${wanted}` : undefined;
}

/** contract.function by sender, in the names of the deployment. */
export function describeCall(
  { from, to, input }: Pick<Transaction, "from" | "to" | "input">,
  { contracts, axelar = {} }: Named,
): string {
  const names = [
    ...Object.entries(contracts).map(([name, { address }]) => [name, address]),
    ...Object.entries(axelar).map(([name, address]) => [`axelar ${name}`, String(address)]),
  ] as [string, string][];
  const name = names.find(([, address]) => address.toLowerCase() === to?.toLowerCase())?.[0] ?? to;
  return `${name}.${functionNameOf(input)} by ${from}`;
}

/** The name of the function that is called; its selector where it is in none of our ABIs. */
export function functionNameOf(input: Hex): string {
  if (input === "0x") return "(payment)";
  for (const abi of ABIS) {
    try {
      return decodeFunctionData({ abi, data: input }).functionName;
    } catch {
      // of another contract
    }
  }
  return input.slice(0, 10);
}
