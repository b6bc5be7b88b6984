import type { AnyDeployment } from "@assay/sdk";
import { type Address, BaseError, createPublicClient, type Hash, http, type PublicClient } from "viem";
import { failure } from "./errors.ts";

export interface ChainFacts {
  chainId: number;
  /** Hash of block 0: two chains of one id are told apart by it. */
  genesis: Hash;
  head: number;
}

/** The hash of block 0. Rejects when the endpoint does not answer or has no block 0. */
export async function genesisOf(url: string): Promise<Hash> {
  const client = createPublicClient({ transport: http(url, { retryCount: 1 }) });
  return (await client.getBlock({ blockNumber: 0n })).hash;
}

/**
 * Asks the chain who it is, and whether the protocol is on it.
 *
 * @throws IX-010 the endpoint does not answer, IX-020 it has no history, IX-011 it is another chain or another chain of the same id
 */
export async function checkChain(url: string, deployment: AnyDeployment): Promise<ChainFacts> {
  const client = createPublicClient({ transport: http(url, { retryCount: 1 }) });
  let facts: ChainFacts;
  try {
    const [chainId, genesis, head] = await Promise.all([
      client.getChainId(),
      client.getBlock({ blockNumber: 0n }),
      client.getBlockNumber(),
    ]);
    facts = { chainId, genesis: genesis.hash, head: Number(head) };
  } catch (cause) {
    throw failure("IX-010", "the chain does not answer", {
      found: cause instanceof Error ? (cause.message.split("\n")[0] ?? "") : String(cause),
      wanted: "an RPC endpoint with the whole history (block 0 included)",
      hint: "check --rpc-url; a pruned or rate-limited endpoint cannot feed an indexer",
      kind: "Retryable",
      cause,
    });
  }
  if (facts.chainId !== deployment.chainId) {
    throw wrongChain(`chain ${facts.chainId}`, `chain ${deployment.chainId}, as the deployment file says`);
  }
  const name = "JobMarketplace" in deployment.contracts ? "JobMarketplace" : "SatelliteBridge";
  const { address } = deployment.contracts[name]!;
  if ((await client.getCode({ address })) === undefined) {
    throw wrongChain(`nothing at ${address}`, `the ${name} that the deployment file names`);
  }
  await requireHistory(client, address, BigInt(deployment.startBlock));
  return facts;
}

/**
 * An endpoint may answer for block 0 and have forgotten, or refuse, the logs after it: graph-node would ask again for ever.
 */
async function requireHistory(client: PublicClient, address: Address, startBlock: bigint): Promise<void> {
  try {
    await client.getBlock({ blockNumber: startBlock });
    await client.getLogs({ address, fromBlock: startBlock, toBlock: startBlock });
  } catch (cause) {
    throw failure("IX-020", "the chain's endpoint does not keep the protocol's history", {
      // the endpoint's own words, where it has any
      found: cause instanceof BaseError ? cause.details || cause.shortMessage : String(cause),
      wanted: `block ${startBlock} and its logs (eth_getLogs), where the deployment begins`,
      hint: "give an archive endpoint with --rpc-url; one that is pruned cannot feed an indexer",
      kind: "Retryable",
      cause,
    });
  }
}

function wrongChain(found: string, wanted: string) {
  return failure("IX-011", "the protocol of the deployment file is not on this chain", {
    found,
    wanted,
    hint: "deploy first (`npm run deploy`), or give the deployment file of this chain with --deployment",
  });
}
