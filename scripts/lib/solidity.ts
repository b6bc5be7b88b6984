import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { Abi, Hex } from "viem";
import { REPOSITORY } from "../deploy/artifacts.ts";

const require = createRequire(import.meta.url);

export interface Build {
  abi: Abi;
  bytecode: Hex;
}

interface SolcOutput {
  errors?: { severity: string; formattedMessage: string }[];
  contracts: Record<string, Record<string, { abi: Abi; evm: { bytecode: { object: string } } }>>;
}

/** The text of a source as solc names it: below the repository, or an installed package's. */
export function readSource(path: string): string {
  const local = join(REPOSITORY, path);
  return readFileSync(existsSync(local) ? local : join(REPOSITORY, "node_modules", path), "utf8");
}

/** The contract that a source is named after, e.g. `Treasury` of `contracts/governance/Treasury.sol`. */
export function contractOf(path: string): string {
  return path
    .split("/")
    .at(-1)!
    .replace(/\.sol$/, "");
}

/**
 * Compiles sources and what they import with the settings of the tests' build, in this process.
 * @param paths as solc names them, e.g. `contracts/token/AssayToken.sol`
 * @param read gives the text of every source; a tool that changes sources does it here
 * @returns builds by path, of the contract that each source is named after
 * @throws Error with the compiler's own messages
 */
export function compileSources(
  paths: readonly string[],
  read: (path: string) => string = readSource,
  viaIR = false,
): Map<string, Build> {
  const contracts = run(paths, read, viaIR, (path) => contractOf(path));
  return new Map(paths.map((path) => [path, buildOf(contracts[path]![contractOf(path)]!)]));
}

/** The same, of every contract in these sources, by `path:Name`. */
export function compileEvery(paths: readonly string[], read: (path: string) => string): Map<string, Build> {
  const contracts = run(paths, read, false, () => "*");
  const named = paths.flatMap((path) =>
    Object.entries(contracts[path] ?? {}).map(([name, found]): [string, Build] => [`${path}:${name}`, buildOf(found)]),
  );
  return new Map(named);
}

function run(
  paths: readonly string[],
  read: (path: string) => string,
  viaIR: boolean,
  wanted: (path: string) => string,
): SolcOutput["contracts"] {
  const solc = require("solc") as { compile(input: string, callbacks: unknown): string };
  const input = {
    language: "Solidity",
    sources: Object.fromEntries(paths.map((path) => [path, { content: read(path) }])),
    settings: {
      evmVersion: "cancun",
      viaIR,
      optimizer: { enabled: true, runs: 200 },
      outputSelection: Object.fromEntries(
        paths.map((path) => [path, { [wanted(path)]: ["abi", "evm.bytecode.object"] }]),
      ),
    },
  };
  const output = JSON.parse(
    solc.compile(JSON.stringify(input), { import: (path: string) => ({ contents: read(path) }) }),
  ) as SolcOutput;
  const errors = (output.errors ?? []).filter(({ severity }) => severity === "error");
  if (errors.length > 0) throw new Error(errors.map(({ formattedMessage }) => formattedMessage).join("\n"));
  return output.contracts;
}

function buildOf({ abi, evm }: SolcOutput["contracts"][string][string]): Build {
  return { abi, bytecode: `0x${evm.bytecode.object}` };
}
