import { fileURLToPath } from "node:url";
import { type Abi, type Address, numberToHex } from "viem";
import { readAbis } from "../../scripts/generate-abis.ts";
import type { AssayClient } from "../../sdk/src/index.ts";
import type { IndexedMarket } from "./harness.ts";

export const DAY = 86_400;
const ABIS = readAbis(fileURLToPath(new URL("../../artifacts/contracts", import.meta.url)));

export function addressOf(client: AssayClient): Address {
  return client.walletClient!.account!.address;
}

export function abiOf(contract: string): Abi {
  return ABIS.get(contract) as unknown as Abi;
}

/** Sends a call from test account `from` to a contract of the deployment. */
export async function send(
  market: IndexedMarket,
  from: number,
  contract: string,
  functionName: string,
  ...args: unknown[]
) {
  const abi = abiOf(contract);
  const address = market.deployment.contracts[contract]!.address;
  const hash = await market.chain.wallet(from).writeContract({ abi, address, functionName, args });
  const receipt = await market.chain.publicClient.waitForTransactionReceipt({ hash });
  if (receipt.status !== "success") throw new Error(`${contract}.${functionName} reverted`);
}

export async function pass(market: IndexedMarket, seconds: number): Promise<void> {
  await market.rpc("evm_increaseTime", [numberToHex(seconds)]);
  await market.rpc("evm_mine");
}

export async function now({ chain }: IndexedMarket): Promise<number> {
  return Number((await chain.publicClient.getBlock()).timestamp);
}
