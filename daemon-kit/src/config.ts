import { readFileSync } from "node:fs";
import { parse as parseYaml } from "yaml";
import type { z } from "zod";
import { DaemonError, suggest } from "./errors.ts";
import { maskValue } from "./mask.ts";

export type ConfigSource = "flag" | "env" | "file" | "default";

export type LoadConfigArgs<S extends z.ZodObject> = {
  /** A strict object (`z.strictObject`); nested objects are addressed as `a.b`, in the environment as `PREFIX_A__B`. */
  schema: S;
  /** Values of the command line by dotted key; undefined ones count as not given. */
  flags?: Record<string, unknown>;
  env?: NodeJS.ProcessEnv;
  envPrefix?: string;
  /** Variables with the prefix that are not settings (a password, for one). */
  envIgnore?: readonly string[];
  /** A YAML or JSON file; must carry `version: 1`. */
  file?: string;
};

export type LoadedConfig<T> = { values: T; sources: Record<string, ConfigSource>; file: string | undefined };

type Tree = { [key: string]: unknown };

/**
 * Settings by precedence: flag, environment, file, default. A key that no setting has is an error that names the
 * nearest one.
 * @throws DK-001 file unreadable, DK-002 file is not version 1, DK-003 unknown key, DK-004 bad value
 */
export function loadConfig<S extends z.ZodObject>(args: LoadConfigArgs<S>): LoadedConfig<z.output<S>> {
  const known = leafKeys(args.schema);
  const layers: [ConfigSource, Tree][] = [
    ["file", args.file === undefined ? {} : readFile(args.file)],
    ["env", fromEnv(args, known)],
    ["flag", nest(args.flags ?? {})],
  ];
  const merged: Tree = {};
  const sources: Record<string, ConfigSource> = {};
  for (const [source, layer] of layers) {
    for (const [key, value] of leaves(layer, known)) {
      assertKnown(key, known, source, args.file);
      setAt(merged, key, value);
      sources[key] = source;
    }
  }
  for (const key of known) sources[key] ??= "default";
  const parsed = args.schema.safeParse(fillObjects(args.schema, merged));
  if (!parsed.success) throw badValue(parsed.error, sources, merged);
  return { values: parsed.data, sources, file: args.file };
}

/** One line per setting, `key: value  (source)`, secrets masked. */
export function describeConfig<T>(config: LoadedConfig<T>): string {
  const rows = Object.entries(config.sources).map(([key, source]) => {
    const value = maskValue(key.split(".").at(-1) ?? key, getAt(config.values as Tree, key));
    const origin = source === "file" && config.file ? `file ${config.file}` : source;
    return `${key}: ${JSON.stringify(value, (_, v) => (typeof v === "bigint" ? v.toString() : v)) ?? "not set"}  (${origin})`;
  });
  return rows.join("\n");
}

function readFile(path: string): Tree {
  let content: unknown;
  try {
    content = parseYaml(readFileSync(path, "utf8"));
  } catch (cause) {
    throw new DaemonError("DK-001", "the configuration file cannot be read", {
      kind: "UserFault",
      found: `${path}: ${cause instanceof Error ? (cause.message.split("\n")[0] ?? "") : String(cause)}`,
      wanted: "a YAML or JSON file",
      hint: "correct the path or the file; `init` writes a fresh one",
      cause,
    });
  }
  const version = isTree(content) ? content.version : undefined;
  if (!isTree(content) || version !== 1) {
    throw new DaemonError("DK-002", "the configuration file is of another version", {
      kind: "UserFault",
      found: isTree(content)
        ? `version: ${JSON.stringify(version) ?? "not given"} in ${path}`
        : `no settings in ${path}`,
      wanted: "version: 1",
      hint: "put `version: 1` at the top of the file, or write a fresh one with `init`",
    });
  }
  const { version: _, ...settings } = content;
  return settings;
}

function fromEnv(
  { env = {}, envPrefix = "ASSAY_", envIgnore = [] }: LoadConfigArgs<z.ZodObject>,
  known: string[],
): Tree {
  const byName = new Map(known.map((key) => [envName(envPrefix, key), key]));
  const tree: Tree = {};
  for (const [name, text] of Object.entries(env)) {
    if (!name.startsWith(envPrefix) || text === undefined || text === "" || envIgnore.includes(name)) continue;
    const key = byName.get(name);
    if (!key) throw unknownKey(name, [...byName.keys()], "the environment");
    setAt(tree, key, text);
  }
  return tree;
}

