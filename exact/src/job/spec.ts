import { dataRoot, stateHash } from "../commit/run.ts";
import { tensorRoot } from "../commit/tensor.ts";
import { constRoots } from "../data/dataset.ts";
import { initialState } from "../data/init.ts";
import { ExactError } from "../errors.ts";
import { type CompiledProgram, compileProgram } from "../program/compile.ts";
import type { Hex, IntTensor } from "../types.ts";
import type { JobManifest } from "./manifest.ts";

/** Multiply-adds a second of the reference machine, by which refSeconds is told. */
const REFERENCE_MACS_PER_SECOND = 1e9;

/** The part of a job's spec that follows from its program and inputs. */
export interface SpecFields {
  programHash: Hex;
  dataRoot: Hex;
  initState: Hex;
  steps: number;
  segmentLength: number;
  outIdx: number;
  stateCount: number;
  rulesVersion: 1;
  /** Seconds, at least 1. */
  refSeconds: number;
}

/** The spec of a compiled program on a data set with root `dataRoot`, from the state `initState` (S_0). */
export function specFields(compiled: CompiledProgram, roots: { dataRoot: Hex; initState: Hex }): SpecFields {
  const { programHash, steps, segmentLength, outIdx, states, estimate } = compiled;
  return {
    programHash,
    dataRoot: roots.dataRoot,
    initState: roots.initState,
    steps,
    segmentLength,
    outIdx,
    stateCount: states.length,
    rulesVersion: 1,
    refSeconds: Math.max(1, Math.ceil((steps * estimate.macsPerStep) / REFERENCE_MACS_PER_SECOND)),
  };
}

/** S_0 of a program, from the tensors of the state before step 0. */
export function initialStateHash(state: readonly IntTensor[]): Hex {
  return stateHash(0, state.map(tensorRoot));
}

/**
 * All a job needs, put together: the compiled program, the state before step 0, the spec's fields.
 * @param tensors the data set and, when the manifest names a tensor file for it, the initial state
 * Throws ExactError EX-001..EX-006 (program), EX-031 (initial state does not fit).
 */
export function assembleJob(
  manifest: JobManifest,
  tensors: { dataset: IntTensor; initial?: readonly IntTensor[] },
): { compiled: CompiledProgram; initial: IntTensor[]; spec: SpecFields } {
  const compiled = compileProgram(manifest.program);
  const initial =
    "seed" in manifest.init ? initialState(compiled, manifest.init.seed) : fitInitial(compiled, tensors.initial ?? []);
  const roots = { dataRoot: dataRoot(constRoots(compiled, tensors.dataset)), initState: initialStateHash(initial) };
  return { compiled, initial, spec: specFields(compiled, roots) };
}

function fitInitial(compiled: CompiledProgram, tensors: readonly IntTensor[]): IntTensor[] {
  const describe = (t?: { dtype: string; rows: number; cols: number }) =>
    t ? `${t.dtype} ${t.rows}x${t.cols}` : "nothing";
  if (tensors.length !== compiled.states.length) {
    throw unfit("init", `${tensors.length} tensors`, `${compiled.states.length} tensors`);
  }
  return compiled.states.map((spec, index) => {
    const tensor = tensors[index]!;
    const rows = spec.listRows === undefined ? spec.rows : 0;
    const [low, high] = spec.range;
    if (tensor.rows !== rows || tensor.cols !== spec.cols || tensor.dtype !== spec.dtype) {
      throw unfit(`init[${index}]`, describe(tensor), describe({ ...spec, rows }));
    }
    const outside = tensor.data.findIndex((value) => value < low || value > high);
    if (outside >= 0) throw unfit(`init[${index}][${outside}]`, tensor.data[outside], `${low}..${high}`);
    return { ...tensor, name: spec.name, ...(spec.listRows === undefined ? {} : { listRows: spec.listRows }) };
  });
}

function unfit(path: string, found: unknown, wanted: string): ExactError {
  return new ExactError("EX-031", {
    path,
    found,
    wanted,
    hint: "The initial state was made for another program: do not claim the job.",
  });
}
