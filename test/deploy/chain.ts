// What the deployment tests share: chains, a wallet that dies, and what a chain says of a deployment.
import hre from "hardhat";
import type { Address } from "viem";
import { readArtifact } from "../../scripts/deploy/artifacts.ts";
import { configPath, type DeployConfig, loadConfig } from "../../scripts/deploy/config.ts";
import { MANAGED, type ManagedName } from "../../scripts/deploy/layout.ts";
import { implementationOf } from "../../scripts/deploy/plan.ts";
import type { Deployment, DeployPublicClient, DeployWalletClient } from "../../scripts/deploy/types.ts";

/** A chain of its own, and who deploys to it. */
export interface Chain {
  publicClient: DeployPublicClient;
  deployer: DeployWalletClient;
  stranger: DeployWalletClient;
  close(): Promise<void>;
}

export async function startChain(): Promise<Chain> {
  const connection = await hre.network.create();
  const publicClient = await connection.viem.getPublicClient();
  const [deployer, stranger] = await connection.viem.getWalletClients();
  return { publicClient, deployer: deployer!, stranger: stranger!, close: () => connection.close() };
}

/** A wallet that sends so many transactions and no more. */
export function dyingWallet(wallet: DeployWalletClient, transactions: number): DeployWalletClient {
  let left = transactions;
  const sendTransaction: DeployWalletClient["sendTransaction"] = async (request) => {
    if (left === 0) throw new Error("killed");
    left -= 1;
    return wallet.sendTransaction(request);
  };
  return { ...wallet, sendTransaction };
}

/** The local configuration, to be changed at will. */
export const local = (): DeployConfig => loadConfig(configPath("local"));

/** What the chain says about everything that a deployment decides. */
export async function wiring({ publicClient }: Chain, deployment: Deployment) {
  const read = (name: ManagedName, functionName: string, args: unknown[] = []) =>
    publicClient.readContract({
      address: deployment.contracts[name]!.address,
      abi: readArtifact(name).abi,
      functionName,
      args,
    });
  const asy = deployment.contracts.AssayToken!.address;
  const implementations: Record<string, Address> = {};
  for (const name of MANAGED) {
    implementations[name] = await implementationOf(publicClient, deployment.contracts[name]!.address);
  }
  return {
    implementations,
    stakingAsy: await read("StakingManager", "ASY"),
    stakingMarket: await read("StakingManager", "MARKET"),
    stakingSlashing: await read("StakingManager", "SLASHING"),
    slashingStaking: await read("SlashingManager", "STAKING"),
    slashingMarket: await read("SlashingManager", "MARKET"),
    marketSlashing: await read("JobMarketplace", "SLASHING"),
    auditFund: await read("StakingManager", "auditFund"),
    feeTokens: await read("DelegationPools", "feeTokens"),
    stakingPools: await read("StakingManager", "POOLS"),
    marketPools: await read("JobMarketplace", "POOLS"),
    poolsPeers: [
      await read("DelegationPools", "ASY"),
      await read("DelegationPools", "STAKING"),
      await read("DelegationPools", "MARKET"),
    ],
    slashingDelay: await read("SlashingManager", "delay"),
    reputation: [await read("ReputationRegistry", "STAKING"), await read("ReputationRegistry", "stakeCap")],
    tiers: await Promise.all([1n, 2n, 3n].map((number) => read("ReputationRegistry", "tier", [number]))),
    marketStaking: await read("JobMarketplace", "STAKING"),
    marketHub: await read("JobMarketplace", "HUB"),
    authorities: [
      await read("AssayToken", "authority"),
      await read("StakingManager", "authority"),
      await read("DelegationPools", "authority"),
      await read("SlashingManager", "authority"),
      await read("ReputationRegistry", "authority"),
      await read("VerificationHub", "authority"),
      await read("JobMarketplace", "authority"),
    ],
    thawPeriod: await read("StakingManager", "thawPeriod"),
    market: await read("JobMarketplace", "config"),
    asyConfig: await read("JobMarketplace", "tokenConfig", [asy]),
    strategies: await read("VerificationHub", "registered"),
    window: await read("VerificationHub", "strategyOf", [0n]),
    referee: await read("VerificationHub", "strategyOf", [1n]),
    token: [await read("AssayToken", "name"), await read("AssayToken", "symbol"), await read("AssayToken", "cap")],
    supply: await read("AssayToken", "totalSupply"),
  };
}
