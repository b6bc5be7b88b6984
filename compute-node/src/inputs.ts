import { statfs } from "node:fs/promises";
import {
  type CompiledProgram,
  checkShape,
  compileProgram,
  decodeManifest,
  decodeTensors,
  type IntTensor,
  initialStateHash,
  type JobManifest,
  MAX_MANIFEST_BYTES,
  mostFileBytes,
  type RowSource,
  specDifference,
  specFields,
  stateBefore,
  tensorRows,
  verifyDataset,
} from "@assay/exact/inputs";
import {
  type BlockFolder,
  cidsOfDigest,
  type FetchFileArgs,
  fetchBytes,
  fetchFile,
  openFile,
  requestBytes,
  touchFile,
  trimCache,
} from "@assay/storage";
import { CACHE_BYTES, costOf } from "./cost.ts";
import { nodeError } from "./errors.ts";
import { readSeconds } from "./read-seconds.ts";
import type { InputsRequest, PrepareOutcome, TaskMessage } from "./tasks.ts";

/** A job's inputs: what the engine needs. Of the data set no more is in memory than a cache of its blocks. */
export interface JobInputs {
  compiled: CompiledProgram;
  dataset: RowSource;
  initial: IntTensor[];
}

interface Options {
  signal?: AbortSignal;
  onMessage?: (message: TaskMessage) => void;
}

/** Between two messages of a child that checks. */
const TOLD_MS = 1000;

/** What is known of a job from its manifest alone. */
interface Plan {
  manifest: JobManifest;
  compiled: CompiledProgram;
  /** Most bytes of the files that it names. */
  bytes: { dataset: number; init: number };
}

/**
 * Looks at a job's manifest, and fetches the rest when the job can be run here: what it needs is known before. Makes room in the
 * cache first; what this node's own jobs are made of stays.
 * @param limits `memoryMb` a run may need; `cacheBytes` that the cache may hold
 * @throws as loadInputs; CN-021 when the inputs are too large for this node, or for its disk
 */
export async function prepareInputs(
  request: InputsRequest,
  store: BlockFolder,
  limits: { memoryMb: number; cacheBytes: number },
  options: Options = {},
): Promise<PrepareOutcome> {
  const plan = await planOf(request, store, options);
  const cost = costOf(plan.compiled);
  if (cost.memoryMb > limits.memoryMb) return { ...cost, readSeconds: 0, fetched: false };
  await makeRoom(plan, request, store, limits.cacheBytes);
  const { compiled, dataset } = await readInputs(plan, request, store, options, 0);
  const args = fetchArgs(request, store, options, datasetFile(plan));
  for await (const _ of fetchFile(args));
  const { dataRoot } = await verifyDataset(compiled, dataset, { onRows: reporter(dataset, options) });
  compareSpec({ ...request.spec, dataRoot }, request.spec);
  return { ...cost, readSeconds: await readSeconds(compiled, dataset), fetched: true };
}

/**
 * The inputs of a job that was prepared. Each block is checked against its hash when it is read; that data set and spec belong
 * together follows from their hashes since the job was prepared, and is not looked at again: gigabytes take minutes.
 * @throws ST-xxx (storage), EX-xxx (malformed program, data set or state), CN-020 when a hash differs from the spec's
 */
export async function loadInputs(
  request: InputsRequest,
  store: BlockFolder,
  options: Options = {},
): Promise<JobInputs> {
  return await readInputs(await planOf(request, store, options), request, store, options, CACHE_BYTES);
}

async function planOf(request: InputsRequest, store: BlockFolder, options: Options): Promise<Plan> {
  const [cid] = cidsOfDigest(request.spec.inputs); // one raw block
  const args = fetchArgs(request, store, options, { what: "manifest", cid, maxBytes: MAX_MANIFEST_BYTES });
  const manifest = decodeManifest(await fetchBytes(args));
  const compiled = compileProgram(manifest.program);
  compareSpec(specFields(compiled, request.spec), request.spec);
  const [dataset] = compiled.consts;
  const init = "cid" in manifest.init ? mostFileBytes(compiled.states) : 0;
  return { manifest, compiled, bytes: { dataset: mostFileBytes([dataset!]), init } };
}

function datasetFile({ manifest, bytes }: Plan) {
  return { what: "dataset", cid: manifest.dataset.cid, maxBytes: bytes.dataset } as const;
}

