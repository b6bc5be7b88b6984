// Flips operators and guards in the money paths of the contracts, one at a time, and reports what the tests notice.
//
//   npm run mutate                        a sample of 140 over all contracts
//   npm run mutate -- --only staking      some of them, with commas: staking, pools, slashing, reputation, treasury, token, market
//   npm run mutate -- --count 40          how many mutants of each run, spread evenly over the source
//   npm run mutate -- --all               every mutant there is
//   npm run mutate -- --list              what would be tried
import { parseArgs } from "node:util";
import { readSource } from "../lib/solidity.ts";
import { EQUIVALENTS } from "./equivalents.ts";
import { type Mutation, mutationsOf } from "./operators.ts";
import { Bench, type Fate } from "./run.ts";
import { TARGETS, type Target } from "./targets.ts";

/** What the suite must notice, in percent. */
const BAR = 90;
const SAMPLE = 140;

const { values } = parseArgs({
  options: {
    only: { type: "string" },
    count: { type: "string" },
    all: { type: "boolean" },
    list: { type: "boolean" },
    jobs: { type: "string", default: "2" },
  },
});

interface Result {
  target: Target;
  mutation: Mutation;
  fate: Fate;
}

const results: Result[] = [];
for (const { target, mutations } of plan()) {
  if (values.list) for (const mutation of mutations) console.log(describe(mutation));
  else await runTarget(target, mutations);
}
if (!values.list) report();

function plan(): { target: Target; mutations: Mutation[] }[] {
  const known = TARGETS.map(({ name }) => name);
  const wantedNames = values.only?.split(",") ?? known;
  const unknown = wantedNames.filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new Error(`unknown contract ${unknown.join(", ")}; known: ${known.join(", ")}`);
  const targets = TARGETS.filter(({ name }) => wantedNames.includes(name));
  const all = targets.map((target) => ({
    target,
    mutations: target.sources
      .flatMap((path) => mutationsOf(path, readSource(path)))
      .filter((one) => !isEquivalent(one)),
  }));
  const total = all.reduce((sum, { mutations }) => sum + mutations.length, 0);
  const wanted = values.all ? total : Number(values.count ?? SAMPLE);
  return all.map(({ target, mutations }) => {
    const share = Math.min(mutations.length, Math.ceil((mutations.length * wanted) / total));
    return {
      target,
      mutations: Array.from({ length: share }, (_, i) => mutations[Math.floor((i * mutations.length) / share)]!),
    };
  });
}

function isEquivalent(mutation: Mutation): boolean {
  const line = lineOf(mutation);
  return EQUIVALENTS.some(
    ({ path, text, operator }) => path === mutation.path && operator === mutation.operator && line.includes(text),
  );
}

function lineOf({ path, line }: Mutation): string {
  return readSource(path).split("\n")[line - 1]!.trim();
}

function describe(mutation: Mutation): string {
  const { path, line, operator, replacement } = mutation;
  return `${path}:${line}: ${operator} (${replacement.trim() || "nothing"}): ${lineOf(mutation)}`;
}

async function runTarget(target: Target, mutations: Mutation[]): Promise<void> {
  const queue = [...mutations];
  const worker = async (number: number) => {
    const bench = new Bench(target, number);
    try {
      if (number === 0) {
        const sound = await bench.testsPass();
        if (sound !== "survived") throw new Error(`the tests of ${target.name} fail without any mutant: ${sound}`);
      }
      for (let mutation = queue.shift(); mutation; mutation = queue.shift()) {
        const fate = await bench.fateOf(mutation);
        results.push({ target, mutation, fate });
        console.log(`${fate.padEnd(9)}${describe(mutation)}`);
      }
    } finally {
      bench.close();
    }
  };
  await Promise.all(Array.from({ length: Number(values.jobs) }, (_, number) => worker(number)));
}

function report(): void {
  console.log("\ncontract      mutants  noticed  survived  invalid");
  const row = (name: string, of: readonly Result[]) => {
    const count = (...fates: Fate[]) => of.filter(({ fate }) => fates.includes(fate)).length;
    const valid = of.length - count("invalid");
    const cells = [valid, count("noticed", "hung"), count("survived"), count("invalid")];
    console.log(name.padEnd(14) + cells.map((cell, index) => String(cell).padStart([7, 9, 10, 9][index]!)).join(""));
    return { valid, noticed: count("noticed", "hung") };
  };
  for (const target of TARGETS) {
    const own = results.filter((result) => result.target === target);
    if (own.length > 0) row(target.name, own);
  }
  const { valid, noticed } = row("all", results);
  const percent = (100 * noticed) / valid;
  console.log(`${noticed} of ${valid} mutants noticed: ${percent.toFixed(1)} %, ${BAR} % wanted`);
  console.log(`${EQUIVALENTS.length} mutants left out because they change nothing (scripts/mutate/equivalents.ts)`);
  for (const { mutation, fate } of results) if (fate === "survived") console.log(`survived ${describe(mutation)}`);
  process.exitCode = percent >= BAR ? 0 : 1;
}
