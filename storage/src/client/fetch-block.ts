import type { CID } from "multiformats/cid";
import { assertBlock, assertBlockSize, MAX_BLOCK_BYTES } from "../block.ts";
import { isStorageError, StorageError } from "../errors.ts";
import { type EndpointRequest, endpointOf } from "./endpoint.ts";
import { pause, withTimeout } from "./retry.ts";

export type GatewayOptions = {
  /** Milliseconds one request may take. */
  timeoutMs?: number;
  /** How often a broken connection, or a 5xx answer, is tried again. */
  retries?: number;
  /** Milliseconds before the first retry; doubles each time. */
  retryDelayMs?: number;
  signal?: AbortSignal;
  /** How bytes are asked for: by `fetch`, as in a browser, or, in Node, by the faster `requestBytes`. */
  request?: RequestBytes;
};

/** Gets the body of an answer of 200. `tooLong` is to be called for one of more than `limit` bytes. */
export type RequestBytes = (
  request: EndpointRequest,
  options: { limit: number; signal: AbortSignal; tooLong: (length: number) => never },
) => Promise<Uint8Array>;

export type BlockFetcher = (cid: CID) => Promise<Uint8Array>;

/**
 * A function that fetches single blocks, asking the gateways in the order given. A gateway that sends a wrong block is
 * not asked again by this fetcher; one that does not answer, or not in time, is asked after all others from then on, so that
 * it costs a file no more than a few waits.
 * @throws ST-009 (ST-002 when every answer was a wrong block), naming each gateway and what it did
 */
export function createBlockFetcher(gateways: readonly string[], options: GatewayOptions = {}): BlockFetcher {
  const { retries = 2, retryDelayMs = 200, signal } = options;
  const distrusted = new Map<string, StorageError>();
  const late = new Set<string>();
  return async (cid) => {
    const failures = new Map<string, unknown>(distrusted);
    for (let attempt = 0; attempt <= retries; attempt++) {
      if (attempt > 0) await pause(retryDelayMs * 2 ** (attempt - 1), signal);
      for (const gateway of [...gateways.filter((g) => !late.has(g)), ...gateways.filter((g) => late.has(g))]) {
        if (distrusted.has(gateway)) continue;
        try {
          return await requestBlock(gateway, cid, options);
        } catch (error) {
          signal?.throwIfAborted();
          failures.set(gateway, error);
          if (isStorageError(error, "ST-002", "ST-006")) distrusted.set(gateway, error);
          if (isTransient(error)) late.add(gateway);
        }
      }
      if (![...failures.values()].some(isTransient)) break;
    }
    throw undelivered(cid, failures);
  };
}

async function requestBlock(
  gateway: string,
  cid: CID,
  { timeoutMs = 30_000, signal, request = fetchBody }: GatewayOptions,
) {
  const bytes = await request(endpointOf(gateway).get(cid), {
    limit: MAX_BLOCK_BYTES,
    signal: withTimeout(timeoutMs, signal),
    tooLong,
  });
  await assertBlock(cid, bytes, gateway);
  return bytes;
}

function tooLong(length: number): never {
  assertBlockSize(length, MAX_BLOCK_BYTES);
  throw new RangeError(`${length} bytes are not too many`);
}

const fetchBody: RequestBytes = async ({ url, ...init }, { limit, signal }) => {
  const response = await fetch(url, { ...init, signal, redirect: "error" });
  if (!response.ok) {
    await response.body?.cancel();
    throw new HttpStatusError(response.status);
  }
  return await readLimited(response, limit);
};

/** An answer that is not the block. */
export class HttpStatusError extends Error {
  override readonly name = "HttpStatusError";
  readonly status: number;
  /** What the server said, clipped. */
  readonly detail: string;
  constructor(status: number, detail = "") {
    super(`HTTP ${status}`);
    this.status = status;
    this.detail = detail;
  }
}

/** @returns whether asking again may help: no answer, or a server in trouble other than a full disk */
export function isTransient(error: unknown): boolean {
  if (isStorageError(error)) return false;
  if (error instanceof HttpStatusError) return error.status === 429 || (error.status >= 500 && error.status !== 507);
  return true;
}

// The length header of a stranger is no promise: count what arrives.
async function readLimited(response: Response, limit: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  const reader = response.body?.getReader();
  while (reader) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > limit) {
      await reader.cancel();
      tooLong(length);
    }
    parts.push(value);
  }
  if (parts.length === 1 && parts[0]) return parts[0];
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function undelivered(cid: CID, failures: Map<string, unknown>): StorageError {
  const found = [...failures].map(([gateway, error]) => `${gateway}: ${describe(error)}`).join("; ");
  const wrong = [...failures.values()].filter((error) => isStorageError(error, "ST-002")).length;
  if (failures.size > 0 && wrong === failures.size) {
    return new StorageError("ST-002", "every gateway sent a wrong block", {
      found,
      wanted: cid.toString(),
      hint: "add a gateway that holds the file, or ask its owner to upload it again",
    });
  }
  return new StorageError("ST-009", "no gateway delivered the block", {
    found: found || "no gateway given, and the block is not in the local store",
    wanted: cid.toString(),
    hint: "check that a gateway in the list is up and holds the file, then try again: blocks already fetched are kept",
    cause: [...failures.values()].at(-1),
  });
}

function describe(error: unknown): string {
  if (isStorageError(error)) return `${error.message} (${error.found})`;
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
