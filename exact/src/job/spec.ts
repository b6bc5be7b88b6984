import { stateHash } from "../commit/run.ts";
import { tensorRoot } from "../commit/tensor.ts";
import { verifyDataset } from "../data/dataset.ts";
import { initialState } from "../data/init.ts";
import type { OnRows, RowTree } from "../data/row-tree.ts";
import type { Dataset } from "../data/rows.ts";
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

/** All that a spec says of program and inputs but refSeconds, which nothing hangs on. */
const COMPARED = [
  "programHash",
  "dataRoot",
  "initState",
  "steps",
  "segmentLength",
  "outIdx",
  "stateCount",
  "rulesVersion",
] as const;

type Compared = Readonly<Record<(typeof COMPARED)[number], string | number | bigint>>;

/** The first field in which a posted spec is not what program and inputs come to, with both values; undefined where there is none. */
export function specDifference(found: Compared, wanted: Compared): { found: string; wanted: string } | undefined {
  const told = (name: keyof Compared, spec: Compared) => `${name} ${String(spec[name]).toLowerCase()}`;
  const name = COMPARED.find((each) => told(each, found) !== told(each, wanted));
  return name && { found: told(name, found), wanted: told(name, wanted) };
}

/** S_0 of a program, from the tensors of the state before step 0. */
export function initialStateHash(state: readonly IntTensor[]): Hex {
  return stateHash(0, state.map(tensorRoot));
}

/**
 * All a job needs, put together: the compiled program, the state before step 0, the spec's fields, and the data set's tree.
 * The data set is read once, and checked (`verifyDataset`).
 * @param tensors the data set and, when the manifest names a tensor file for it, the initial state
 * @param onRows told of each part of the data set as it is read
 * Throws ExactError EX-001..EX-006 (program), EX-010, EX-011 (data set), EX-031 (initial state does not fit).
 */
export async function assembleJob(
  manifest: JobManifest,
  tensors: { dataset: Dataset; initial?: readonly IntTensor[] },
  onRows?: OnRows,
): Promise<{ compiled: CompiledProgram; initial: IntTensor[]; spec: SpecFields; tree: RowTree }> {
  const compiled = compileProgram(manifest.program);
  const initial = stateBefore(compiled, manifest.init, tensors.initial);
  const { dataRoot, tree } = await verifyDataset(compiled, tensors.dataset, { ...(onRows ? { onRows } : {}) });
  const spec = specFields(compiled, { dataRoot, initState: initialStateHash(initial) });
  return { compiled, initial, spec, tree };
}

/**
 * The state before step 0.
 * @param tensors of the file that the manifest names, where it names one
 * Throws ExactError EX-031 when they do not fit the program.
 */
export function stateBefore(
  compiled: CompiledProgram,
  init: JobManifest["init"],
  tensors: readonly IntTensor[] = [],
): IntTensor[] {
  return "seed" in init ? initialState(compiled, init.seed) : fitInitial(compiled, tensors);
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