/** The environment variable of a setting: `rpcUrl` is `ASSAY_RPC_URL`, `gas.maxFee` is `ASSAY_GAS__MAX_FEE`. */
export function envName(prefix: string, key: string): string {
  const snake = (part: string) => part.replace(/([a-z0-9])([A-Z])/g, "$1_$2").toUpperCase();
  return prefix + key.split(".").map(snake).join("__");
}

function assertKnown(key: string, known: string[], source: ConfigSource, file: string | undefined): void {
  if (known.includes(key)) return;
  const where = source === "file" ? (file ?? "the file") : source === "flag" ? "the command line" : "the environment";
  throw unknownKey(key, known, where);
}

function unknownKey(key: string, known: string[], where: string): DaemonError {
  const meant = suggest(key, known);
  return new DaemonError("DK-003", "unknown setting", {
    kind: "UserFault",
    found: `${key} in ${where}`,
    wanted: meant ? `${meant}?` : `one of ${known.join(", ")}`,
    hint: meant ? `write ${meant}, or remove ${key}` : `remove ${key}`,
  });
}

function badValue(error: z.ZodError, sources: Record<string, ConfigSource>, merged: Tree): DaemonError {
  const found = error.issues.map((issue) => {
    const key = issue.path.join(".");
    const value = maskValue(String(issue.path.at(-1) ?? ""), getAt(merged, key));
    return `${key || "(all)"} = ${JSON.stringify(value) ?? "nothing"} (${sources[key] ?? "default"})`;
  });
  const wanted = error.issues.map((issue) => `${issue.path.join(".") || "(all)"}: ${issue.message}`);
  return new DaemonError("DK-004", "bad value in the configuration", {
    kind: "UserFault",
    found: found.join("; "),
    wanted: wanted.join("; "),
    hint: "correct the value where it was set (in brackets)",
    cause: error,
  });
}

type Shaped = { shape?: Record<string, z.ZodType>; unwrap?: () => z.ZodType };

// Optional, default and nullable wrappers hide the object they wrap.
function shapeOf(schema: z.ZodType): Record<string, z.ZodType> | undefined {
  let type = schema as z.ZodType & Shaped;
  while (!type.shape && typeof type.unwrap === "function" && type.def.type !== "array") {
    type = type.unwrap() as z.ZodType & Shaped;
  }
  return type.shape;
}

function leafKeys(schema: z.ZodType, prefix = ""): string[] {
  return Object.entries(shapeOf(schema) ?? {}).flatMap(([key, inner]) =>
    shapeOf(inner) ? leafKeys(inner, `${prefix}${key}.`) : [`${prefix}${key}`],
  );
}

// A nested object nobody mentioned still has defaults inside.
function fillObjects(schema: z.ZodType, tree: Tree): Tree {
  const out: Tree = { ...tree };
  for (const [key, inner] of Object.entries(shapeOf(schema) ?? {})) {
    if ((inner as Shaped).shape) out[key] = fillObjects(inner, isTree(out[key]) ? out[key] : {});
  }
  return out;
}

// Stops at a known key: a record-valued setting is one leaf.
function leaves(tree: Tree, known: string[], prefix = ""): [string, unknown][] {
  return Object.entries(tree).flatMap(([key, value]): [string, unknown][] => {
    if (value === undefined) return [];
    const path = `${prefix}${key}`;
    if (isTree(value) && !known.includes(path)) return leaves(value, known, `${path}.`);
    return [[path, value]];
  });
}

function nest(flat: Record<string, unknown>): Tree {
  const tree: Tree = {};
  for (const [key, value] of Object.entries(flat)) if (value !== undefined) setAt(tree, key, value);
  return tree;
}

function setAt(tree: Tree, key: string, value: unknown): void {
  const parts = key.split(".");
  const last = parts.pop() ?? key;
  let at = tree;
  for (const part of parts) {
    if (!Object.hasOwn(at, part) || !isTree(at[part])) at[part] = {};
    at = at[part] as Tree;
  }
  Object.defineProperty(at, last, { value, enumerable: true, writable: true, configurable: true });
}

function getAt(tree: Tree, key: string): unknown {
  return key.split(".").reduce<unknown>((at, part) => (isTree(at) ? at[part] : undefined), tree);
}

function isTree(value: unknown): value is Tree {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
