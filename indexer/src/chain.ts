import type { Deployment } from "@assay/sdk";
import { type Address, createPublicClient, type Hash, http } from "viem";
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
 * @throws IX-010 the endpoint does not answer, IX-011 it is another chain or another chain of the same id
 */
export async function checkChain(url: string, deployment: Deployment): Promise<ChainFacts> {
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
  const address: Address = deployment.contracts.JobMarketplace.address;
  if ((await client.getCode({ address })) === undefined) {
    throw wrongChain(`nothing at ${address}`, "the JobMarketplace that the deployment file names");
  }
  return facts;
}

function wrongChain(found: string, wanted: string) {
  return failure("IX-011", "the protocol of the deployment file is not on this chain", {
    found,
    wanted,
    hint: "deploy first (`npm run deploy`), or give the deployment file of this chain with --deployment",
  });
}
