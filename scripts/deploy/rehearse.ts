import type { Address } from "viem";
import type { DeployConfig } from "./config.ts";
import { deploy } from "./deploy.ts";
import type { Sent } from "./types.ts";

/**
 * Runs the whole deployment on an in-process chain, as the same deployer, so that every step's gas can be measured and
 * not guessed: later steps depend on earlier ones, which no node can estimate ahead.
 */
export async function rehearse(deployer: Address, config: DeployConfig): Promise<Sent[]> {
  const { default: hre } = await import("hardhat");
  const connection = await hre.network.create({
    network: "default",
    override: { chainId: config.chainId },
  });
  try {
    const testClient = await connection.viem.getTestClient();
    await testClient.impersonateAccount({ address: deployer });
    await testClient.setBalance({ address: deployer, value: 10n ** 24n });
    const publicClient = await connection.viem.getPublicClient();
    const walletClient = await connection.viem.getWalletClient(deployer);
    const { sent } = await deploy({ publicClient, walletClient, config, path: null });
    return sent;
  } finally {
    await connection.close();
  }
}
