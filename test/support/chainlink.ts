import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, posix } from "node:path";
import type { Abi, Hex } from "viem";
import { REPOSITORY } from "../../scripts/deploy/artifacts.ts";

export interface Build {
  abi: Abi;
  bytecode: Hex;
}

const SOURCES = "@chainlink/contracts/src/v0.8";
const COMPILER = "solc-0.8.19";
const CACHE = join(REPOSITORY, "cache", "chainlink");

interface Output {
  errors?: { severity: string; formattedMessage: string }[];
  contracts: Record<string, Record<string, { abi: Abi; evm: { bytecode: { object: string } } }>>;
}

/**
 * Contracts of Chainlink's package, built from its sources with the compiler and the libraries that they name. A build is
 * kept below cache/ under a hash of everything that it is made from.
 * @param from the folder of each contract's source, below the package's sources
 * @param runs of the optimizer, as their publisher builds them (the package's foundry.toml): their code fits the limit
 * @throws Error with the compiler's own messages
 */
export function compileChainlink<Name extends string>(
  from: Readonly<Record<Name, string>>,
  runs: number,
): Record<Name, Build> {
  const require = createRequire(import.meta.url);
  const wanted = Object.entries<string>(from).map(
    ([name, folder]) => [`${SOURCES}/${folder}/${name}.sol`, name] as const,
  );
  const input = JSON.stringify({
    language: "Solidity",
    sources: Object.fromEntries(
      [...gather(wanted.map(([path]) => path))].map(([path, content]) => [path, { content }]),
    ),
    settings: {
      optimizer: { enabled: true, runs },
      metadata: { bytecodeHash: "none" },
      outputSelection: Object.fromEntries(
        wanted.map(([path, name]) => [path, { [name]: ["abi", "evm.bytecode.object"] }]),
      ),
    },
  });
  const { version } = require(`${COMPILER}/package.json`) as { version: string };
  const file = join(CACHE, `${createHash("sha256").update(version).update(input).digest("hex")}.json`);
  if (existsSync(file)) return JSON.parse(readFileSync(file, "utf8")) as Record<Name, Build>;

  const { compile } = require(COMPILER) as { compile(input: string): string };
  const { errors = [], contracts } = JSON.parse(compile(input)) as Output;
  const fatal = errors.filter(({ severity }) => severity === "error");
  if (fatal.length > 0) throw new Error(fatal.map(({ formattedMessage }) => formattedMessage).join("\n"));
  const builds = Object.fromEntries(
    wanted.map(([path, name]) => {
      const { abi, evm } = contracts[path]![name]!;
      return [name, { abi, bytecode: `0x${evm.bytecode.object}` }];
    }),
  ) as Record<Name, Build>;
  mkdirSync(CACHE, { recursive: true });
  // whole or not at all: another process may be looking for it
  writeFileSync(`${file}.${process.pid}`, JSON.stringify(builds));
  renameSync(`${file}.${process.pid}`, file);
  return builds;
}

/** Sources and everything they import, by the names under which the compiler asks for them. */
function gather(roots: readonly string[]): Map<string, string> {
  const found = new Map<string, string>();
  const open = [...roots];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (found.has(path)) continue;
    const text = readFileSync(join(REPOSITORY, "node_modules", fileOf(path)), "utf8");
    found.set(path, text);
    for (const [, imported] of text.matchAll(/^\s*(?:import|\}?\s*from)\b[^"';]*["']([^"']+)["'];/gm))
      open.push(imported!.startsWith(".") ? posix.join(posix.dirname(path), imported!) : imported!);
  }
  return found;
}

/** The package writes a library's release into its imports; the package manager, into the name of the folder. */
function fileOf(path: string): string {
  return path.replace(/^(@openzeppelin\/contracts)@/, "$1-");
}
