// The entry `@assay/exact/inputs`: what a job's inputs are checked with. tfjs is not loaded, so that a process which computes
// nothing is at work in half the time; `@assay/exact` has all of this, too.
export { decodeTensors, mostFileBytes } from "./commit/file.ts";
export { checkShape, verifyDataset } from "./data/dataset.ts";
export { type RowSource, tensorRows } from "./data/rows.ts";
export { decodeManifest, type JobManifest, MAX_MANIFEST_BYTES } from "./job/manifest.ts";
export { initialStateHash, specDifference, specFields, stateBefore } from "./job/spec.ts";
export { type CompiledProgram, compileProgram } from "./program/compile.ts";
export type { IntTensor } from "./types.ts";
