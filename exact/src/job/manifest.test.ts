import assert from "node:assert/strict";
import { test } from "node:test";
import { ExactError } from "../errors.ts";
import { compileProgram } from "../program/compile.ts";
import { x24Digits } from "../recipes.ts";
import { decodeManifest, encodeManifest, MAX_MANIFEST_BYTES, specFields } from "./manifest.ts";

const manifest = {
  program: x24Digits(),
  dataset: { cid: "bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy", rows: 8000, cols: 794 },
  init: { seed: `0x${"ab".repeat(32)}` as const },
};

const refused = (code: string, path: string) => (error: unknown) =>
  error instanceof ExactError && error.code === code && error.path === path;

const edited = (fields: Record<string, unknown>): Uint8Array => {
  const json = JSON.parse(new TextDecoder().decode(encodeManifest(manifest))) as Record<string, unknown>;
  return new TextEncoder().encode(JSON.stringify({ ...json, ...fields }));
};

test("a manifest survives the way to bytes and back, and equal manifests have equal bytes", () => {
  const bytes = encodeManifest(manifest);
  assert.deepEqual(decodeManifest(bytes), manifest);
  assert.deepEqual(encodeManifest(decodeManifest(bytes)), bytes);
});

test("what is not a manifest is refused by name", () => {
  assert.throws(() => decodeManifest(new TextEncoder().encode("{")), refused("EX-060", "manifest"));
  assert.throws(() => decodeManifest(new Uint8Array([0xff, 0xfe])), refused("EX-060", "manifest"));
  assert.throws(() => decodeManifest(new Uint8Array(MAX_MANIFEST_BYTES + 1)), refused("EX-060", "manifest"));
  assert.throws(() => decodeManifest(edited({ version: 2 })), refused("EX-060", "version"));
  assert.throws(() => decodeManifest(edited({ extra: 1 })), refused("EX-060", "manifest"));
  assert.throws(() => decodeManifest(edited({ init: { seed: "0x12" } })), refused("EX-060", "init.seed"));
});

test("a malformed program inside is refused with its own path", () => {
  const bytes = edited({ program: { ...manifest.program, batchSize: 63 } });
  assert.throws(() => decodeManifest(bytes), refused("EX-001", "batchSize"));
});

test("the spec says what the program is", () => {
  const compiled = compileProgram(manifest.program);
  const roots = { dataRoot: `0x${"01".repeat(32)}`, initState: `0x${"02".repeat(32)}` } as const;
  const fields = specFields(compiled, roots);
  assert.equal(fields.programHash, compiled.programHash);
  assert.deepEqual([fields.dataRoot, fields.initState], [roots.dataRoot, roots.initState]);
  assert.deepEqual([fields.steps, fields.stateCount, fields.outIdx], [compiled.steps, 3, 0]);
  assert.equal(fields.refSeconds, Math.ceil((compiled.estimate.macsPerStep * compiled.steps) / 1e9));
});
