// Runs the tests of the contracts against instrumented builds and reports which lines and which ways of every condition
// they reach (ADR 240 says how that is measured). Fails under the bars, and where an error was never provoked.
//
//   npm run coverage                    the table
//   npm run coverage -- --missed        and every line and branch that no test reaches
//   npm run coverage -- --reuse         reports the last run again
import { spawnSync } from "node:child_process";
import { globSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { REPOSITORY } from "../deploy/artifacts.ts";
import { buildInstrumented } from "./build.ts";
import { BARS, reportOf } from "./report.ts";

const FOLDER = join(REPOSITORY, "dist", "coverage");
const DATA = join(FOLDER, "data");
const TESTS = [
  "test/{contracts,dispute,crosschain}/**/*.test.ts",
  "test/judge/{vectors,refusals,image-refusals}.test.ts",
  "test/deploy/deploy.test.ts",
];
/** Gas differs in an instrumented build; the adversary searches the same paths for minutes. */
const LEFT_OUT = /gas\.test\.ts$|growth\.test\.ts$|adversary/;

const { values } = parseArgs({ options: { missed: { type: "boolean" }, reuse: { type: "boolean" } } });

const artifacts = join(FOLDER, "artifacts");
const instrumented = buildInstrumented(artifacts);
if (!values.reuse) runTests();
const seen = new Set(
  readdirSync(DATA).flatMap((name) => JSON.parse(readFileSync(join(DATA, name), "utf8")) as string[]),
);
const report = reportOf(instrumented, seen);
console.log(report.table);
if (values.missed) console.log(report.missed.join("\n"));
for (const error of report.unprovoked) console.log(`never provoked: ${error}`);
console.log(
  `lines ${report.lines.toFixed(2)} % (${BARS.lines} wanted), branches ${report.branches.toFixed(2)} % (${BARS.branches} wanted)`,
);
const enough = report.lines >= BARS.lines && report.branches >= BARS.branches && report.unprovoked.length === 0;
process.exitCode = enough ? 0 : 1;

function runTests(): void {
  rmSync(DATA, { recursive: true, force: true });
  const files = TESTS.flatMap((pattern) => globSync(pattern, { cwd: REPOSITORY })).filter(
    (path) => !LEFT_OUT.test(path),
  );
  const collect = new URL("collect.ts", import.meta.url).href;
  const flags = ["--disable-warning=ExperimentalWarning", `--import=${collect}`, "--test", "--test-reporter=dot"];
  const { status } = spawnSync(process.execPath, [...flags, "--test-concurrency=2", ...files.sort()], {
    cwd: REPOSITORY,
    env: { ...process.env, ASSAY_ARTIFACTS: artifacts, ASSAY_COVERAGE: DATA },
    stdio: "inherit",
  });
  if (status !== 0) console.log("some tests fail on the instrumented build; what they reached before counts");
}
