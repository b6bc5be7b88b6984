import {
  type Address,
  BaseError,
  formatLog,
  type Hex,
  HttpRequestError,
  type Log,
  numberToHex,
  ResponseBodyTooLargeError,
  TimeoutError,
} from "viem";
import { type AssayContext, requireChain } from "../context.ts";
import { AssayError } from "../errors.ts";
import { decodeError } from "../revert/decodeError.ts";

export interface LogRange {
  fromBlock: bigint;
  toBlock: bigint;
}

export interface LogFilter extends LogRange {
  address: Address | Address[];
  topics: (Hex | Hex[] | null)[];
  signal?: AbortSignal | undefined;
}

/** Blocks of the first request; halved when an endpoint refuses, doubled when it answers. Few: blocks may be full. */
const FIRST_CHUNK = 32n;
const LARGEST_CHUNK = 1_000_000n;
/** Logs of an answer above which the next range is half as long, so that a reader holds about so many at a time. */
const MANY_LOGS = 5_000;

/**
 * Fetches logs in chunks whose size adapts to what the endpoint grants.
 * @returns logs in chain order
 * @throws as readLogs
 */
export async function fetchLogs(context: AssayContext, filter: LogFilter): Promise<Log[]> {
  const parts: Log[][] = [];
  for await (const part of readLogs(context, filter)) parts.push(part);
  return parts.flat();
}

/**
 * Reads logs in chain order, one chunk after the other, so that a reader of millions need not hold them all. Chunks adapt
 * to what the endpoint grants and to how much comes.
 * @throws AssayError SDK-042 when a single block is refused; SDK-040 when the endpoint cannot be reached; SDK-023
 */
export async function* readLogs(context: AssayContext, filter: LogFilter): AsyncGenerator<Log[]> {
  let chunk = FIRST_CHUNK;
  let from = filter.fromBlock;
  try {
    await requireChain(context);
  } catch (error) {
    throw decodeError(error);
  }
  while (from <= filter.toBlock) {
    throwIfAborted(filter.signal);
    const last = from + chunk - 1n;
    const to = last < filter.toBlock ? last : filter.toBlock;
    const logs = await tryLogs(context, filter, from, to);
    if (!logs) {
      chunk = (to - from + 1n) / 2n;
      continue;
    }
    chunk = nextChunk(to - from + 1n, chunk, logs.length);
    from = to + 1n;
    if (logs.length > 0) yield logs;
  }
}

/** @param span blocks of the last answer, which may be less than `chunk` at the end of a range */
function nextChunk(span: bigint, chunk: bigint, found: number): bigint {
  if (found > MANY_LOGS) return span > 1n ? span / 2n : 1n;
  if (found > MANY_LOGS / 2) return chunk;
  return chunk * 2n < LARGEST_CHUNK ? chunk * 2n : LARGEST_CHUNK;
}

/** @returns undefined when a smaller range may be granted */
async function tryLogs(context: AssayContext, filter: LogFilter, from: bigint, to: bigint): Promise<Log[] | undefined> {
  try {
    return await requestLogs(context, filter, from, to);
  } catch (error) {
    if (!mayBeTooLarge(error)) throw decodeError(error);
    if (to === from) throw refusedBlock(from, error);
    return undefined;
  }
}

async function requestLogs(context: AssayContext, filter: LogFilter, from: bigint, to: bigint): Promise<Log[]> {
  const range = { fromBlock: numberToHex(from), toBlock: numberToHex(to) };
  const logs = await context.publicClient.request(
    { method: "eth_getLogs", params: [{ address: filter.address, topics: filter.topics, ...range }] },
    { retryCount: 1 },
  );
  return logs.map((log) => formatLog(log));
}

/**
 * Whether a smaller range could help. Endpoints answer "too many results" with different codes, so every answer
 * counts; only silence (no connection) does not.
 */
function mayBeTooLarge(error: unknown): boolean {
  if (!(error instanceof BaseError)) return false;
  // the transport's own limit on an answer
  if (error.walk((cause) => cause instanceof ResponseBodyTooLargeError)) return true;
  const http = error.walk((cause) => cause instanceof HttpRequestError) as HttpRequestError | null;
  if (http) return http.status !== undefined && http.status !== 401 && http.status !== 403;
  if (error.walk((cause) => cause instanceof TimeoutError)) return true;
  return "code" in error && typeof error.code === "number";
}

function refusedBlock(block: bigint, cause: unknown): AssayError {
  const reason = decodeError(cause);
  return new AssayError("SDK-042", {
    message: `the RPC endpoint refuses the logs of block ${block} alone`,
    hint: `Use another endpoint. Its answer was: ${reason.message}`,
    cause,
  });
}

/** Throws SDK-023 when the signal is aborted. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (!signal?.aborted) return;
  throw new AssayError("SDK-023", {
    message: "the caller aborted the wait",
    hint: "Nothing was changed on chain by this",
    cause: signal.reason,
  });
}

/** The last block number the endpoint knows, never from a cache. */
export async function headNumber(context: AssayContext): Promise<bigint> {
  try {
    return await context.publicClient.getBlockNumber({ cacheTime: 0 });
  } catch (error) {
    throw decodeError(error);
  }
}
