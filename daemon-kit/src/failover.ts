import {
  type CustomTransport,
  custom,
  type EIP1193RequestFn,
  type Hex,
  HttpRequestError,
  hexToNumber,
  numberToHex,
} from "viem";
import { askJsonRpc } from "./json-rpc.ts";
import { maskUrl } from "./mask.ts";
import { isRateLimited, isUnreachable } from "./rpc.ts";

export type EndpointState = "good" | "behind" | "failing" | "wrongChain" | "unknown";

/** What is known of one RPC endpoint. */
export type EndpointHealth = {
  /** Without credentials and keys. */
  url: string;
  state: EndpointState;
  head: number | undefined;
  /** Blocks behind the others. */
  behind: number;
  latencyMs: number | undefined;
};

export type FailoverArgs = {
  /** In order of preference among equals. */
  urls: readonly string[];
  /** Endpoints of another chain are never asked; learnt from the first that answers when left out. */
  chainId?: number | undefined;
  timeoutMs?: number;
  /** Blocks that an endpoint may be behind the others and still be asked. */
  maxLagBlocks?: number;
  /** Milliseconds between two looks at all endpoints, made when a request comes. */
  checkMs?: number;
  now?: () => number;
};

export type Failover = { transport: CustomTransport; health(): EndpointHealth[]; check(): Promise<void> };

type Endpoint = {
  url: string;
  request: EIP1193RequestFn;
  chainId: number | undefined;
  head: number | undefined;
  latencyMs: number | undefined;
  failures: number;
  failedAt: number;
};

/** After a failure an endpoint is asked last for a while; longer with each further one. */
const REST_MS = 2_000;
const LONGEST_REST_MS = 60_000;

/** Less than this is chance, however large a part of the whole it is: endpoints nearby answer within a millisecond or two. */
const LEAST_GAIN_MS = 20;

/**
 * Several RPC endpoints as one. The best is asked: of the right chain, not behind, not failing, the quickest; when it does
 * not answer, the next. What an endpoint answers, a revert for one, is an answer and is not asked of another.
 */
export function createFailover(args: FailoverArgs): Failover {
  const { urls, timeoutMs = 10_000, maxLagBlocks = 3, checkMs = 15_000, now = Date.now } = args;
  const endpoints = urls.map((url): Endpoint => {
    const { request } = custom({ request: askJsonRpc(url, { timeoutMs }) }, { retryCount: 0 })({});
    return { url, request, chainId: undefined, head: undefined, latencyMs: undefined, failures: 0, failedAt: 0 };
  });
  let chainId = args.chainId;
  let checkedAt = Number.NEGATIVE_INFINITY;
  let checking: Promise<void> | undefined;

  const check = (): Promise<void> => {
    checking ??= Promise.all(endpoints.map((endpoint) => probe(endpoint, now))).then(() => {
      chainId ??= endpoints.find((endpoint) => endpoint.chainId !== undefined)?.chainId;
      checkedAt = now();
      checking = undefined;
    });
    return checking;
  };
  const healthOf = (endpoint: Endpoint): EndpointHealth => {
    const { url, head, latencyMs } = endpoint;
    const behind = head === undefined ? 0 : Math.max(0, referenceHead(endpoints) - head);
    return { url: maskUrl(url), state: stateOf(endpoint, chainId, behind, maxLagBlocks), head, behind, latencyMs };
  };
  const request = async (call: { method: string; params?: unknown }): Promise<unknown> => {
    if (checkedAt === Number.NEGATIVE_INFINITY) await check();
    else if (now() - checkedAt >= checkMs) void check();
    let failure: unknown;
    for (const endpoint of ranked(endpoints, healthOf, now())) {
      try {
        const answer = await endpoint.request(call as never);
        endpoint.failures = 0;
        return answer;
      } catch (error) {
        // Asked elsewhere only when there was no answer: a transaction may have been taken all the same, and sending
        // the same signed bytes twice is harmless.
        if (!isUnreachable(error) && !isTooBusy(call.method, error)) throw error;
        fail(endpoint, now());
        failure = error;
      }
    }
    // Told as it is: the caller compares it with the chain that is meant, and names both.
    const other = endpoints.find((endpoint) => endpoint.chainId !== undefined);
    if (failure === undefined && call.method === "eth_chainId" && other?.chainId) return numberToHex(other.chainId);
    throw failure ?? new HttpRequestError({ url: urls.map(maskUrl).join(", "), details: "all serve another chain" });
  };
  return { transport: custom({ request }, { retryCount: 1 }), health: () => endpoints.map(healthOf), check };
}

