import { ContractFunctionExecutionError, parseAbi } from "viem";
import type { DeployConfig } from "./config.ts";
import { type Creation, creationOf } from "./create2.ts";
import { DeployError } from "./error.ts";
import type { DeployPublicClient } from "./types.ts";

type Randomness = NonNullable<DeployConfig["randomness"]>;

/** What a coordinator of VRF v2.5 tells of itself, as far as a beacon depends on it. */
const COORDINATOR = parseAbi([
  "function s_config() view returns (uint16 minimumRequestConfirmations, uint32 maxGasLimit)",
  "function s_provingKeys(bytes32 keyHash) view returns (bool exists, uint64 maxGas)",
]);

/** The beacon. Coordinator, key, patience and price are part of its address, and never change. */
export function beaconOf({ coordinator, keyHash, confirmations, timeout, fee }: Randomness): Creation {
  return creationOf("RandomnessBeacon", [coordinator, keyHash, confirmations, BigInt(timeout), fee], "randomness");
}

/**
 * Refuses what would make a beacon that nobody can mend: its coordinator would turn each request down, or never answer.
 * @throws DeployError DEPLOY-016
 */
export async function requireCoordinator(client: DeployPublicClient, randomness: Randomness): Promise<void> {
  const { coordinator: address, keyHash, confirmations } = randomness;
  const least = await ask(() => client.readContract({ address, abi: COORDINATOR, functionName: "s_config" }));
  if (!least) throw refusal(`at ${address} is no coordinator of VRF v2.5`, "Name the one of this chain");
  if (confirmations < least[0])
    throw refusal(
      `${address} answers after ${least[0]} confirmations at the earliest, not ${confirmations}`,
      "Ask for more",
    );
  const key = await ask(() =>
    client.readContract({ address, abi: COORDINATOR, functionName: "s_provingKeys", args: [keyHash] }),
  );
  if (!key?.[0]) throw refusal(`${address} has no proving key ${keyHash}`, "Name the hash of one of its gas lanes");
}

/** @returns undefined where the contract has no such function or is none */
async function ask<Answer>(read: () => Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof ContractFunctionExecutionError) return undefined;
    throw error;
  }
}

function refusal(found: string, remedy: string): DeployError {
  return new DeployError("DEPLOY-016", `section randomness: ${found}`, `${remedy}, or leave the section out`);
}
