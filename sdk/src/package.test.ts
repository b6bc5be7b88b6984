// What holds for the package as a whole.
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { errorCodes } from "./errors.ts";

const here = fileURLToPath(new URL(".", import.meta.url));
const sources = globSync("**/*.ts", { cwd: here }).filter(
  (file) => !file.endsWith(".test.ts") && !file.startsWith("testing/"),
);

test("sources import viem and each other only, so they run in a browser", () => {
  assert.ok(sources.length > 40);
  for (const file of sources) {
    const text = readFileSync(`${here}${file}`, "utf8");
    for (const [, statement, call] of text.matchAll(
      /^(?:import|export|\})(?:[^\n"]* from)? "([^"]+)"|import\("([^"]+)"\)/gm,
    )) {
      const specifier = statement ?? call ?? "";
      assert.ok(specifier === "viem" || /^\.\.?\/.*\.ts$/.test(specifier), `${file} imports ${specifier}`);
    }
    assert.doesNotMatch(text, /\b(process|Buffer|require)\s*[.(]/, file);
  }
});

test("every code is thrown somewhere and explained in docs/errors.md", () => {
  const docs = readFileSync(`${here}../../docs/errors.md`, "utf8");
  const text = sources.map((file) => (file === "errors.ts" ? "" : readFileSync(`${here}${file}`, "utf8"))).join("\n");
  for (const [code, { title }] of Object.entries(errorCodes)) {
    assert.ok(text.includes(`"${code}"`), `${code} is never thrown`);
    assert.ok(docs.includes(`### ${code} ${title}\n`), `docs/errors.md has no entry "### ${code} ${title}"`);
  }
});
