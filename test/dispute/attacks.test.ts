import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

const ROOT = join(import.meta.dirname, "../..");
const ID = /^[WPKXJV]\d+$/;

const read = (path: string): string => readFileSync(join(ROOT, path), "utf8");

/** Ids in brackets at the end of a name: `"a name (W1, DSP-03)"`, of a test or of a kind of fault. */
function idsOf(source: string): string[] {
  return [...source.matchAll(/\(([A-Z0-9, -]+)\)["`]/g)].flatMap(([, list]) =>
    list!.split(", ").filter((id) => ID.test(id)),
  );
}

const rows = [...read("docs/spec/attacks.md").matchAll(/^\| (\w+) \| [^|]+ \| `([^`]+)` \|$/gm)].map(
  ([, id, file]) => ({ id: id!, file: file! }),
);

test("every attack of docs/spec/attacks.md has a test of its name in the file it gives", () => {
  assert.ok(rows.length > 50, `${rows.length} rows`);
  assert.equal(new Set(rows.map(({ id }) => id)).size, rows.length, "an id once");
  for (const { id, file } of rows) assert.ok(idsOf(read(file)).includes(id), `${file} has no test named (${id})`);
});

test("every attack that a test names is in the table", () => {
  const files = globSync("{test,exact/src}/**/*.{test,soak}.ts", { cwd: ROOT });
  const known = new Set(rows.map(({ id }) => id));
  for (const file of files) {
    const stray = idsOf(read(file)).filter((id) => !known.has(id));
    assert.deepEqual(stray, [], `${file} names attacks that the table does not have`);
  }
});

test("every preimage has a tag of its own, so that no hash is two things (J4)", () => {
  const tags = ["commitments", "dispute", "market"].flatMap((page) =>
    [...read(`docs/spec/${page}.md`).matchAll(/^\| `(0x[0-9a-f]{2})` \| `?([^`|]+)`? \| (.+) \|$/gm)].map(
      ([, tag, , what]) => ({ tag: tag!, what: what! }),
    ),
  );
  assert.ok(tags.length >= 17, `${tags.length} tags are documented`);
  // the lists of a dispute share a tag: each is found under a key that names its level
  const shared = new Set(["0x0d", "0x11"]);
  const single = tags.filter(({ tag }) => !shared.has(tag));
  assert.equal(new Set(single.map(({ tag }) => tag)).size, single.length, JSON.stringify(single));
});
