import type { Address, Hex, TypedDataDomain } from "viem";
import { erc20PermitAbi } from "../abis.ts";
import type { ChainContext } from "../context.ts";
import { AssayError } from "../errors.ts";
import { read } from "../internal/read.ts";

/** The domain of everything a contract of this protocol lets accounts sign: permits now, orders and bids on the same path. */
export interface SigningDomain extends TypedDataDomain {
  name: string;
  version: string;
  chainId: number;
  verifyingContract: Address;
}

const NAME_VERSION_CHAIN_CONTRACT = "0x0f" satisfies Hex;

/**
 * Reads a contract's EIP-712 domain from the contract itself (EIP-5267).
 * @throws AssayError SDK-014 when the contract has none, or one with other fields
 */
export async function readDomain(context: ChainContext, address: Address): Promise<SigningDomain> {
  const none = (found: string, cause?: unknown) =>
    new AssayError("SDK-014", {
      message: `contract ${address} has no readable signing domain`,
      found,
      wanted: "eip712Domain() with name, version, chainId and verifyingContract",
      hint: 'Use an approval instead (method: "approve")',
      cause,
    });
  const domain = await read(context, { abi: erc20PermitAbi, address, functionName: "eip712Domain", args: [] }).catch(
    (error: unknown) => {
      if (error instanceof AssayError && error.kind !== "retryable" && error.code !== "SDK-004")
        throw none("no answer", error);
      throw error;
    },
  );
  const [fields, name, version, chainId, verifyingContract] = domain;
  if (fields !== NAME_VERSION_CHAIN_CONTRACT) throw none(`fields ${fields}`);
  return { name, version, chainId: Number(chainId), verifyingContract };
}
