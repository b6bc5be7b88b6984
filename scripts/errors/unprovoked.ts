import { existsSync, globSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Abi, toFunctionSelector } from "viem";
import { formatAbiItem } from "viem/utils";
import { REPOSITORY } from "../deploy/artifacts.ts";

/** Custom errors of the contracts, by selector; mocks' and dependencies' are left out. */
export function declaredErrors(): Map<string, string> {
  const sources = globSync("contracts/**/*.sol", { cwd: REPOSITORY, exclude: ["contracts/mocks/**"] });
  const names = new Set(
    sources.flatMap((path) =>
      [...readFileSync(join(REPOSITORY, path), "utf8").matchAll(/^\s*error (\w+)\(/gm)].map(([, name]) => name!),
    ),
  );
  const found = new Map<string, string>();
  const builds = globSync("artifacts/contracts/**/*.json", {
    cwd: REPOSITORY,
    exclude: ["artifacts/contracts/mocks/**"],
  });
  for (const path of builds) {
    const { abi } = JSON.parse(readFileSync(join(REPOSITORY, path), "utf8")) as { abi: Abi };
    for (const item of abi) {
      if (item.type === "error" && names.has(item.name)) found.set(selectorOf(item), item.name);
    }
  }
  return found;
}

/** Errors that no call of a test ends in, and where a test sees them all the same. */
const SEEN_ELSEWHERE: Readonly<Record<string, string>> = {
  Bridge_NotReceived: "caught by the bridge, which reports it in TransferRefused: test/crosschain/bridge.test.ts",
};

/**
 * Names of the errors that no call was refused with.
 * @param folder where record.ts wrote what it saw
 */
export function unprovoked(folder: string): string[] {
  const seen = new Set(
    (existsSync(folder) ? readdirSync(folder) : []).flatMap(
      (name) => JSON.parse(readFileSync(join(folder, name), "utf8")) as string[],
    ),
  );
  return [...declaredErrors()]
    .filter(([selector, name]) => !seen.has(selector) && !(name in SEEN_ELSEWHERE))
    .map(([, name]) => name)
    .sort();
}

function selectorOf(item: Extract<Abi[number], { type: "error" }>): string {
  return toFunctionSelector(formatAbiItem(item).replace(/^error /, "function "));
}
