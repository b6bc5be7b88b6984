// The test vectors of docs/spec/vectors against the reference.
//
//   npm run vectors -- --check    says which cases do not hold; the default
//   npm run vectors -- --write    completes cases that have no result yet; all others stay as they are
import { writeFileSync } from "node:fs";
import { basename } from "node:path";
import { isDeepStrictEqual, parseArgs } from "node:util";
import { solveCommitment } from "./commitments.ts";
import { commitmentFile, operatorFiles, type VectorFile } from "./files.ts";
import { solveOperator } from "./operators.ts";

const { values } = parseArgs({ options: { check: { type: "boolean" }, write: { type: "boolean" } } });
let cases = 0;
let wrong = 0;
for (const file of operatorFiles()) settle(file, solveOperator);
settle(commitmentFile(), solveCommitment);
console.log(`${cases} cases, ${wrong} wrong`);
process.exitCode = wrong > 0 ? 1 : 0;

/** Compares every case of a file with its solution; with --write, first completes those that lack something. */
function settle<T extends { name: string }>({ path, vectors }: VectorFile<T>, solve: (vector: T) => T): void {
  const settled = vectors.map((vector) => {
    const solved = solve(vector);
    cases++;
    if (isDeepStrictEqual(vector, solved)) return vector;
    const missing = Object.keys(solved).some((key) => !(key in vector));
    if (values.write && missing) return solved;
    wrong++;
    console.error(`${basename(path)}: "${vector.name}"\n  found  ${text(vector)}\n  wanted ${text(solved)}`);
    return vector;
  });
  if (values.write) writeFileSync(path, `${JSON.stringify(settled, null, 2)}\n`);
}

function text(vector: object): string {
  const { name: _, inputs: __, ...rest } = vector as Record<string, unknown>;
  return JSON.stringify(rest);
}
