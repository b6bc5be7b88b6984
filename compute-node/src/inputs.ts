import {
  assembleJob,
  type CompiledProgram,
  checkDataset,
  decodeManifest,
  decodeTensors,
  encodeTensors,
  type IntTensor,
  MAX_MANIFEST_BYTES,
  type SpecFields,
} from "@assay/exact";
import { type BlockStore, cidsOfDigest, type FetchFileArgs, fetchBytes, requestBytes } from "@assay/storage";
import { checkpointBytes } from "./checkpoint.ts";
import { nodeError } from "./errors.ts";
import type { InputsRequest, PrepareOutcome, TaskMessage } from "./tasks.ts";

/** A job's inputs, verified: what the engine needs. */
export interface JobInputs {
  compiled: CompiledProgram;
  dataset: IntTensor;
  initial: IntTensor[];
}

/**
 * Fetches everything a job names, block by block against its hash, and checks that it is what the spec says: program,
 * data (shape, range, root) and initial state (DSP-90).
 * @throws ST-xxx (storage), EX-xxx (malformed program, data set or state), CN-020 when a hash differs from the spec's
 */
export async function loadInputs(
  { gateways, timeoutMs, spec, maxBytes }: InputsRequest,
  store: BlockStore,
  options: { signal?: AbortSignal; onMessage?: (message: TaskMessage) => void } = {},
): Promise<JobInputs> {
  const { signal, onMessage } = options;
  const fetch = (what: "manifest" | "dataset" | "init", cid: FetchFileArgs["cid"], limit: number) =>
    fetchBytes({
      gateways,
      timeoutMs,
      request: requestBytes,
      cid,
      store,
      maxBytes: limit,
      signal,
      onProgress: ({ bytesDone, bytesTotal }) => onMessage?.({ kind: "fetching", what, bytesDone, bytesTotal }),
    });
  const [manifestCid] = cidsOfDigest(spec.inputs); // one raw block
  const manifest = decodeManifest(await fetch("manifest", manifestCid, MAX_MANIFEST_BYTES));
  const tensors = decodeTensors(await fetch("dataset", manifest.dataset.cid, maxBytes));
  const [dataset] = tensors;
  if (!dataset || tensors.length !== 1) throw differs("data set", `${tensors.length} tensors`, "one tensor");
  const initial = "cid" in manifest.init ? decodeTensors(await fetch("init", manifest.init.cid, maxBytes)) : undefined;
  const job = assembleJob(manifest, { dataset, ...(initial ? { initial } : {}) });
  compareSpec(job.spec, spec);
  checkDataset(job.compiled, dataset);
  return { compiled: job.compiled, dataset, initial: job.initial };
}

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

function compareSpec(found: SpecFields, wanted: InputsRequest["spec"]): void {
  for (const name of COMPARED) {
    if (String(found[name]).toLowerCase() !== String(wanted[name]).toLowerCase()) {
      throw differs(name, String(found[name]), String(wanted[name]));
    }
  }
}

/**
 * What the run will cost. Memory, of what was measured: the process with the leanest engine, the data set as it is fetched,
 * decoded and clipped, and the state with its quantised copies, gradients, hashes and encodings. Disk: the checkpoints, and
 * the output.
 */
export function costOf({ compiled, initial }: JobInputs): PrepareOutcome {
  const { macsPerStep } = compiled.estimate;
  const elements = (list: CompiledProgram["states"]) => list.reduce((sum, { rows, cols }) => sum + rows * cols, 0);
  const bytes = DATA_COPIES * elements(compiled.consts) + STATE_COPIES * 4 * elements(compiled.states);
  const state = encodeTensors(initial).length; // every later state has the same shapes and types
  return {
    kind: compiled.program.kind,
    macs: macsPerStep * compiled.steps,
    memoryMb: Math.ceil(PROCESS_MB + bytes / 2 ** 20),
    diskMb: Math.ceil((checkpointBytes(compiled.segments, state) + state) / 2 ** 20),
  };
}

const PROCESS_MB = 200;
/** Of one byte an element. */
const DATA_COPIES = 5;
/** Of four bytes an element. */
const STATE_COPIES = 16;

function differs(what: string, found: string, wanted: string): Error {
  return nodeError("CN-020", {
    found: `${what} ${found}`,
    wanted: `${what} ${wanted}`,
    hint: "the requester posted a spec that does not belong to these inputs: the job is not claimed; post it again with specFields()",
  });
}