/** @param wholeBytes a data set of up to so many is read at once, and held */
async function readInputs(
  plan: Plan,
  request: InputsRequest,
  store: BlockFolder,
  options: Options,
  wholeBytes: number,
): Promise<JobInputs> {
  const { compiled, bytes } = plan;
  const { init } = plan.manifest;
  const args = fetchArgs(request, store, options, datasetFile(plan));
  const dataset = await tensorRows(await openFile({ ...args, cacheBytes: CACHE_BYTES }), { wholeBytes });
  checkShape(compiled, dataset);
  let initial: IntTensor[] = [];
  if ("cid" in init) {
    const file = { what: "init", cid: init.cid, maxBytes: bytes.init } as const;
    initial = decodeTensors(await fetchBytes(fetchArgs(request, store, options, file)));
  }
  const before = stateBefore(compiled, init, initial);
  compareSpec({ ...request.spec, initState: initialStateHash(before) }, request.spec);
  return { compiled, dataset, initial: before };
}

function fetchArgs(
  { gateways, timeoutMs }: InputsRequest,
  store: BlockFolder,
  { signal, onMessage }: Options,
  { what, cid, maxBytes }: { what: "manifest" | "dataset" | "init"; cid: FetchFileArgs["cid"]; maxBytes: number },
) {
  const onProgress: FetchFileArgs["onProgress"] = ({ bytesDone, bytesTotal }) =>
    onMessage?.({ kind: "fetching", what, bytesDone, bytesTotal });
  return { gateways, timeoutMs, request: requestBytes, cid, store, maxBytes, signal, onProgress };
}

/** Tells now and then that a data set is being read: gigabytes take minutes. */
export function reporter(
  { rows, cols }: RowSource,
  { onMessage }: Pick<Options, "onMessage">,
): (first: number, data: Int8Array) => void {
  let told = performance.now();
  return (first, data) => {
    if (performance.now() - told < TOLD_MS) return;
    told = performance.now();
    onMessage?.({ kind: "checking", bytesDone: first * cols + data.length, bytesTotal: rows * cols });
  };
}

function compareSpec(found: Parameters<typeof specDifference>[0], wanted: InputsRequest["spec"]): void {
  const difference = specDifference(found, wanted);
  if (!difference) return;
  throw nodeError("CN-020", {
    ...difference,
    hint: "the requester posted a spec that does not belong to these inputs: the job is not claimed; post it again with specFields()",
  });
}

/** What blocks take on the disk beside their bytes, and what others write meanwhile. */
const DISK_SHARE = 1.05;

async function makeRoom(
  { manifest, bytes }: Plan,
  { maxBytes, kept }: InputsRequest,
  store: BlockFolder,
  cacheBytes: number,
): Promise<void> {
  const needed = bytes.dataset + bytes.init;
  if (needed > maxBytes) {
    throw nodeError("CN-021", {
      found: `inputs of up to ${needed} bytes`,
      wanted: `at most ${maxBytes} bytes`,
      hint: "raise maxJobBytes if line and disk bear it",
    });
  }
  let held = 0;
  for (const cid of filesOf(manifest)) held += await touchFile(store, cid);
  const missing = Math.max(0, needed - held);
  if (store.usage().bytes + missing > cacheBytes) {
    for (const digest of kept) await touchInputs(store, digest);
    await trimCache(store, Math.max(0, cacheBytes - missing), Date.now());
  }
  const { bavail, bsize } = await statfs(store.dir);
  const wanted = Math.ceil(DISK_SHARE * missing);
  if (bavail * bsize >= wanted) return;
  throw nodeError("CN-021", {
    kind: "Retryable",
    found: `${bavail * bsize} bytes free in ${store.dir}`,
    wanted: `${wanted} bytes for the inputs that are not there yet`,
    hint: "make room on the disk, lower maxJobBytes, or set dataDir to another disk",
  });
}

function filesOf({ dataset, init }: JobManifest): string[] {
  return [dataset.cid, ...("cid" in init ? [init.cid] : [])];
}

/** Notes that the inputs of another job are in use, as far as they are there. */
async function touchInputs(store: BlockFolder, digest: InputsRequest["spec"]["inputs"]): Promise<void> {
  const [cid] = cidsOfDigest(digest);
  if ((await touchFile(store, cid)) === 0) return;
  try {
    for (const file of filesOf(decodeManifest(await store.get(cid)))) await touchFile(store, file);
  } catch {
    // Broken by now: whoever needs it fetches it again.
  }
}
