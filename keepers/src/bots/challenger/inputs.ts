import {
  type CompiledProgram,
  checkShape,
  compileProgram,
  decodeManifest,
  decodeTensors,
  type IntTensor,
  initialStateHash,
  MAX_MANIFEST_BYTES,
  mostFileBytes,
  type RowSource,
  type RowTree,
  type SpecFields,
  specDifference,
  specFields,
  stateBefore,
  tensorRows,
  verifyDataset,
} from "@assay/exact";
import {
  type BlockStore,
  cidsOfDigest,
  type FetchFileArgs,
  fetchBytes,
  fetchFile,
  openFile,
  type Progress,
  requestBytes,
} from "@assay/storage";
import { keeperError } from "../../errors.ts";
import type { InputsRequest, TaskMessage } from "./tasks.ts";

/** A job's inputs, verified: what the engine needs. */
export interface JobInputs {
  compiled: CompiledProgram;
  dataset: RowSource;
  tree: RowTree;
  initial: IntTensor[];
}

/**
 * Everything a job names, block by block against its hash, and checked to be what the spec says. What the store does not hold
 * is fetched. Of the data set no more is in memory than a cache of its blocks.
 * @throws ST-xxx (storage), EX-xxx (malformed program, data set or state), KP-020 when a hash differs from the spec's
 */
export async function fetchInputs(
  { gateways, spec, maxBytes }: InputsRequest,
  store: BlockStore,
  { signal, onMessage }: { signal: AbortSignal; onMessage: (message: TaskMessage) => void },
): Promise<JobInputs> {
  const file = (what: string, cid: FetchFileArgs["cid"], limit: number) => ({
    gateways,
    request: requestBytes,
    cid,
    store,
    maxBytes: limit,
    signal,
    onProgress: ({ bytesDone }: Progress) => onMessage({ kind: "fetching", what, bytesDone }),
  });
  const [manifestCid] = cidsOfDigest(spec.inputs); // one raw block
  const manifest = decodeManifest(await fetchBytes(file("manifest", manifestCid, MAX_MANIFEST_BYTES)));
  const compiled = compileProgram(manifest.program);
  compareSpec(specFields(compiled, spec), spec);
  const data = file("data set", manifest.dataset.cid, Math.min(maxBytes, mostFileBytes([compiled.consts[0]!])));
  // Its header is looked at before the rest is fetched.
  const stored = await openFile(data);
  const dataset = await tensorRows(stored);
  checkShape(compiled, dataset);
  const { init } = manifest;
  const most = Math.min(maxBytes, mostFileBytes(compiled.states));
  const tensors = "cid" in init ? decodeTensors(await fetchBytes(file("init", init.cid, most))) : undefined;
  const initial = stateBefore(compiled, init, tensors);
  const initState = initialStateHash(initial);
  compareSpec(specFields(compiled, { dataRoot: spec.dataRoot, initState }), spec);
  if (gateways.length > 0) for await (const _ of fetchFile(data));
  const { dataRoot, tree } = await verifyDataset(compiled, dataset, { onRows: reporter(dataset.cols, onMessage) });
  compareSpec(specFields(compiled, { dataRoot, initState }), spec);
  return { compiled, dataset: await tensorRows(stored, { wholeBytes: WHOLE_BYTES }), tree, initial };
}

/** A data set of up to so many is held for the run. */
const WHOLE_BYTES = 128 * 2 ** 20;

/** Between two messages of a child that checks: gigabytes take minutes. */
const TOLD_MS = 1000;

function reporter(cols: number, onMessage: (message: TaskMessage) => void): (first: number, data: Int8Array) => void {
  let told = performance.now();
  return (first, data) => {
    if (performance.now() - told < TOLD_MS) return;
    told = performance.now();
    onMessage({ kind: "checking", bytesDone: first * cols + data.length });
  };
}

function compareSpec(found: SpecFields, wanted: InputsRequest["spec"]): void {
  const difference = specDifference(found, wanted);
  if (!difference) return;
  throw keeperError("KP-020", {
    ...difference,
    hint: "the job cannot be checked: its requester posted a spec that does not belong to these inputs",
  });
}
