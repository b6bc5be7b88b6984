import {
  assembleJob,
  type CompiledProgram,
  checkDataset,
  decodeManifest,
  decodeTensors,
  type IntTensor,
  MAX_MANIFEST_BYTES,
} from "@assay/exact";
import { type BlockStore, cidsOfDigest, type FetchFileArgs, fetchBytes, requestBytes } from "@assay/storage";
import { keeperError } from "../../errors.ts";
import type { InputsRequest, TaskMessage } from "./tasks.ts";

/** A job's inputs, verified: what the engine needs. */
export interface JobInputs {
  compiled: CompiledProgram;
  dataset: IntTensor;
  initial: IntTensor[];
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

/**
 * Fetches everything a job names, block by block against its hash, and checks that it is what the spec says.
 * @throws ST-xxx (storage), EX-xxx (malformed program, data set or state), KP-020 when a hash differs from the spec's
 */
export async function fetchInputs(
  { gateways, spec, maxBytes }: InputsRequest,
  store: BlockStore,
  options: { signal: AbortSignal; onMessage: (message: TaskMessage) => void },
): Promise<JobInputs> {
  const fetch = (what: string, cid: FetchFileArgs["cid"], limit: number) =>
    fetchBytes({
      gateways,
      request: requestBytes,
      cid,
      store,
      maxBytes: limit,
      signal: options.signal,
      onProgress: ({ bytesDone }) => options.onMessage({ kind: "fetching", what, bytesDone }),
    });
  const [manifestCid] = cidsOfDigest(spec.inputs); // one raw block
  const manifest = decodeManifest(await fetch("manifest", manifestCid, MAX_MANIFEST_BYTES));
  const tensors = decodeTensors(await fetch("data set", manifest.dataset.cid, maxBytes));
  const [dataset] = tensors;
  if (!dataset || tensors.length !== 1) throw differs("data set", `${tensors.length} tensors`, "one tensor");
  const initial = "cid" in manifest.init ? decodeTensors(await fetch("init", manifest.init.cid, maxBytes)) : undefined;
  const job = assembleJob(manifest, { dataset, ...(initial ? { initial } : {}) });
  for (const name of COMPARED) {
    const [found, wanted] = [String(job.spec[name]).toLowerCase(), String(spec[name]).toLowerCase()];
    if (found !== wanted) throw differs(name, found, wanted);
  }
  checkDataset(job.compiled, dataset);
  return { compiled: job.compiled, dataset, initial: job.initial };
}

function differs(what: string, found: string, wanted: string): Error {
  return keeperError("KP-020", {
    found: `${what} ${found}`,
    wanted: `${what} ${wanted}`,
    hint: "the job cannot be checked: its requester posted a spec that does not belong to these inputs",
  });
}
