// Every numbered rule of every page of docs/spec is named by a test: a rule that nothing tries is a promise nobody keeps.
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { REPOSITORY } from "../../scripts/deploy/artifacts.ts";

const PAGES = [
  "market",
  "staking",
  "slashing",
  "reputation",
  "governance",
  "grants",
  "registry",
  "verification",
  "crosschain",
  "dispute",
  "exact",
  "manifest",
  "commitments",
];

const read = (path: string) => readFileSync(join(REPOSITORY, path), "utf8");
const rulesOf = (page: string) =>
  [...read(`docs/spec/${page}.md`).matchAll(/\*\*([A-Z]{2,3}-\d+)\*\*/g)].map(([, id]) => id!);
const rules = PAGES.flatMap(rulesOf);

/** The names of tests and of their groups, and the first comment of each file. */
const names = globSync(["{test,sdk/src,exact/src,compute-node/src}/**/*.test.ts", "test/sdk/life/*.ts"], {
  cwd: REPOSITORY,
})
  .map(read)
  .flatMap((text) => [
    ...[...text.matchAll(/\b(?:test|describe)\(\s*["`']([^\n]*)/g)].map(([, name]) => name!),
    ...(/^(?:\/\/.*\n)+/.exec(text) ?? []),
  ])
  .join("\n");
const cited = new Set(names.match(/\b[A-Z]{2,3}-\d+\b/g));

test("each page has rules, each rule a number of its own", () => {
  for (const page of PAGES) assert.ok(rulesOf(page).length >= 4, `${page}.md: ${rulesOf(page).length} rules`);
  assert.equal(new Set(rules).size, rules.length);
});

test("every rule is named by a test, by its whole number", () => {
  assert.deepEqual(
    rules.filter((id) => !cited.has(id)),
    [],
    "rules without a test",
  );
});

test("no test names a rule of these pages that is not there", () => {
  const prefixes = new Set(rules.map((id) => id.split("-")[0]));
  // formats and tables have numbers too, which are no sentences of their own
  const known = new Set(PAGES.flatMap((page) => read(`docs/spec/${page}.md`).match(/\b[A-Z]{2,3}-\d+\b/g) ?? []));
  const stray = [...cited].filter((id) => prefixes.has(id.split("-")[0]!) && !known.has(id));
  // upgrade rules are shared with the page on the repository's own layouts
  assert.deepEqual(
    stray.filter((id) => !id.startsWith("UPG-") && !id.startsWith("DEP-")),
    [],
  );
});

test("the state diagrams name functions and times that the contracts have", () => {
  const sources = globSync("contracts/**/*.sol", { cwd: REPOSITORY }).map(read).join("\n");
  const diagrams = PAGES.flatMap((page) => [...read(`docs/spec/${page}.md`).matchAll(/```mermaid\n([\s\S]*?)```/g)]);
  assert.ok(diagrams.length >= 6, `${diagrams.length} diagrams`);
  const labels = diagrams.flatMap(([, text]) => [...text!.matchAll(/: (.*)/g)].map(([, label]) => label!)).join(" ");
  const words = new Set(labels.match(/\b[a-z]+[A-Z]\w*/g));
  assert.ok(words.size >= 30, `${words.size}`);
  assert.deepEqual(
    [...words].filter((word) => !new RegExp(`\\b${word}\\b`).test(sources)),
    [],
  );
});