/** Some say "too many" of logs, too: too many for one answer. Who asks for logs asks for less then. */
function isTooBusy(method: string, error: unknown): boolean {
  return method !== "eth_getLogs" && isRateLimited(error);
}

async function probe(endpoint: Endpoint, now: () => number): Promise<void> {
  const began = now();
  try {
    endpoint.chainId ??= hexToNumber((await endpoint.request({ method: "eth_chainId" } as never)) as Hex);
    endpoint.head = hexToNumber((await endpoint.request({ method: "eth_blockNumber" } as never)) as Hex);
    endpoint.latencyMs = now() - began;
    endpoint.failures = 0;
  } catch {
    fail(endpoint, now());
  }
}

function fail(endpoint: Endpoint, at: number): void {
  endpoint.failures += 1;
  endpoint.failedAt = at;
}

/** The head that endpoints are held against. With three and more, one that runs ahead alone does not make the others late. */
function referenceHead(endpoints: readonly Endpoint[]): number {
  const heads = endpoints.flatMap(({ head }) => (head === undefined ? [] : [head])).sort((a, b) => b - a);
  return heads[heads.length >= 3 ? 1 : 0] ?? 0;
}

function stateOf(
  { chainId: found, failures, head }: Endpoint,
  wanted: number | undefined,
  behind: number,
  maxLagBlocks: number,
): EndpointState {
  if (found !== undefined && wanted !== undefined && found !== wanted) return "wrongChain";
  if (failures > 0) return "failing";
  if (head === undefined) return "unknown";
  return behind > maxLagBlocks ? "behind" : "good";
}

const ORDER: Readonly<Record<EndpointState, number>> = { good: 0, unknown: 1, behind: 2, failing: 3, wrongChain: 9 };

/** Endpoints in the order in which they are asked; those of another chain not at all. */
function ranked(endpoints: Endpoint[], healthOf: (endpoint: Endpoint) => EndpointHealth, now: number): Endpoint[] {
  const rank = (endpoint: Endpoint) => {
    const { state } = healthOf(endpoint);
    const rested = now - endpoint.failedAt >= Math.min(LONGEST_REST_MS, REST_MS * 2 ** (endpoint.failures - 1));
    return state === "failing" && rested ? ORDER.unknown : ORDER[state];
  };
  const usable = endpoints.filter((endpoint) => healthOf(endpoint).state !== "wrongChain");
  const groups = Map.groupBy(usable, rank);
  return [...groups].toSorted(([a], [b]) => a - b).flatMap(([, equals]) => bySpeed(equals));
}

/** A quicker one is preferred when it is quicker by half: otherwise requests would hop, and the order given counts. */
function bySpeed(equals: readonly Endpoint[]): Endpoint[] {
  const latency = ({ latencyMs }: Endpoint) => latencyMs ?? Number.POSITIVE_INFINITY;
  const rest = [...equals];
  const ordered: Endpoint[] = [];
  while (rest.length > 0) {
    const least = Math.min(...rest.map(latency));
    const isSlow = (ms: number) => least < ms / 2 && ms - least >= LEAST_GAIN_MS;
    const next = rest.findIndex((endpoint) => !isSlow(latency(endpoint)));
    ordered.push(...rest.splice(next, 1));
  }
  return ordered;
}
