import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { Abi, Hex } from "viem";

const require = createRequire(import.meta.url);
const ROOT = join(import.meta.dirname, "../../..");

/** A change to one source before it is compiled: `from` must occur in it exactly once. */
export interface Patch {
  /** Path below contracts/. */
  file: string;
  from: string;
  to: string;
}

export interface Build {
  abi: Abi;
  bytecode: Hex;
}

interface SolcOutput {
  errors?: { severity: string; formattedMessage: string }[];
  contracts: Record<string, Record<string, { abi: Abi; evm: { bytecode: { object: string } } }>>;
}

/**
 * Compiles one source of contracts/ and what it imports, with the settings of the tests' build, after applying `patches`.
 * Throws if a patch does not fit exactly once or the compiler reports an error.
 */
export function compile(file: string, patches: readonly Patch[] = [], viaIR = false): Build {
  const solc = require("solc") as { compile(input: string, callbacks: unknown): string };
  const read = (path: string): string => patched(path, patches);
  const input = {
    language: "Solidity",
    sources: { [`contracts/${file}`]: { content: read(`contracts/${file}`) } },
    settings: {
      evmVersion: "cancun",
      viaIR,
      optimizer: { enabled: true, runs: 200 },
      outputSelection: { "*": { "*": ["abi", "evm.bytecode.object"] } },
    },
  };
  const output = JSON.parse(
    solc.compile(JSON.stringify(input), { import: (path: string) => ({ contents: read(path) }) }),
  ) as SolcOutput;
  const errors = (output.errors ?? []).filter(({ severity }) => severity === "error");
  if (errors.length > 0) throw new Error(errors.map(({ formattedMessage }) => formattedMessage).join("\n"));
  const name = file
    .split("/")
    .at(-1)!
    .replace(/\.sol$/, "");
  const { abi, evm } = output.contracts[`contracts/${file}`]![name]!;
  return { abi, bytecode: `0x${evm.bytecode.object}` };
}

function patched(path: string, patches: readonly Patch[]): string {
  const local = join(ROOT, path);
  let text = readFileSync(existsSync(local) ? local : join(ROOT, "node_modules", path), "utf8");
  for (const { file, from, to } of patches) {
    if (path !== `contracts/${file}`) continue;
    const parts = text.split(from);
    if (parts.length !== 2) throw new Error(`patch fits ${parts.length - 1} times into ${file}: ${from}`);
    text = parts.join(to);
  }
  return text;
}
