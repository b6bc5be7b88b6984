import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  type CompiledProgram,
  compileProgram,
  decodeTensors,
  encodeManifest,
  encodeTensors,
  evaluate,
  type Hex,
  type IntTensor,
  initialState,
  type Program,
  specFields,
  stateHash,
  tensorRoot,
  toLayersModel,
  verifyDataset,
} from "@assay/exact";
import type { SpecToPost, SubmittedJob } from "@assay/sdk";
import { digestOf, fetchByDigest, type Progress, uploadFile } from "@assay/storage";

/** What a requester has prepared before it posts. */
export interface PreparedJob {
  compiled: CompiledProgram;
  spec: SpecToPost;
  datasetCid: string;
  datasetBytes: number;
}

/**
 * Uploads the data set and the manifest of a job and works out the spec that binds them.
 * @param seed draws the initial weights; whoever runs the job draws the same
 */
export async function prepareJob(
  gateway: string,
  program: Program,
  dataset: IntTensor,
  seed: Hex,
  onProgress: (progress: Progress) => void,
): Promise<PreparedJob> {
  const compiled = compileProgram(program);
  const bytes = encodeTensors([dataset]);
  const { cid } = await uploadFile({ gateway, bytes, onProgress });
  const manifest = encodeManifest({
    version: 1,
    program,
    dataset: { cid: cid.toString(), rows: dataset.rows, columns: dataset.cols },
    init: { seed },
  });
  const { cid: manifestCid } = await uploadFile({ gateway, bytes: manifest });
  const fields = specFields(compiled, {
    dataRoot: (await verifyDataset(compiled, dataset)).dataRoot,
    initState: stateHash(0, initialState(compiled, seed).map(tensorRoot)),
  });
  return {
    compiled,
    spec: { ...fields, inputs: digestOf(manifestCid) },
    datasetCid: cid.toString(),
    datasetBytes: bytes.length,
  };
}

/** A downloaded model that is the one the chain says was delivered. */
export interface Delivery {
  state: IntTensor[];
  accuracy: number;
  wrong: number;
  outputCid: string;
}

/**
 * Downloads the output of a job, refuses it unless its tensors have the roots that were committed on chain, and evaluates
 * it on images the provider never saw.
 */
export async function receiveModel(
  gateway: string,
  compiled: CompiledProgram,
  job: SubmittedJob,
  heldOut: IntTensor,
): Promise<Delivery> {
  const { cid, bytes } = await fetchByDigest({ gateways: [gateway], digest: job.outputDigest });
  const state = decodeTensors(bytes);
  const roots = state.map(tensorRoot);
  const found = stateHash(job.spec.steps, roots);
  if (found !== job.finalState) {
    throw new Error(`the delivered weights are not the committed ones: found state ${found}, wanted ${job.finalState}`);
  }
  const { accuracy, wrong } = await evaluate(compiled, "plain", state, heldOut);
  return { state, accuracy, wrong: wrong.length, outputCid: cid.toString() };
}

/** Writes the trained weights as a model that `tf.loadLayersModel` opens. */
export function saveModel(dir: string, compiled: CompiledProgram, state: readonly IntTensor[]): void {
  const { modelJson, weights, weightsFile } = toLayersModel(compiled, state);
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, "model.json"), `${JSON.stringify(modelJson)}\n`);
  writeFileSync(join(dir, weightsFile), weights);
}
