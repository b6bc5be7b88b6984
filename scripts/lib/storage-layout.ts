import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { type Hex, keccak256, numberToHex, toBytes } from "viem";
import { REPOSITORY } from "../deploy/artifacts.ts";

/** One field of a storage struct; structs inside mappings and arrays are spelled out in `types`. */
export interface Field {
  label: string;
  slot: number;
  offset: number;
  type: string;
}

/** The storage of one ERC-7201 namespace. */
export interface Namespace {
  /** keccak256(abi.encode(uint256(keccak256(id)) - 1)) & ~0xff */
  slot: Hex;
  fields: Field[];
  /** fields of each struct that is reached through a mapping or array, by type */
  types: Record<string, Field[]>;
}

/** All storage of a contract, by namespace, its bases' included. */
export type Layout = Record<string, Namespace>;

interface AstNode {
  id: number;
  nodeType: string;
  name?: string;
  documentation?: string | { text: string };
  linearizedBaseContracts?: number[];
  nodes?: AstNode[];
}

interface SolcType {
  label: string;
  base?: string;
  key?: string;
  value?: string;
  members?: { label: string; slot: string; offset: number; type: string }[];
}

interface StorageLayout {
  storage: { label: string; type: string }[];
  types: Record<string, SolcType> | null;
}

interface SolcOutput {
  errors?: { severity: string; formattedMessage: string }[];
  sources: Record<string, { ast: AstNode }>;
  contracts: Record<string, Record<string, { storageLayout: StorageLayout }>>;
}

const PROBE = "Probe.sol";
const require = createRequire(import.meta.url);

/** The slot that ERC-7201 gives a namespace. */
export function namespaceSlot(id: string): Hex {
  const inner = BigInt(keccak256(toBytes(id))) - 1n;
  return numberToHex(BigInt(keccak256(numberToHex(inner, { size: 32 }))) & ~0xffn, { size: 32 });
}

/**
 * Reads the storage layout of upgradeable contracts from the compiler.
 * @param sources paths below contracts/, by contract name
 * @throws Error when a contract keeps state outside its namespaces, or writes a slot that is not its namespace's
 */
export function readLayouts(sources: Record<string, string>): Record<string, Layout> {
  const imports = Object.entries(sources).map(([name, path]) => `import {${name}} from "contracts/${path}";`);
  const first = compile(imports.join("\n"), ["ast"]);
  const contracts = collectContracts(first);
  const structs = new Map<string, { contract: string; struct: string; id: string }[]>();
  const probes: string[] = [];
  for (const name of Object.keys(sources)) {
    const found = namespacesOf(contracts, name);
    structs.set(name, found);
    for (const { contract, struct } of found)
      probes.push(`contract P_${name}_${contract} { ${contract}.${struct} s; }`);
  }
  const bases = new Map([...contracts.values()].map(({ node, source }) => [node.name!, source]));
  const used = new Set([...structs.values()].flat().map(({ contract }) => contract));
  const all = [...used].map((name) => `import {${name}} from "${bases.get(name)}";`);
  const second = compile([...new Set([...imports, ...all])].join("\n") + probes.join("\n"), ["storageLayout"]);
  return Object.fromEntries(
    Object.entries(sources).map(([name, path]) => {
      const plain = second.contracts[`contracts/${path}`]![name]!.storageLayout.storage;
      if (plain.length > 0) throw new Error(`${name} keeps ${plain[0]!.label} outside its namespace`);
      const layout = structs.get(name)!.map(({ contract, id }): [string, Namespace] => {
        const source = readSource(bases.get(contract)!);
        const slot = namespaceSlot(id);
        if (!source.includes(slot))
          throw new Error(`${contract} does not use ${slot}, the slot of its namespace ${id}`);
        return [id, describe(slot, second.contracts[PROBE]![`P_${name}_${contract}`]!.storageLayout)];
      });
      return [name, Object.fromEntries(layout)];
    }),
  );
}

