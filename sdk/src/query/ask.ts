import type { Hash } from "viem";
import type { AssayContext, IndexEndpoint } from "../context.ts";
import { AssayError } from "../errors.ts";
import { throwIfAborted } from "../internal/logs.ts";
import { bytes, decodeFields, flag, int, maybe, one } from "./fields.ts";

/** The block whose state an answer shows. */
export interface IndexBlock {
  number: bigint;
  hash: Hash;
  /** Unix time, in seconds. */
  timestamp: number;
}

export interface AskArgs {
  /** A GraphQL query that selects META beside whatever it wants. */
  query: string;
  variables?: Readonly<Record<string, unknown>> | undefined;
  signal?: AbortSignal | undefined;
}

/** What the index answered, as JSON, and the block it is from. */
export interface RawAnswer {
  data: Record<string, unknown>;
  block: IndexBlock;
}

const TIMEOUT = 15_000;
/** graph-node's words, which have no code, for an index without a block yet, and for a reorganisation in mid-question. */
const PASSING = /has not started syncing|chain was reorganized while executing/;
const META_FIELDS = {
  block: one("_Block_", { number: int, hash: maybe(bytes), timestamp: maybe(int) }),
  hasIndexingErrors: flag,
};
/** What every query of this package selects, so that each answer says which block it is from. */
export const META = "{ block { number hash timestamp } hasIndexingErrors }";

/**
 * Asks the index one question.
 * @throws AssayError SDK-060 to SDK-062, SDK-065, SDK-066; SDK-023 when the signal is aborted
 */
export async function askIndex(context: AssayContext, { query, variables, signal }: AskArgs): Promise<RawAnswer> {
  const { url, timeout = TIMEOUT } = requireIndex(context);
  throwIfAborted(signal);
  const limit = AbortSignal.timeout(timeout);
  const abort = signal ? AbortSignal.any([signal, limit]) : limit;
  let status: number;
  let body: string;
  try {
    const answer = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ query, variables }),
      signal: abort,
    });
    status = answer.status;
    body = await answer.text();
  } catch (cause) {
    throwIfAborted(signal);
    throw silent(limit.aborted ? `nothing within ${timeout} ms` : reasonOf(cause), cause);
  }
  return read(status, body);
}

/** @throws AssayError SDK-060 */
export function requireIndex({ index }: AssayContext): IndexEndpoint {
  if (index) return index;
  throw new AssayError("SDK-060", {
    message: "the query goes to an index of the protocol, and this client knows none",
    wanted: "the URL of the protocol's subgraph",
    hint: "Pass index: { url } to createAssayClient; `npm run indexer -- up` starts one on this machine",
  });
}

interface Reply {
  data?: Record<string, unknown> | null;
  errors?: { message?: string }[];
}

function read(status: number, body: string): RawAnswer {
  let reply: Reply;
  try {
    reply = JSON.parse(body) as Reply;
  } catch (cause) {
    throw silent(`HTTP status ${status} without JSON`, cause);
  }
  const said = reply.errors?.map(({ message }) => message).join("; ");
  if (status >= 500 || status === 429) throw silent(`HTTP status ${status}: ${said ?? "no reason given"}`);
  const meta = reply.data?._meta ? decodeFields(META_FIELDS, reply.data._meta, "_meta") : undefined;
  if (meta?.hasIndexingErrors) {
    throw new AssayError("SDK-065", {
      message: "the index met an event that it could not digest, and stopped there",
      found: `it stands at block ${meta.block.number}`,
      wanted: "an index without errors",
      hint: "Read the chain instead, and tell whoever runs the index: its status says what it stumbled over",
    });
  }
  if (said && PASSING.test(said)) throw silent(`${said}: ask again in a moment`);
  if (said !== undefined) {
    throw new AssayError("SDK-062", {
      message: "the index refused the query",
      found: said,
      wanted: "a query that fits its schema and its limits of depth and size",
      hint: "Correct the query, or ask for less at once: fewer fields, a smaller page, less nesting",
    });
  }
  const { hash, number, timestamp = 0 } = meta?.block ?? {};
  if (!reply.data || !hash || number === undefined) throw blockless(reply.data);
  return { data: reply.data, block: { number: BigInt(number), hash, timestamp } };
}

function silent(found: string, cause?: unknown): AssayError {
  return new AssayError("SDK-061", {
    message: "the index does not answer",
    found,
    wanted: "the protocol's subgraph",
    hint: "Check the index's URL and that it runs, then try again; the chain answers the same questions, slower",
    cause,
  });
}

function blockless(data: unknown): AssayError {
  return new AssayError("SDK-066", {
    message: "the answer does not say which block it is from",
    found: data ? "no _meta.block with a hash" : "neither data nor an error",
    wanted: `_meta ${META}`,
    hint: "Select _meta in the query, and ask a graph-node",
  });
}

function reasonOf(cause: unknown): string {
  const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
  return inner instanceof Error ? inner.message || inner.name : String(inner);
}
