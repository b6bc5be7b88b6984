// Proves with the compiler's model checker and z3 that the pure libraries never overflow, that their results stay in
// their ranges, and that the market's books add up (scripts/smt/proofs). Says what was proved and what was not decided.
//
//   npm run smt                     every proof
//   npm run smt -- --only Fee,Books some of them
//   npm run smt -- --all            and every single thing that was looked at
import { globSync } from "node:fs";
import { parseArgs } from "node:util";
import { absence, findTool } from "../analysis/tools.ts";
import { REPOSITORY } from "../deploy/artifacts.ts";
import { contractOf } from "../lib/solidity.ts";
import { type Claim, type Finding, prove } from "./prove.ts";

const { values } = parseArgs({ options: { only: { type: "string" }, all: { type: "boolean" } } });

const z3 = findTool("z3");
if (z3) run(z3);
else console.log(`nothing is proved: ${absence("z3")}`);

function run(solver: string): void {
  const only = values.only?.split(",");
  const paths = globSync("scripts/smt/proofs/*.sol", { cwd: REPOSITORY })
    .sort()
    .filter((path) => !only || only.some((name) => contractOf(path).startsWith(name)));
  if (paths.length === 0) throw new Error(`no proof is called ${values.only}; see scripts/smt/proofs`);
  console.log("proof               proved  undecided  violated");
  const all: Claim[] = [];
  for (const path of paths) {
    const claims = prove(path, solver);
    all.push(...claims);
    console.log(contractOf(path).padEnd(18) + counts(claims));
    for (const claim of claims) {
      if (values.all || claim.finding !== "proved") console.log(`  ${claim.finding.padEnd(10)}${describe(claim)}`);
    }
  }
  console.log("all".padEnd(18) + counts(all));
  process.exitCode = all.some(({ finding }) => finding === "violated") ? 1 : 0;
}

function counts(claims: readonly Claim[]): string {
  const count = (wanted: Finding) => claims.filter(({ finding }) => finding === wanted).length;
  return (
    String(count("proved")).padStart(8) +
    String(count("undecided")).padStart(11) +
    String(count("violated")).padStart(10)
  );
}

function describe({ place, kind, text }: Claim): string {
  return `${kind} at ${place}: ${text}`;
}
