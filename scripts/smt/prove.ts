import { createRequire } from "node:module";
import { contractOf, readSource } from "../lib/solidity.ts";
import { solverOf } from "./solver.ts";

export type Finding = "proved" | "undecided" | "violated";

/** One thing that could go wrong at one place, and whether it can. */
export interface Claim {
  /** e.g. `contracts/libraries/BaseFee.sol:49` */
  place: string;
  /** e.g. `Overflow`, `Assertion violation` */
  kind: string;
  /** the expression */
  text: string;
  finding: Finding;
  /** who says so */
  engine: "bmc" | "chc";
}

const RANK: Readonly<Record<Finding, number>> = { proved: 0, undecided: 1, violated: 2 };

interface Message {
  message: string;
  severity: string;
  formattedMessage: string;
  sourceLocation?: { file: string; start: number; end: number };
}

const TARGETS = ["assert", "underflow", "overflow", "divByZero", "popEmptyArray", "outOfBounds"];
/** One call from any state first; what that leaves open is tried with the engine that knows loops and histories. */
const ENGINES = ["bmc", "chc"] as const;
/** The proofs in which a loop needs the second engine, which takes minutes where it does not find an end. */
const WITH_LOOPS = ["FeeProof"];

/**
 * Has the compiler's model checker look for assertions that fail and arithmetic that overflows in a proof contract and
 * everything it calls.
 * @param path the proof, e.g. `scripts/smt/proofs/FeeProof.sol`
 * @returns everything it looked at, in the order of the sources
 */
export function prove(path: string, z3: string): Claim[] {
  const claims = new Map<string, Claim>();
  for (const engine of ENGINES) {
    const open = [...claims.values()].some(({ finding }) => finding !== "proved");
    if (engine === "chc" && !(open && WITH_LOOPS.includes(contractOf(path)))) continue;
    for (const message of check(path, engine, z3)) note(claims, message, engine);
  }
  return [...claims].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, claim]) => claim);
}

function check(path: string, engine: string, z3: string): Message[] {
  const solc = createRequire(import.meta.url)("solc") as { compile(input: string, callbacks: unknown): string };
  const input = {
    language: "Solidity",
    sources: { [path]: { content: readSource(path) } },
    settings: {
      evmVersion: "cancun",
      modelChecker: {
        engine,
        solvers: ["smtlib2"],
        targets: TARGETS,
        contracts: { [path]: [contractOf(path)] },
        showProvedSafe: true,
        showUnproved: true,
      },
      outputSelection: {},
    },
  };
  const callbacks = { import: (name: string) => ({ contents: readSource(name) }), smtSolver: solverOf(z3) };
  const { errors = [] } = JSON.parse(solc.compile(JSON.stringify(input), callbacks)) as { errors?: Message[] };
  const broken = errors.find(({ severity }) => severity === "error");
  if (broken) throw new Error(`${path} does not compile: ${broken.formattedMessage}`);
  return errors;
}

/** A proof by either engine holds; only the one that knows whole histories has counterexamples that are real. */
function note(
  claims: Map<string, Claim>,
  { message, sourceLocation }: Message,
  engine: (typeof ENGINES)[number],
): void {
  const found = /^(?:CHC|BMC): ([A-Z][\w ]*?)(?: \([^)]*\))? (check is safe!|happens here|might happen here)/.exec(
    message,
  );
  if (!found || !sourceLocation) return;
  const [, kind, says] = found as unknown as [string, string, string];
  const { file, start, end } = sourceLocation;
  const source = Buffer.from(readSource(file));
  const line = source.subarray(0, start).toString().split("\n").length;
  const key = `${file} ${String(start).padStart(8, "0")} ${end} ${kind}`;
  const violated = says === "happens here" && engine === "chc";
  const finding: Finding = says === "check is safe!" ? "proved" : violated ? "violated" : "undecided";
  const before = claims.get(key);
  // one place is asked about once for each call that reaches it: within one engine the worst answer counts
  if (before?.engine === engine && RANK[before.finding] >= RANK[finding]) return;
  if (before?.finding === "proved" && before.engine !== engine) return;
  const text = source.subarray(start, end).toString().replace(/\s+/g, " ");
  claims.set(key, { place: `${file}:${line}`, kind, text, finding, engine });
}
