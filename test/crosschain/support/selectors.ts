import { type Abi, type Hex, toFunctionSelector } from "viem";
import { formatAbiItem } from "viem/utils";

/** The first four bytes of a custom error's revert data. */
export function errorSelector(abi: Abi, name: string): Hex {
  const found = abi.find((item) => item.type === "error" && item.name === name);
  if (found?.type !== "error") throw new Error(`no error ${name}`);
  return toFunctionSelector(formatAbiItem(found).replace(/^error /, ""));
}
