import type { CID } from "multiformats/cid";
import { RAW } from "../block.ts";
import { StorageError } from "../errors.ts";
import { type EndpointRequest, endpointOf } from "./endpoint.ts";
import { type GatewayOptions, HttpStatusError, isTransient } from "./fetch-block.ts";
import { type FileSource, type ImportedFile, importFile } from "./import-file.ts";
import type { OnProgress } from "./progress.ts";
import { pause, withTimeout } from "./retry.ts";

export type UploadFileArgs = GatewayOptions & {
  gateway: string;
  bytes: FileSource;
  /** Length of the file, for the progress of a stream; known by itself for a Uint8Array. */
  bytesTotal?: number;
  /** The gateway's upload token, if it asks for one. */
  token?: string;
  /** Blocks sent at the same time. */
  concurrency?: number;
  onProgress?: OnProgress;
};

/**
 * Cuts a file into blocks and uploads those the gateway does not hold yet, so that an interrupted upload, called again,
 * goes on where it stopped.
 * @returns the file's identifier, its length, the number of its blocks
 * @throws ST-012 naming the gateway and its answer, or the signal's reason
 */
export async function uploadFile(args: UploadFileArgs): Promise<ImportedFile> {
  const { bytes, onProgress, signal, concurrency } = args;
  const bytesTotal = bytes instanceof Uint8Array ? bytes.length : args.bytesTotal;
  let bytesDone = 0;
  let blocks = 0;
  const put = async (cid: CID, block: Uint8Array) => {
    await uploadBlock(args, cid, block);
    blocks += 1;
    if (cid.code === RAW) bytesDone += block.length;
    onProgress?.({ bytesDone, bytesTotal, blocks });
  };
  const file = await importFile({ source: bytes, put, concurrency, signal });
  await keep(args, file.cid);
  return file;
}

async function uploadBlock(args: UploadFileArgs, cid: CID, block: Uint8Array): Promise<void> {
  const { retries = 3, retryDelayMs = 200, signal } = args;
  for (let attempt = 0; ; attempt++) {
    try {
      if (!(await holdsBlock(args, cid))) await putBlock(args, cid, block);
      return;
    } catch (error) {
      signal?.throwIfAborted();
      if (attempt >= retries || !isTransient(error)) throw refused(args.gateway, cid, error);
      await pause(retryDelayMs * 2 ** attempt, signal);
    }
  }
}

async function holdsBlock(args: UploadFileArgs, cid: CID): Promise<boolean> {
  const { has, absent } = endpointOf(args.gateway);
  const { ok, status } = await ask(args, has(cid));
  if (!ok && !absent.includes(status)) throw new HttpStatusError(status);
  return ok;
}

async function putBlock(args: UploadFileArgs, cid: CID, block: Uint8Array): Promise<void> {
  const { ok, status, text } = await ask(args, endpointOf(args.gateway).put(cid, block));
  if (!ok) throw new HttpStatusError(status, text.slice(0, 500));
}

/** Asks the endpoint to hold on to the file. */
async function keep(args: UploadFileArgs, root: CID): Promise<void> {
  const request = endpointOf(args.gateway).keep?.(root);
  if (!request) return;
  const { ok, status, text } = await ask(args, request);
  if (!ok) throw refused(args.gateway, root, new HttpStatusError(status, text.slice(0, 500)));
}

async function ask(args: UploadFileArgs, { url, headers, ...request }: EndpointRequest) {
  const { token, timeoutMs = 30_000, signal } = args;
  const response = await fetch(url, {
    ...request,
    headers: { ...headers, ...(token && request.method !== "HEAD" ? { authorization: `Bearer ${token}` } : {}) },
    signal: withTimeout(timeoutMs, signal),
  });
  const { ok, status } = response;
  return { ok, status, text: await response.text() };
}

function refused(gateway: string, cid: CID, cause: unknown): StorageError {
  const status = cause instanceof HttpStatusError ? cause.status : undefined;
  const said = cause instanceof HttpStatusError ? `HTTP ${status} ${cause.detail}`.trim() : describeNetwork(cause);
  return new StorageError("ST-012", "the gateway did not take the block", {
    found: `${gateway}: ${said}`,
    wanted: `block ${cid} stored`,
    hint: hintFor(status),
    cause,
  });
}

function hintFor(status: number | undefined): string {
  if (status === undefined) return "check that the gateway runs and can be reached, then upload again: it goes on";
  if (status === 401) return "give the gateway's upload token";
  if (status === 507) return "the gateway's disk is full: make room there or use another gateway";
  return "see the gateway's answer";
}

function describeNetwork(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
