import { erc20Abi, type PreparedCall } from "@assay/sdk";
import { type Address, formatUnits, isAddressEqual } from "viem";
import { accountOf, type CliContext } from "./context.ts";

/** A token's decimals; those of one that does not say are 0: its amounts are smallest units. */
export async function decimalsOf({ client }: CliContext, token: Address): Promise<number> {
  const { publicClient } = client;
  return publicClient.readContract({ abi: erc20Abi, address: token, functionName: "decimals" }).catch(() => 0);
}

/** Writes amounts of a token for people. */
export async function writerOf(context: CliContext, token: Address): Promise<(amount: bigint) => string> {
  const { AssayToken } = context.client.deployment.contracts;
  const name = isAddressEqual(token, AssayToken.address) ? "ASY" : `of ${token}`;
  const decimals = await decimalsOf(context, token);
  return (amount) => `${formatUnits(amount, decimals)} ${name}`;
}

/** The approval that a contract still lacks to take an amount of a token; ASY when none is named. */
export async function approval(
  context: CliContext,
  { spender, amount, ...need }: { spender: Address; amount: bigint; token?: Address },
): Promise<PreparedCall[]> {
  const { client } = context;
  const token = need.token ?? client.deployment.contracts.AssayToken.address;
  const allowed = await client.publicClient.readContract({
    abi: erc20Abi,
    address: token,
    functionName: "allowance",
    args: [accountOf(context), spender],
  });
  return allowed >= amount ? [] : [client.prepareApprove({ token, spender, amount })];
}
