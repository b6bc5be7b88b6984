import { z } from "zod";
import { ExactError } from "../errors.ts";
import { classCount } from "../program/plan.ts";
import { type Program, parseProgram } from "../program/schema.ts";

/** The largest manifest: it must fit into one block of one chunk, so that its digest names it alone. */
export const MAX_MANIFEST_BYTES = 1024 * 1024;

const cid = z.string().regex(/^b[a-z2-7]{58}$/, "must be a version 1 CID in base32");
const word = z.string().regex(/^0x[0-9a-f]{64}$/, "must be 0x and 64 lowercase hex digits");

const manifestSchema = z
  .object({
    version: z.literal(1),
    /** Checked by parseProgram, which names the wrong field. */
    program: z.unknown(),
    /** The tensor file of the data set, one int8 matrix. */
    dataset: z.object({ cid, rows: z.int().min(1), columns: z.int().min(1) }).strict(),
    /** The state before step 0: drawn from a seed, or a tensor file. */
    init: z.union([z.object({ seed: word }).strict(), z.object({ cid }).strict()]),
    note: z.string().max(1000).optional(),
  })
  .strict();

/** What a job's `inputs` digest names: all that a provider must fetch before it claims. */
export type JobManifest = Omit<z.infer<typeof manifestSchema>, "program" | "init"> & {
  program: Program;
  init: { seed: `0x${string}` } | { cid: string };
};

/**
 * Checks a manifest that is already parsed from JSON.
 * Throws ExactError EX-001 with the path of the first wrong field.
 */
export function checkManifest(json: unknown): JobManifest {
  const result = manifestSchema.safeParse(json);
  if (!result.success) {
    const issue = result.error.issues[0]!;
    const extra = issue.code === "unrecognized_keys" ? issue.keys.slice(0, 1) : [];
    throw malformed(
      ["manifest", ...issue.path.map(String), ...extra].join("."),
      extra.length > 0 ? "a field that no manifest has" : valueAt(json, issue.path),
      extra.length > 0 ? "no such field" : issue.message,
    );
  }
  const { version, dataset, init, note } = result.data;
  const program = parseProgram(result.data.program);
  const columns = program.input.features + classCount(program);
  if (dataset.rows !== program.input.rows || dataset.columns !== columns) {
    throw malformed("manifest.dataset", `${dataset.rows}x${dataset.columns}`, `${program.input.rows}x${columns}`);
  }
  return { version, program, dataset, init: init as JobManifest["init"], ...(note === undefined ? {} : { note }) };
}

/** The bytes of a manifest, to be stored as one raw block. Throws EX-001 when it is malformed or too large. */
export function encodeManifest(manifest: JobManifest): Uint8Array {
  const bytes = new TextEncoder().encode(JSON.stringify(checkManifest(manifest)));
  checkSize(bytes);
  return bytes;
}

/** Reads what `encodeManifest` wrote. Throws EX-001 on anything else. */
export function decodeManifest(bytes: Uint8Array): JobManifest {
  checkSize(bytes);
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    throw malformed("manifest", error instanceof Error ? error.message : String(error), "UTF-8 JSON");
  }
  return checkManifest(json);
}

function checkSize(bytes: Uint8Array): void {
  if (bytes.length > MAX_MANIFEST_BYTES) {
    throw malformed("manifest", `${bytes.length} bytes`, `at most ${MAX_MANIFEST_BYTES} bytes`);
  }
}

function valueAt(json: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (at, key) => (typeof at === "object" && at !== null ? (at as Record<PropertyKey, unknown>)[key] : undefined),
    json,
  );
}

function malformed(path: string, found: unknown, wanted: string): ExactError {
  return new ExactError("EX-001", {
    path,
    found: found ?? null,
    wanted,
    hint: "Correct this field of the manifest; docs/spec/manifest.md describes all of them.",
  });
}
