import {
  type Abi,
  type AbiFunction,
  type AbiParameter,
  type Address,
  type ContractFunctionArgs,
  type ContractFunctionName,
  decodeFunctionData,
  encodeFunctionData,
  type Hex,
  isAddressEqual,
  isHex,
  size,
  slice,
  toFunctionSelector,
} from "viem";
import { erc20Abi } from "../abis.ts";
import type { ContractName, Deployment, OptionalContract } from "../deployment.ts";
import { requireContract } from "../deployment.ts";
import { type ContractAbis, contractAbis, type KnownContract } from "./contractAbis.ts";

/** One call that the timelock makes when a proposal is executed. */
export interface ProposalCall {
  target: Address;
  /** wei */
  value: bigint;
  data: Hex;
}

/** A call as far as this package can read it. */
export interface DecodedCall extends ProposalCall {
  /** Name in the deployment; undefined for a contract that is not the protocol's. */
  contract?: string;
  functionName?: string;
  /** Arguments by their names (by position where they have none). */
  args: Readonly<Record<string, unknown>>;
  /** Calls that this one hands on: the authority's `execute` and `multicall`, the data of an upgrade. */
  inner: DecodedCall[];
  /** One line, `StakingManager.setThawPeriod(period: 4000)`. */
  text: string;
}

type Writes<C extends KnownContract> = ContractFunctionName<ContractAbis[C], "nonpayable" | "payable">;

/**
 * A call of one of the protocol's contracts, for a proposal.
 * @throws AssayError SDK-007 where the deployment lacks the contract
 */
export function protocolCall<C extends KnownContract, N extends Writes<C>>(
  deployment: Deployment,
  call: {
    contract: C;
    functionName: N;
    args: ContractFunctionArgs<ContractAbis[C], "nonpayable" | "payable", N>;
    /** wei; none when left out */
    value?: bigint;
  },
): ProposalCall {
  const { address } = requireContract(deployment, call.contract as ContractName | OptionalContract);
  const { value = 0n } = call;
  // types are checked above; inside viem the generic ABI only slows the compiler down
  const functionName: string = call.functionName;
  const data = encodeFunctionData({
    abi: contractAbis[call.contract] as Abi,
    functionName,
    args: call.args as readonly unknown[],
  });
  return { target: address, value, data };
}

/** The name of a protocol contract by its address. */
export function contractNameOf(deployment: Deployment, address: Address): string | undefined {
  return Object.entries(deployment.contracts).find(([, known]) => isAddressEqual(known.address, address))?.[0];
}

/** Reads a call by the ABIs of the protocol; calls of unknown contracts are tried as ERC-20's. Never throws. */
export function decodeCall(deployment: Deployment, call: ProposalCall): DecodedCall {
  const contract = contractNameOf(deployment, call.target);
  const known = contract !== undefined && contract in contractAbis;
  const abi: Abi = known ? contractAbis[contract as KnownContract] : erc20Abi;
  const found = decodeData(abi, call.data);
  const base = { ...call, ...(contract === undefined ? {} : { contract }) };
  const place = contract ?? call.target;
  const payment = call.value > 0n ? ` with ${call.value} wei` : "";
  if (!found) return { ...base, args: {}, inner: [], text: `${place}: ${plainText(call)}${payment}` };
  const inner = innerCalls(call.target, found).map((next) => decodeCall(deployment, next));
  const text = `${place}.${found.functionName}(${argumentsText(found.args)})${payment}`;
  return { ...base, functionName: found.functionName, args: found.args, inner, text };
}

function plainText({ data }: ProposalCall): string {
  return size(data) === 0 ? "a payment" : `unknown call ${data.slice(0, 10)} with ${size(data)} bytes`;
}

/** What the data of a call says, by an ABI. */
export interface DecodedData {
  functionName: string;
  inputs: readonly AbiParameter[];
  values: readonly unknown[];
  args: Record<string, unknown>;
}

/** Reads the data of a call; undefined where the ABI has no such function. */
export function decodeData(abi: Abi, data: Hex): DecodedData | undefined {
  if (size(data) < 4) return undefined;
  const selector = slice(data, 0, 4);
  const item = abi.find(
    (entry): entry is AbiFunction => entry.type === "function" && toFunctionSelector(entry) === selector,
  );
  if (!item) return undefined;
  try {
    const { args: values = [] } = decodeFunctionData({ abi: [item], data });
    return { functionName: item.name, inputs: item.inputs, values, args: named(item.inputs, values) };
  } catch {
    return undefined;
  }
}

/** Values by the names of their parameters. */
export function named(inputs: readonly AbiParameter[], values: readonly unknown[]): Record<string, unknown> {
  return Object.fromEntries(values.map((value, index) => [inputs[index]?.name || String(index), value]));
}

function innerCalls(target: Address, { functionName, args }: DecodedData): ProposalCall[] {
  const to = (next: Address, data: unknown): ProposalCall[] =>
    isHex(data) && size(data) >= 4 ? [{ target: next, value: 0n, data }] : [];
  if (functionName === "execute" && typeof args.target === "string") return to(args.target as Address, args.data);
  if (functionName === "upgradeToAndCall") return to(target, args.data);
  if (functionName === "relay" && typeof args.target === "string") return to(args.target as Address, args.data);
  if (functionName === "multicall" && Array.isArray(args.data)) return args.data.flatMap((data) => to(target, data));
  return [];
}

function argumentsText(args: Record<string, unknown>): string {
  return Object.entries(args)
    .map(([name, value]) => `${name}: ${valueText(value)}`)
    .join(", ");
}

/** A decoded value on one line; structs as `{a: 1}`, lists as `[1, 2]`. */
export function valueText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(valueText).join(", ")}]`;
  if (typeof value !== "object" || value === null) return String(value);
  return `{${Object.entries(value)
    .map(([name, part]) => `${name}: ${valueText(part)}`)
    .join(", ")}}`;
}
