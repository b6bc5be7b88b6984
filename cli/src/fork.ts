import { fileURLToPath } from "node:url";
import type { ForkedChain } from "@assay/sdk";
import { createHardhatRuntimeEnvironment } from "hardhat/hre";

/** A copy of a chain in this process, that may be written to. */
export interface Fork extends ForkedChain {
  close(): Promise<void>;
}

/**
 * Forks a chain in this process. The copy asks the endpoint for what it needs, and sends it nothing.
 * @param args.url an http or https endpoint of the chain
 * @param args.blockNumber on top of which block; left to itself Hardhat takes one that is some dozens of blocks old
 */
export async function forkChain(args: { url: string; chainId: number; blockNumber: bigint }): Promise<Fork> {
  const { url, chainId, blockNumber } = args;
  const forking = { url, blockNumber: Number(blockNumber) };
  const network = { type: "edr-simulated", chainType: "l1", chainId, forking } as const;
  // Hardhat wants a project to belong to; this package is one
  const project = fileURLToPath(new URL("..", import.meta.url));
  const hardhat = await createHardhatRuntimeEnvironment({ networks: { fork: network } }, {}, project);
  const connection = await hardhat.network.create("fork");
  return {
    request: ({ method, params = [] }) => connection.provider.request({ method, params }),
    close: () => connection.close(),
  };
}
