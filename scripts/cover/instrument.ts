import { createRequire } from "node:module";
import { addStatementCoverageInstrumentation, getCoverageLibrary, latestSupportedSolidityVersion } from "./edr.ts";

/** A statement of a source, and the tag that is reported when it runs. */
export interface Statement {
  path: string;
  line: number;
  tag: string;
}

/** One side of a condition, and the tag that is reported when it is taken. */
export interface Branch {
  path: string;
  line: number;
  /** what the condition came out as */
  side: boolean;
  kind: "if" | "require" | "loop" | "conditional";
  /** the custom error of a require */
  error?: string;
  tag: string;
}

export interface Instrumented {
  sources: Map<string, string>;
  statements: Statement[];
  branches: Branch[];
}

interface Node {
  nodeType?: string;
  src?: string;
  name?: string;
  condition?: Node | null;
  expression?: Node;
  arguments?: Node[];
  [key: string]: unknown;
}

interface Condition {
  start: number;
  end: number;
  kind: Branch["kind"];
  error: string | undefined;
}

const LIBRARY = getCoverageLibrary();

/** The helper that tells which way a condition went; it stands beside the library that reports statements. */
const BRANCHES = `
library __Branches {
  function went(bool taken, uint256 yes, uint256 no) internal pure returns (bool) {
    __NomicFoundationCoverage.sendHit(taken ? yes : no);
    return taken;
  }
}
`;

/** The sources that instrumented ones import, by name. */
export function libraryOf(path: string): string | undefined {
  return path === LIBRARY.filename ? LIBRARY.content + BRANCHES : undefined;
}

/**
 * Makes sources report every statement that runs and every way that a condition goes.
 * Hardhat's own instrumentation knows statements only. The conditions of if, require, assert, loops and ?: are found in
 * the compiler's syntax tree and wrapped where they stand, so that all lines keep their numbers.
 */
export function instrument(paths: readonly string[], read: (path: string) => string): Instrumented {
  const trees = parse(paths, read);
  const result: Instrumented = { sources: new Map(), statements: [], branches: [] };
  for (const path of paths) {
    const conditions: Condition[] = [];
    walk(trees[path]!.ast, conditions);
    const wrapped = wrap(path, read(path), conditions, result.branches);
    const version = latestSupportedSolidityVersion();
    const { source, metadata } = addStatementCoverageInstrumentation(wrapped, path, version);
    for (const { tag, startUtf16 } of metadata) {
      const line = wrapped.slice(0, startUtf16).split("\n").length;
      result.statements.push({ path, line, tag: Buffer.from(tag).toString("hex") });
    }
    result.sources.set(path, source);
  }
  return result;
}

function parse(paths: readonly string[], read: (path: string) => string): Record<string, { ast: Node }> {
  const solc = createRequire(import.meta.url)("solc") as { compile(input: string, callbacks: unknown): string };
  const input = {
    language: "Solidity",
    sources: Object.fromEntries(paths.map((path) => [path, { content: read(path) }])),
    settings: { evmVersion: "cancun", stopAfter: "parsing", outputSelection: { "*": { "": ["ast"] } } },
  };
  const callbacks = { import: (path: string) => ({ contents: read(path) }) };
  return (JSON.parse(solc.compile(JSON.stringify(input), callbacks)) as { sources: Record<string, { ast: Node }> })
    .sources;
}

function walk(node: unknown, found: Condition[]): void {
  if (Array.isArray(node)) {
    for (const one of node) walk(one, found);
    return;
  }
  if (node === null || typeof node !== "object") return;
  const { nodeType, condition, expression } = node as Node;
  const add = (part: Node, kind: Branch["kind"], error?: string) => {
    const [start, length] = part.src!.split(":").map(Number) as [number, number];
    found.push({ start, end: start + length, kind, error });
  };
  if (nodeType === "IfStatement" && condition) add(condition, "if");
  if (nodeType === "Conditional" && condition) add(condition, "conditional");
  if ((nodeType === "WhileStatement" || nodeType === "ForStatement") && condition) add(condition, "loop");
  if (nodeType === "FunctionCall" && (expression?.name === "require" || expression?.name === "assert")) {
    const [guard, error] = (node as Node).arguments!;
    const thrown = error?.expression;
    add(guard!, "require", (thrown?.memberName ?? thrown?.name) as string | undefined);
  }
  for (const [key, value] of Object.entries(node)) if (key !== "src") walk(value, found);
}

/** Positions in syntax trees count bytes. */
function wrap(path: string, source: string, conditions: readonly Condition[], branches: Branch[]): string {
  const bytes = Buffer.from(source);
  const inserts: { at: number; text: string; order: number }[] = [];
  for (const [index, { start, end, kind, error }] of conditions.entries()) {
    const line = bytes.subarray(0, start).toString().split("\n").length;
    const tags = [true, false].map((side) => tagOf(path, index, side));
    for (const [place, tag] of tags.entries()) {
      branches.push({ path, line, side: place === 0, kind, ...(error === undefined ? {} : { error }), tag });
    }
    // of nested conditions the outer one opens first and closes last
    inserts.push({ at: start, text: "__Branches.went(", order: end - start });
    inserts.push({ at: end, text: `, 0x${tags[0]}, 0x${tags[1]})`, order: start - end });
  }
  inserts.sort((one, other) => one.at - other.at || closesFirst(one, other));
  let text = "";
  let position = 0;
  for (const { at, text: insert } of inserts) {
    text += bytes.subarray(position, at).toString() + insert;
    position = at;
  }
  return text + bytes.subarray(position).toString();
}

/** At the same place what ends comes before what begins, inner ends before outer ones, outer beginnings before inner. */
function closesFirst(one: { order: number }, other: { order: number }): number {
  const ends = (order: number) => order < 0;
  if (ends(one.order) !== ends(other.order)) return ends(one.order) ? -1 : 1;
  return other.order - one.order;
}

function tagOf(path: string, index: number, side: boolean): string {
  const text = Buffer.from(`${path}#${index}${side ? "+" : "-"}`).toString("hex");
  // a number of 32 bytes that no statement's hash begins like: the last bytes of the path and the condition's index
  return `b0${text.slice(-60).padStart(62, "0")}`;
}
