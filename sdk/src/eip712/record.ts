import type { Address, Hex } from "viem";
import { type AssayContext, requireWallet } from "../context.ts";
import { decodeError } from "../revert/decodeError.ts";
import { readDomain, type SigningDomain } from "./domain.ts";

/** What a provider signs so that anyone may publish its record (REG-02). */
export const recordTypes = {
  Record: [
    { name: "provider", type: "address" },
    { name: "sequence", type: "uint32" },
    { name: "capabilities", type: "uint64" },
    { name: "memoryClass", type: "uint8" },
    { name: "expiry", type: "uint40" },
    { name: "pricePerHour", type: "uint96" },
    { name: "endpoint", type: "string" },
  ],
} as const;

/** What a provider says of its machines, as the contract takes it. */
export interface ProviderRecord {
  provider: Address;
  /** Above that of the record before. */
  sequence: number;
  /** See `capabilityBits`. */
  capabilities: bigint;
  /** c: one job may use at least 2^c GiB of device memory. */
  memoryClass: number;
  /** Unix time until which it holds, at most 366 days away. */
  expiry: number;
  /** A hint; ASY's smallest unit for an hour of the machine. */
  pricePerHour: bigint;
  /** Where the provider can be asked, at most 200 bytes. */
  endpoint: string;
}

/** What a wallet is asked to sign for a record. */
export function recordTypedData(domain: SigningDomain, record: ProviderRecord) {
  return { domain, types: recordTypes, primaryType: "Record", message: { ...record } } as const;
}

/**
 * Lets the wallet, which must be the provider's own key, sign a record; anyone can publish it with `setSignedRecord`.
 * @throws AssayError SDK-005 without a wallet, SDK-044 when the owner declines
 */
export async function signRecord(context: AssayContext, { record }: { record: ProviderRecord }): Promise<Hex> {
  const { walletClient, account } = requireWallet(context);
  const domain = await readDomain(context, context.deployment.contracts.ProviderRegistry.address);
  try {
    return await walletClient.signTypedData({ account, ...recordTypedData(domain, record) });
  } catch (error) {
    throw decodeError(error);
  }
}
