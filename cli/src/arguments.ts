import { readFileSync } from "node:fs";
import { asJobId, type JobId } from "@assay/sdk";
import { type Address, formatUnits, getAddress, isAddress, isHex, parseUnits, size } from "viem";
import type { z } from "zod";
import { cliError } from "./errors.ts";

const ASY_DECIMALS = 18;

/** An amount of ASY in its smallest unit. @throws CLI-004 */
export function amountOf(text: string): bigint {
  return unitsOf(text, ASY_DECIMALS);
}

/** An amount of a token with these decimals, in its smallest unit. @throws CLI-004 */
export function unitsOf(text: string, decimals: number): bigint {
  if (/^\d+(\.\d+)?$/.test(text) && (text.split(".")[1] ?? "").length <= decimals) return parseUnits(text, decimals);
  throw invalid(text, `an amount with at most ${decimals} decimals`);
}

/** A whole number. @throws CLI-004 */
export function countOf(text: string, most: number): number {
  if (/^\d{1,15}$/.test(text) && Number(text) <= most) return Number(text);
  throw invalid(text, `a whole number from 0 to ${most}`);
}

/** An amount of ASY for people. */
export function asy(amount: bigint): string {
  return `${formatUnits(amount, ASY_DECIMALS)} ASY`;
}

/** @throws CLI-004 */
export function addressOf(text: string): Address {
  if (isAddress(text, { strict: false })) return getAddress(text);
  throw invalid(text, "an address, 0x and 40 hex digits");
}

/** A proposal's id, decimal or hexadecimal. @throws CLI-004 */
export function proposalIdOf(text: string): bigint {
  if (/^(\d+|0x[0-9a-fA-F]+)$/.test(text)) return BigInt(text);
  throw invalid(text, "a proposal's id, a whole number");
}

/** @throws CLI-004 */
export function jobIdOf(text: string): JobId {
  if (isHex(text) && size(text) === 32) return asJobId(text);
  throw invalid(text, "a job's id, 0x and 64 hex digits");
}

/** One of several words. @throws CLI-004 */
export function oneOf<T extends string>(text: string, words: readonly T[]): T {
  const found = words.find((word) => word === text);
  if (found) return found;
  throw invalid(text, words.join(", "));
}

/** Reads and checks a JSON file. @throws CLI-003 naming the first field that is wrong */
export function readInput<S extends z.ZodType>(path: string, schema: S): z.output<S> {
  const wrong = (found: string, wanted: string, cause?: unknown) =>
    cliError("CLI-003", { found: `${path}: ${found}`, wanted, hint: "see docs/voter.md for an example", cause });
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, "utf8"));
  } catch (cause) {
    throw wrong(cause instanceof Error ? cause.message : String(cause), "a JSON file", cause);
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw wrong(`${issue?.path.join(".") || "the file"}: ${issue?.message ?? "not valid"}`, "the fields of the example");
}

function invalid(found: string, wanted: string) {
  return cliError("CLI-004", { found, wanted, hint: "correct the argument; --help shows what the command takes" });
}
