import { z } from "zod";
import { ExactError } from "../errors.ts";
import type { CompiledProgram } from "../program/compile.ts";
import { type Program, parseProgram } from "../program/schema.ts";
import type { Hex } from "../types.ts";

const cid = z.string().min(8).max(128);
const hash = z.string().regex(/^0x[0-9a-f]{64}$/, "must be 0x and 64 lowercase hex digits");

const manifestSchema = z
  .object({
    format: z.literal("assay-job"),
    version: z.literal(1),
    program: z.unknown(),
    /** A tensor file (`encodeTensors`) with one int8 tensor of this shape. */
    dataset: z.object({ cid, rows: z.int().min(1), cols: z.int().min(1) }).strict(),
    /** The state before step 0: drawn from a seed, or a tensor file with all state tensors in program order. */
    init: z.union([z.object({ seed: hash }).strict(), z.object({ cid }).strict()]),
    note: z.string().max(500).optional(),
  })
  .strict();

/** What a job is about and where its inputs are. One raw block, whose digest is in the job's spec. */
export interface JobManifest {
  program: Program;
  dataset: { cid: string; rows: number; cols: number };
  init: { seed: Hex } | { cid: string };
  note?: string;
}

/** A manifest is one block; this is far above any real one and far below a gateway's limit. */
export const MAX_MANIFEST_BYTES = 256 * 1024;

/** The manifest as bytes: UTF-8 JSON, keys in a fixed order, so that equal manifests have equal addresses. */
export function encodeManifest({ program, dataset, init, note }: JobManifest): Uint8Array {
  const body = { format: "assay-job", version: 1, program, dataset, init, ...(note === undefined ? {} : { note }) };
  return new TextEncoder().encode(JSON.stringify(body));
}

/**
 * Reads a manifest from its bytes and checks the program in it.
 * Throws ExactError EX-060 (not a manifest) or EX-001 (malformed program).
 */
export function decodeManifest(bytes: Uint8Array): JobManifest {
  if (bytes.length > MAX_MANIFEST_BYTES) {
    throw malformed("manifest", `${bytes.length} bytes`, `at most ${MAX_MANIFEST_BYTES} bytes`);
  }
  const result = manifestSchema.safeParse(parseJson(bytes));
  if (!result.success) {
    const issue = result.error.issues[0]!;
    throw malformed(issue.path.join(".") || "manifest", issue.message, "a job manifest, version 1");
  }
  const { program, dataset, init, note } = result.data;
  return {
    program: parseProgram(program),
    dataset,
    init: init as JobManifest["init"],
    ...(note === undefined ? {} : { note }),
  };
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    throw malformed("manifest", error instanceof Error ? error.message : String(error), "UTF-8 JSON");
  }
}

function malformed(path: string, found: unknown, wanted: string): ExactError {
  return new ExactError("EX-060", {
    path,
    found,
    wanted,
    hint: "The job's manifest is not usable: do not claim the job; a requester posts it again with a correct manifest.",
  });
}

/** Multiply-adds per second of the machine in which `refSeconds` is counted: a slow single CPU thread. */
export const REFERENCE_MACS_PER_SECOND = 1e9;
/** Version of docs/spec/exact.md and docs/spec/commitments.md. */
export const RULES_VERSION = 1;

/** What a job's spec says of a program; the rest of the spec names inputs and judge. */
export interface SpecFields {
  programHash: Hex;
  dataRoot: Hex;
  initState: Hex;
  steps: number;
  segmentLength: number;
  outIdx: number;
  stateCount: number;
  rulesVersion: number;
  /** Seconds the run would take on the reference machine, rounded up. */
  refSeconds: number;
}

/** The spec fields of a compiled program with its data root and initial state hash (DSP-10). */
export function specFields(compiled: CompiledProgram, roots: { dataRoot: Hex; initState: Hex }): SpecFields {
  const { programHash, steps, segmentLength, outIdx, states, estimate } = compiled;
  return {
    programHash,
    ...roots,
    steps,
    segmentLength,
    outIdx,
    stateCount: states.length,
    rulesVersion: RULES_VERSION,
    refSeconds: Math.ceil((estimate.macsPerStep * steps) / REFERENCE_MACS_PER_SECOND),
  };
}
