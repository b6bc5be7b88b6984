import {
  type AbiEvent,
  type Address,
  BaseError,
  type GetLogsReturnType,
  HttpRequestError,
  type PublicClient,
  TimeoutError,
} from "viem";
import { DaemonError } from "./errors.ts";
import { maskUrl } from "./mask.ts";

/** Throws DK-042 unless every URL can be asked. */
export function assertUrls(urls: readonly string[]): void {
  const bad = urls.find((url) => !/^https?:$/.test(URL.parse(url)?.protocol ?? ""));
  if (urls.length > 0 && bad === undefined) return;
  throw new DaemonError("DK-042", "no usable RPC URL", {
    kind: "UserFault",
    found: bad === undefined ? "an empty list" : maskUrl(bad),
    wanted: "one or more http or https URLs",
    hint: "set the RPC URL of the chain in the configuration",
  });
}

/**
 * Checks that the chain answers and is the one meant.
 * @returns the chain id @throws DK-040 unreachable, DK-041 another chain
 */
export async function checkRpc(client: PublicClient, urls: readonly string[], chainId?: number): Promise<number> {
  const found = await client.getChainId().catch((error: unknown) => {
    throw toRpcError(error, urls);
  });
  if (chainId === undefined || found === chainId) return found;
  throw new DaemonError("DK-041", "the RPC serves another chain", {
    kind: "UserFault",
    found: `chain ${found} at ${urls.map(maskUrl).join(", ")}`,
    wanted: `chain ${chainId}`,
    hint: "correct the RPC URL, or the chain in the configuration",
  });
}

/** @returns DK-040 for a failure to reach the RPC, any other error as it is */
export function toRpcError(error: unknown, urls: readonly string[] = []): unknown {
  if (!isUnreachable(error)) return error;
  const where = urls.length > 0 ? urls.map(maskUrl).join(", ") : "the configured URLs";
  return new DaemonError("DK-040", "the RPC cannot be reached", {
    kind: "Retryable",
    found: `${reasonOf(error)} at ${where}`,
    wanted: "an Ethereum JSON-RPC endpoint that answers",
    hint: "check that the chain's node runs and the URL is right; add a second URL as a fallback",
    cause: error,
  });
}

/** @returns DK-040 for an RPC that answers, and refuses again and again what every RPC can tell */
export function refusedError(error: BaseError): DaemonError {
  return new DaemonError("DK-040", "the RPC refuses to answer", {
    kind: "Retryable",
    found: (error.details || error.shortMessage).split("\n")[0] ?? "",
    wanted: "an Ethereum JSON-RPC endpoint that knows its own newest blocks",
    hint: "try again, or use another endpoint",
    cause: error,
  });
}

/** @returns whether the RPC gave no proper answer, by the class of viem's error */
export function isUnreachable(error: unknown): boolean {
  if (!(error instanceof BaseError)) return false;
  return error.walk((e) => e instanceof HttpRequestError || e instanceof TimeoutError) !== null;
}

/** What endpoints call "too many" in an answer of status 200: standard, and two of their own. */
const LIMIT_CODES = [-32005, -32007, 429];

/** @returns whether the RPC refused to answer because it was asked too often: that says nothing of what was asked */
export function isRateLimited(error: unknown): boolean {
  if (!(error instanceof BaseError)) return false;
  return error.walk((e) => e instanceof Error && "code" in e && LIMIT_CODES.includes(e.code as number)) !== null;
}

function reasonOf(error: unknown): string {
  const inner =
    error instanceof BaseError ? error.walk((e) => e instanceof HttpRequestError || e instanceof TimeoutError) : null;
  if (inner instanceof HttpRequestError) {
    return inner.status ? `HTTP ${inner.status}` : ((inner.details || inner.shortMessage).split("\n")[0] ?? "");
  }
  return inner instanceof TimeoutError ? "no answer in time" : "no answer";
}

export type GetLogsArgs<E extends readonly AbiEvent[]> = {
  address: Address | Address[];
  events: E;
  /** Values of indexed arguments that are asked for; with one event only. */
  args?: Readonly<Record<string, unknown>> | undefined;
  fromBlock: bigint;
  toBlock: bigint;
  /** Most blocks asked for at once. */
  maxRange?: bigint;
};

export type LogChunk<E extends readonly AbiEvent[]> = {
  fromBlock: bigint;
  toBlock: bigint;
  logs: GetLogsReturnType<undefined, E, true>;
};

/**
 * Logs over any range, in order, in chunks as large as the RPC allows: halved when it refuses, doubled when it answers.
 * @throws DK-040, or the RPC's refusal of a single block
 */
export async function* getLogsChunked<const E extends readonly AbiEvent[]>(
  client: PublicClient,
  { address, events, args, fromBlock, toBlock, maxRange = 10_000n }: GetLogsArgs<E>,
): AsyncGenerator<LogChunk<E>, void, undefined> {
  // viem takes arguments with `event` alone
  const wanted = (args ? { event: events[0], args } : { events }) as { events: E };
  let range = maxRange;
  for (let from = fromBlock; from <= toBlock; ) {
    const last = from + range - 1n;
    const to = last < toBlock ? last : toBlock;
    try {
      const logs = await client.getLogs({ address, ...wanted, fromBlock: from, toBlock: to, strict: true });
      yield { fromBlock: from, toBlock: to, logs: logs as LogChunk<E>["logs"] };
      from = to + 1n;
      range = range * 2n < maxRange ? range * 2n : maxRange;
    } catch (error) {
      // A server that cannot be reached at all is not helped by asking for less.
      const refused = error instanceof BaseError && !isUnreachable(error);
      const tooSlow = error instanceof BaseError && error.walk((e) => e instanceof TimeoutError) !== null;
      if (to === from || !(refused || tooSlow)) throw toRpcError(error);
      range = (to - from + 1n) / 2n;
    }
  }
}
