export { concat, toHex } from "./commit/bytes.ts";
export { decodeTensors, encodeTensors, mostFileBytes } from "./commit/file.ts";
export { merkleProof } from "./commit/merkle.ts";
export { commitment, dataRoot, runRoot, sampleDigest, sampleIndex, segmentCount, stateHash } from "./commit/run.ts";
export { tensorRoot, tileLeaves, tilePreimage } from "./commit/tensor.ts";
export { checkShape, constRoots, packDataset, type VerifiedDataset, verifyDataset } from "./data/dataset.ts";
export { type LabelledImages, splitDigits } from "./data/digits.ts";
export { initialState } from "./data/init.ts";
export { type OnRows, RowTree } from "./data/row-tree.ts";
export { type ByteSource, type Dataset, type RowSource, rowsOf, tensorRows } from "./data/rows.ts";
export { firstDifference, type Reveal } from "./dispute/difference.ts";
export { type Evaluate, evaluateQuickly } from "./dispute/evaluate.ts";
export { type ElementRef, operandTiles, type TileRef } from "./dispute/operands.ts";
export type { LoadState } from "./dispute/states.ts";
export {
  createTracer,
  type InputProof,
  type RecordProof,
  type SegmentSteps,
  type StepOps,
  Tracer,
  type TracerOptions,
} from "./dispute/tracer.ts";
export { MerkleTree } from "./dispute/tree.ts";
export { ExactError, type ExactErrorCode } from "./errors.ts";
export { checkProduct, isProduct, type ProductOptions, platformRandom, type RandomWords } from "./freivalds/product.ts";
export { checkStep, type WrongRecord } from "./freivalds/step.ts";
export {
  inferenceOf,
  type PredictionProof,
  type Predictions,
  provePrediction,
  readPredictions,
  verifyPrediction,
} from "./job/inference.ts";
export {
  checkManifest,
  decodeManifest,
  encodeManifest,
  type JobManifest,
  MAX_MANIFEST_BYTES,
} from "./job/manifest.ts";
export { assembleJob, initialStateHash, type SpecFields, specDifference, specFields, stateBefore } from "./job/spec.ts";
export { type ConversionOptions, fromLayersModel } from "./model/from-layers.ts";
export { type LayersModelFiles, type LayersModelJson, toLayersModel } from "./model/to-layers.ts";
export { type Bound, checkRecords } from "./program/bounds.ts";
export { type CompiledProgram, compileProgram } from "./program/compile.ts";
export { type Contraction, contractionOf } from "./program/contraction.ts";
export {
  gatherSource,
  type Move,
  movedColumn,
  moveOf,
  operandPlaces,
  type Place,
  type Source,
  windowOf,
  windowPlace,
  windowRows,
} from "./program/gather.ts";
export { LIMIT, OP, OP_NAME } from "./program/opcodes.ts";
export {
  type Externals,
  encodeRecord,
  KIND,
  type Operand,
  type OpRecord,
  type Phase,
  phaseOf,
  recordLeaf,
  UNCHANGED,
} from "./program/records.ts";
export { type Program, parseProgram } from "./program/schema.ts";
export { x24Digits, x24DigitsCnn } from "./recipes.ts";
export { type Backend, type BackendOptions, loadBackend } from "./run/backend.ts";
export type { BackendName } from "./run/backend-names.ts";
export { type Evaluation, evaluate } from "./run/evaluate.ts";
export type { Saturation } from "./run/executor.ts";
export { copyMoved } from "./run/move.ts";
export { exactnessProbe, type ProbeCase, type ProbeResult, requireExactBackend } from "./run/probe.ts";
export { constTensors, evaluateRecord, referenceStep, type Scope, traceStep } from "./run/reference.ts";
export { type Progress, type RunOptions, type RunResult, runProgram, type Segment } from "./run/run.ts";
export type { DType, Hex, IntArray, IntTensor, TensorSpec } from "./types.ts";
