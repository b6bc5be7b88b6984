// Runs every test suite of the repository, one after the other, and closes with one line: `N passed, N failed`.
//
//   npm test                    all suites
//   npm test -- exact sdk       only these
//   npm test -- --list          what there is
import { spawn } from "node:child_process";
import { globSync, rmSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { REPOSITORY } from "./deploy/artifacts.ts";
import { unprovoked } from "./errors/unprovoked.ts";

interface Suite {
  name: string;
  /** Test files, for Node's own runner. */
  files: string[];
  /** Whether it runs the contracts: then what their calls are refused with is noted. */
  contracts?: boolean;
  /** How many files run at once, two unless told. */
  concurrency?: number;
}

/** A file that is not done by then hangs: far above what the slowest needs on a busy machine. */
const HANG_MS = 600_000;

/** Where the errors that tests provoke are noted, and by what. */
const PROVOKED = join(REPOSITORY, "dist", "provoked");
const RECORD = new URL("errors/record.ts", import.meta.url).href;

const SUITES: Suite[] = [
  { name: "exact", files: ["exact/src/**/*.test.ts", "test/backends/**/*.test.ts"] },
  { name: "storage", files: ["storage/src/**/*.test.ts"] },
  { name: "daemon-kit", files: ["daemon-kit/src/**/*.test.ts"] },
  { name: "sdk", files: ["sdk/src/**/*.test.ts", "test/sdk/**/*.test.ts"] },
  { name: "compute-node", files: ["compute-node/src/**/*.test.ts"] },
  { name: "keepers", files: ["keepers/src/**/*.test.ts", "test/keepers/**/*.test.ts"] },
  { name: "cli", files: ["cli/src/**/*.test.ts", "test/cli/**/*.test.ts"] },
  { name: "scripts", files: ["scripts/**/*.test.ts"] },
  { name: "contracts", files: ["test/{contracts,deploy,upgrade,invariant,layout}/**/*.test.ts"], contracts: true },
  // After the deployments, which make the production build: beside them it would wait for the same build.
  { name: "gas", files: ["test/gas/**/*.test.ts"] },
  { name: "judge", files: ["test/judge/**/*.test.ts"], contracts: true },
  { name: "dispute", files: ["test/dispute/**/*.test.ts"], contracts: true },
  { name: "crosschain", files: ["test/crosschain/**/*.test.ts"], contracts: true },
  { name: "indexer", files: ["indexer/src/**/*.test.ts", "test/indexer/**/*.test.ts"], concurrency: 1 },
  { name: "e2e", files: ["test/e2e/**/*.test.ts"] },
];

interface Outcome {
  name: string;
  passed: number;
  failed: number;
  seconds: number;
}

const { values, positionals } = parseArgs({ options: { list: { type: "boolean" } }, allowPositionals: true });
if (values.list) {
  for (const suite of SUITES) console.log(suite.name);
} else {
  const unknown = positionals.filter((name) => !SUITES.some((suite) => suite.name === name));
  if (unknown.length > 0) {
    console.error(`unknown suite ${unknown.join(", ")}; known: ${SUITES.map((suite) => suite.name).join(", ")}`);
    process.exit(1);
  }
  const outcomes: Outcome[] = [];
  rmSync(PROVOKED, { recursive: true, force: true });
  for (const suite of SUITES) {
    if (positionals.length === 0 || positionals.includes(suite.name)) outcomes.push(await runSuite(suite));
  }
  // only a whole run can say that nobody provokes an error
  if (positionals.length === 0) outcomes.push(provocation());
  report(outcomes);
}

/** Each custom error of the contracts in which no call of any test ended counts as a failure. */
function provocation(): Outcome {
  const started = performance.now();
  const never = unprovoked(PROVOKED);
  console.log("\n== errors");
  for (const name of never) console.error(`✖ no test provokes ${name}: make a call that it refuses`);
  if (never.length === 0) console.log("every custom error of the contracts is provoked by a test");
  const passed = never.length === 0 ? 1 : 0;
  return { name: "errors", passed, failed: never.length, seconds: (performance.now() - started) / 1000 };
}

/** Runs one suite, passing its output through. A suite that dies without a failing test counts as one failure. */
async function runSuite(suite: Suite): Promise<Outcome> {
  const files = suite.files.flatMap((pattern) => globSync(pattern)).sort();
  console.log(`\n== ${suite.name}`);
  if (files.length === 0) {
    console.error(`found no file like ${suite.files.join(", ")}, wanted at least one`);
    return { name: suite.name, passed: 0, failed: 1, seconds: 0 };
  }
  const nodeFlags = ["--disable-warning=ExperimentalWarning", "--test-reporter=spec", `--test-timeout=${HANG_MS}`];
  const args = ["--test", ...nodeFlags, `--test-concurrency=${suite.concurrency ?? 2}`, ...files];
  if (suite.contracts) args.unshift(`--import=${RECORD}`);
  const started = performance.now();
  const { code, output } = await spawnTee(process.execPath, args);
  const passed = sum(output, /^ℹ pass (\d+)/gm);
  const reported = sum(output, /^ℹ (?:fail|cancelled) (\d+)/gm);
  const failed = code !== 0 && reported === 0 ? 1 : reported;
  return { name: suite.name, passed, failed, seconds: (performance.now() - started) / 1000 };
}

function spawnTee(command: string, args: string[]): Promise<{ code: number; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      stdio: ["ignore", "pipe", "inherit"],
      env: { ...process.env, ASSAY_PROVOKED: PROVOKED },
    });
    let output = "";
    child.stdout.setEncoding("utf8");
    child.stdout.on("data", (chunk: string) => {
      output += chunk;
      process.stdout.write(chunk);
    });
    child.on("error", reject);
    child.on("close", (code) => resolve({ code: code ?? 1, output }));
  });
}

function sum(text: string, pattern: RegExp): number {
  return [...text.matchAll(pattern)].reduce((total, match) => total + Number(match[1]), 0);
}

function report(outcomes: Outcome[]): void {
  console.log("\nsuite           passed  failed  seconds");
  for (const { name, passed, failed, seconds } of outcomes) {
    console.log(
      `${name.padEnd(14)}${String(passed).padStart(8)}${String(failed).padStart(8)}${seconds.toFixed(1).padStart(9)}`,
    );
  }
  const passed = outcomes.reduce((total, outcome) => total + outcome.passed, 0);
  const failed = outcomes.reduce((total, outcome) => total + outcome.failed, 0);
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
}
