import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));
const FOLDERS = [
  ...["storage", "daemon-kit", "exact", "sdk", "compute-node", "keepers", "indexer", "cli"].map(
    (workspace) => `${workspace}/src`,
  ),
  "scripts",
];
const CODE = /\b(?:ST|DK|CN|KP|IX|EX|SDK|CLI|DEPLOY|LAYOUT|SIZE|ABI)-\d{3}\b/g;

function sourcesOf(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter(
      (name) => name.endsWith(".ts") && !/\.(test|fixture|victim)\.ts$/.test(name) && !name.includes("node_modules"),
    )
    .map((name) => join(root, folder, name));
}

test("every code of a daemon has a page of its own that says what it means, how it looks, what happens and what to do", () => {
  const index = readFileSync(join(root, "docs/errors.md"), "utf8");
  const titles = new Map(
    [...index.matchAll(/^### ((?:DK|CN|KP)-\d{3}) (.+)$/gm)].map(([, code, title]) => [code, title]),
  );
  const pages = readdirSync(join(root, "docs/errors"));
  assert.deepEqual(pages.toSorted(), [...titles.keys()].map((code) => `${code}.md`).sort());
  for (const [code, title] of titles) {
    const page = readFileSync(join(root, `docs/errors/${code}.md`), "utf8");
    const [head = "", ...sections] = page.split(/^## /m);
    assert.ok(head.startsWith(`# ${code} ${title}\n`), `${code}: its heading is not "${title}"`);
    assert.ok(head.split("\n").slice(1).join(" ").trim().length > 20, `${code}: no meaning`);
    const named = sections.map((section) => section.slice(0, section.indexOf("\n")));
    assert.deepEqual(named, ["How it looks", "What the program does", "Remedy"], code);
    for (const section of sections)
      assert.ok(section.slice(section.indexOf("\n")).trim().length > 15, `${code}: ${section}`);
    const [look = ""] = sections;
    assert.match(look, new RegExp(`^${code}: .+\n  found:  .+\n  wanted: .+\n  do:     .+`, "m"), code);
    assert.match(index, new RegExp(`\\(errors/${code}\\.md\\)`), `${code}: no link in docs/errors.md`);
  }
});

test("every error code in the sources has its entry, with cause and remedy, and no entry is left over", () => {
  const page = readFileSync(join(root, "docs/errors.md"), "utf8");
  const entries = new Map(
    page
      .split(/^### /m)
      .slice(1)
      .map((entry) => [entry.slice(0, entry.search(/\s/)), entry]),
  );
  const used = new Set<string>();
  for (const file of FOLDERS.flatMap(sourcesOf)) {
    for (const [code] of readFileSync(file, "utf8").matchAll(CODE)) used.add(code);
  }
  assert.ok(used.size > 30, "the scan finds the codes");
  assert.deepEqual(
    [...used].filter((code) => !entries.has(code)).sort(),
    [],
    "codes without an entry in docs/errors.md",
  );
  for (const [code, entry] of entries) {
    assert.ok(used.has(code), `${code} is in docs/errors.md and nowhere in the sources`);
    assert.match(entry, /^Cause: \S.*\sRemedy:\s+\S/ms, `${code} wants a cause and a remedy`);
  }
});
