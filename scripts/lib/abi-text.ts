import { type AbiItem, canonicalType, type Parameter } from "../generate-abis.ts";

/** An ABI in lines of one item each, `function stakeOf(address) view returns (uint256,uint256,uint256)`, sorted. */
export function abiLines(abi: readonly AbiItem[]): string[] {
  return abi.map(lineOf).sort();
}

function lineOf({ type, name = "", inputs = [], outputs = [], stateMutability }: AbiItem): string {
  const list = (parameters: readonly Parameter[]) => `(${parameters.map(typeOf).join(",")})`;
  if (type !== "function") return `${type} ${name}${list(inputs)}`;
  const returns = outputs.length > 0 ? ` returns ${list(outputs)}` : "";
  return `function ${name}${list(inputs)} ${stateMutability}${returns}`;
}

function typeOf(parameter: Parameter): string {
  return `${canonicalType(parameter)}${parameter.indexed ? " indexed" : ""}`;
}

/**
 * Items that callers of the old ABI miss in the new one: functions and events that are gone or take, tell or return something
 * else. Errors are no promise.
 */
export function lostItems(old: readonly string[], current: readonly string[]): string[] {
  const now = new Set(current);
  return old.filter((line) => !line.startsWith("error ") && !now.has(line));
}
