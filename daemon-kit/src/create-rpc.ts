import { type Chain, createPublicClient, custom, type PublicClient } from "viem";
import { createFailover, type Failover } from "./failover.ts";
import { askJsonRpc } from "./json-rpc.ts";
import { assertUrls } from "./rpc.ts";

export type CreateRpcArgs = {
  /** In order of preference; with more than one, the quickest that is not behind is asked. */
  urls: readonly string[];
  chain?: Chain;
  timeoutMs?: number;
  retryCount?: number;
  /** Milliseconds between two looks at the chain. */
  pollingIntervalMs?: number;
  /** Blocks that one of several endpoints may be behind the others and still be asked. */
  maxLagBlocks?: number;
};

export type Rpc = PublicClient & { /** Absent with one URL. */ endpoints?: Failover };

/** A viem client over one or more RPC URLs. @throws DK-042 without a usable URL */
export function createRpc(args: CreateRpcArgs): Rpc {
  const { urls, chain, timeoutMs = 10_000, retryCount = 3, pollingIntervalMs = 1_000, maxLagBlocks } = args;
  assertUrls(urls);
  const [only] = urls;
  if (only !== undefined && urls.length === 1) {
    const transport = custom({ request: askJsonRpc(only, { timeoutMs }) }, { retryCount });
    return createPublicClient({ chain, transport, pollingInterval: pollingIntervalMs });
  }
  const endpoints = createFailover({
    urls,
    chainId: chain?.id,
    timeoutMs,
    ...(maxLagBlocks === undefined ? {} : { maxLagBlocks }),
  });
  const client = createPublicClient({ chain, transport: endpoints.transport, pollingInterval: pollingIntervalMs });
  return Object.assign(client, { endpoints });
}
