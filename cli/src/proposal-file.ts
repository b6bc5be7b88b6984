import { contractAbis, type Deployment, type KnownContract, type ProposalContent } from "@assay/sdk";
import {
  type Abi,
  type AbiFunction,
  type AbiParameter,
  type Address,
  encodeFunctionData,
  type Hex,
  isHex,
  toFunctionSignature,
} from "viem";
import { z } from "zod";
import { addressOf, readInput } from "./arguments.ts";
import { cliError } from "./errors.ts";

const value = z.string().regex(/^\d+$/, "must be wei as text").default("0").transform(BigInt);
const named = z.strictObject({ contract: z.string(), function: z.string(), args: z.array(z.unknown()), value });
const raw = z.strictObject({
  target: z.string().transform(addressOf),
  data: z.custom<Hex>((data) => isHex(data), "must be hexadecimal").default("0x"),
  value,
});
const schema = z.strictObject({
  description: z.string().min(1),
  calls: z.array(z.union([named, raw])).min(1),
});

/**
 * Reads a proposal: a description, and calls by contract, function and arguments, or as they are.
 * @throws CLI-003 when the file is not valid, names an unknown contract or function, or an argument does not fit
 */
export function readProposal(path: string, deployment: Deployment): ProposalContent {
  const { description, calls } = readInput(path, schema);
  return {
    description,
    calls: calls.map((call) => {
      if ("target" in call) return call;
      const address = deployment.contracts[call.contract]?.address;
      const abi = contractAbis[call.contract as KnownContract] as Abi | undefined;
      if (!address || !abi) {
        throw wrong(path, `the contract ${call.contract}`, Object.keys(deployment.contracts).join(", "));
      }
      return { target: address, value: call.value, data: encode(path, abi, call.function, call.args) };
    }),
  };
}

function encode(path: string, abi: Abi, name: string, args: readonly unknown[]): Hex {
  const writes = abi.filter(
    (item): item is AbiFunction =>
      item.type === "function" && item.stateMutability !== "view" && item.stateMutability !== "pure",
  );
  const matching = writes.filter((item) => item.name === name || toFunctionSignature(item) === name);
  const [item, another] = matching.filter(({ inputs }) => inputs.length === args.length);
  if (!item) {
    const wanted = matching.length > 0 ? matching : writes;
    throw wrong(path, `${name} with ${args.length} arguments`, wanted.map(toFunctionSignature).join(", "));
  }
  if (another) throw wrong(path, `${name}, of which there are several`, "one of them, with its types");
  try {
    const values = item.inputs.map((input, index) => coerce(input, args[index]));
    return encodeFunctionData({ abi: [item], functionName: item.name, args: values });
  } catch (cause) {
    const message = cause instanceof Error ? (cause.message.split("\n")[0] ?? "") : String(cause);
    throw wrong(path, `arguments of ${name}: ${message}`, toFunctionSignature(item), cause);
  }
}

/** JSON has no big numbers: whole numbers come as numbers or text. */
function coerce(input: AbiParameter, given: unknown): unknown {
  const list = /^(.*)\[\d*\]$/.exec(input.type);
  if (list && Array.isArray(given)) return given.map((part) => coerce({ ...input, type: list[1] ?? "" }, part));
  if (input.type === "tuple" && typeof given === "object" && given !== null && "components" in input) {
    const parts = given as Record<string, unknown>;
    return Object.fromEntries(input.components.map((part) => [part.name, coerce(part, parts[part.name ?? ""])]));
  }
  if (/^u?int/.test(input.type) && (typeof given === "string" || typeof given === "number")) return BigInt(given);
  if (input.type === "address" && typeof given === "string") return addressOf(given) satisfies Address;
  return given;
}

function wrong(path: string, found: string, wanted: string, cause?: unknown) {
  return cliError("CLI-003", {
    found: `${path}: ${found}`,
    wanted,
    hint: "correct the proposal; docs/voter.md has an example",
    cause,
  });
}