/** What of the old layout the new one breaks: fields that are gone, moved or of another type. Appending breaks nothing. */
export function breaks(old: Layout, current: Layout): string[] {
  return Object.entries(old).flatMap(([id, namespace]) => {
    const now = current[id];
    if (!now) return [`namespace ${id} is gone`];
    const lists: [string, Field[], Field[] | undefined][] = [
      [id, namespace.fields, now.fields],
      ...Object.entries(namespace.types).map(([type, fields]): [string, Field[], Field[] | undefined] => [
        `${id}, ${type}`,
        fields,
        now.types[type],
      ]),
    ];
    return lists.flatMap(([where, before, after]) => lost(where, before, after));
  });
}

function lost(where: string, before: readonly Field[], after: readonly Field[] | undefined): string[] {
  return before.flatMap((field) => {
    const same = after?.find(({ slot, offset }) => slot === field.slot && offset === field.offset);
    const at = `${where}: ${field.label} (${field.type}) at slot ${field.slot}, byte ${field.offset}`;
    if (!same) return [`${at} is gone`];
    return same.type === field.type && same.label === field.label ? [] : [`${at} became ${same.label} (${same.type})`];
  });
}

function describe(slot: Hex, { storage, types: known }: StorageLayout): Namespace {
  const types = known ?? {};
  const label = (type: string) => types[type]!.label;
  const fieldsOf = (type: SolcType) =>
    type.members!.map(({ label: name, slot: at, offset, type: inner }) => ({
      label: name,
      slot: Number(at),
      offset,
      type: label(inner),
    }));
  const structs = Object.values(types).filter(({ members }) => members);
  const root = types[storage[0]!.type]!;
  const others = structs.filter((type) => type !== root).map((type): [string, Field[]] => [type.label, fieldsOf(type)]);
  return { slot, fields: fieldsOf(root), types: Object.fromEntries(others.sort(([a], [b]) => (a < b ? -1 : 1))) };
}

function collectContracts(output: SolcOutput): Map<number, { node: AstNode; source: string }> {
  const contracts = new Map<number, { node: AstNode; source: string }>();
  for (const [source, { ast }] of Object.entries(output.sources)) {
    for (const node of ast.nodes ?? [])
      if (node.nodeType === "ContractDefinition") contracts.set(node.id, { node, source });
  }
  return contracts;
}

function namespacesOf(contracts: Map<number, { node: AstNode; source: string }>, name: string) {
  const contract = [...contracts.values()].find(
    ({ node, source }) => node.name === name && source.startsWith("contracts/"),
  );
  return contract!.node.linearizedBaseContracts!.flatMap((id) => {
    const { node } = contracts.get(id)!;
    return (node.nodes ?? []).flatMap((child) => {
      const text = typeof child.documentation === "string" ? child.documentation : child.documentation?.text;
      const namespace = text?.match(/@custom:storage-location erc7201:(\S+)/)?.[1];
      return child.nodeType === "StructDefinition" && namespace
        ? [{ contract: node.name!, struct: child.name!, id: namespace }]
        : [];
    });
  });
}

function compile(source: string, outputs: string[]): SolcOutput {
  const solc = require("solc") as { compile(input: string, callbacks: object): string };
  const selection = {
    "*": { "": outputs.filter((name) => name === "ast"), "*": outputs.filter((name) => name !== "ast") },
  };
  const input = {
    language: "Solidity",
    sources: { [PROBE]: { content: `pragma solidity 0.8.37;\n${source}` } },
    settings: { evmVersion: "cancun", outputSelection: selection },
  };
  const find = (path: string) => ({ contents: readSource(path) });
  const output = JSON.parse(solc.compile(JSON.stringify(input), { import: find })) as SolcOutput;
  const errors = (output.errors ?? []).filter(({ severity }) => severity === "error");
  if (errors.length > 0) throw new Error(errors.map(({ formattedMessage }) => formattedMessage).join("\n"));
  return output;
}

function readSource(path: string): string {
  return readFileSync(path.startsWith("@") ? require.resolve(path) : join(REPOSITORY, path), "utf8");
}
