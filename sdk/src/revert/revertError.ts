import { decodeErrorResult, type Hex, hexToString, trim } from "viem";
import { jobStatuses } from "../codec/types.ts";
import { AssayError } from "../errors.ts";
import { errorsAbi } from "../generated/errorsAbi.ts";
import type { Sentence } from "./sentence.ts";
import { sentences } from "./sentences.ts";

const VERDICTS = ["pending", "accepted", "rejected"] as const;

const PANICS: Readonly<Record<number, string>> = {
  1: "an assertion failed",
  17: "an arithmetic operation left its range",
  18: "a division by zero",
  33: "a value is no member of its enum",
  34: "a storage byte array is damaged",
  49: "an empty array was popped",
  50: "an array index is out of range",
  65: "too much memory was asked for",
  81: "an uninitialised function was called",
};

/**
 * Turns the bytes a call reverted with into an error with a sentence and advice.
 * @param data the revert data; `0x` when the contract gave none
 */
export function revertError(data: Hex, cause?: unknown): AssayError {
  const decoded = decode(data);
  if (!decoded) {
    const none = data === "0x";
    return new AssayError("SDK-031", {
      message: none ? "the call reverted without a reason" : "the call reverted with data that no known error explains",
      found: none ? undefined : data.length > 138 ? `${data.slice(0, 138)}...` : data,
      hint: "Check that the deployment file and the SDK belong to the contracts of this chain",
      cause,
    });
  }
  const { errorName, args } = decoded;
  if (errorName === "Panic") return panicError(Number(args.code), cause);
  if (errorName === "Error") {
    return new AssayError("SDK-033", {
      message: `a contract refused: "${String(args.message)}"`,
      hint: "The text is the called contract's own: look it up in its documentation",
      cause,
    });
  }
  const sentence = sentences[errorName] ?? { says: `the contract refused with ${errorName}`, advice: "Look it up" };
  return new AssayError("SDK-030", {
    message: fill(sentence.says, args),
    ...factsOf(sentence, args),
    hint: sentence.advice,
    kind: sentence.kind ?? "userFault",
    revert: { name: errorName, args },
    cause,
  });
}

function panicError(code: number, cause: unknown): AssayError {
  return new AssayError("SDK-032", {
    message: `the contract panicked: ${PANICS[code] ?? "unknown reason"} (code ${code})`,
    hint: "This is a fault of the contract, not of the call: report it",
    cause,
  });
}

interface Decoded {
  errorName: string;
  args: Record<string, unknown>;
}

function decode(data: Hex): Decoded | undefined {
  if (data.length < 10) return undefined;
  try {
    const { abiItem, args, errorName } = decodeErrorResult({ abi: errorsAbi, data });
    const values = (args ?? []) as readonly unknown[];
    if ((errorName as string) === "Panic") return { errorName, args: { code: values[0] } };
    if ((errorName as string) === "Error") return { errorName, args: { message: values[0] } };
    const inputs = "inputs" in abiItem ? abiItem.inputs : [];
    return {
      errorName,
      args: Object.fromEntries(inputs.map((input, index) => [input.name ?? `${index}`, values[index]])),
    };
  } catch {
    return undefined;
  }
}

/** `found` and `wanted` arguments that the sentence itself does not mention. */
function factsOf(sentence: Sentence, args: Record<string, unknown>): { found?: string; wanted?: string } {
  const fact = (name: "found" | "wanted") =>
    args[name] === undefined || sentence.says.includes(`{${name}`) ? {} : { [name]: String(args[name]) };
  return { ...fact("found"), ...fact("wanted") };
}

function fill(template: string, args: Record<string, unknown>): string {
  return template.replace(/\{(\w+)(?::(\w+))?\}/g, (_, name: string, format?: string) => show(args[name], format));
}

function show(value: unknown, format: string | undefined): string {
  if (format === "status") return jobStatuses[Number(value)] ?? `status ${value}`;
  if (format === "verdict") return VERDICTS[Number(value)] ?? `verdict ${value}`;
  if (format === "text") return hexToString(trim(value as Hex, { dir: "right" }));
  if (format === "time") return showTime(value);
  return String(value);
}

/** An ISO time, or the bare number where it is none (a huge deadline, zero). */
function showTime(value: unknown): string {
  const seconds = Number(value);
  return seconds > 0 && seconds < 8.64e12 ? new Date(seconds * 1000).toISOString() : String(value);
}
