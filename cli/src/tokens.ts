import { decodeError, erc20Abi, type PreparedCall } from "@assay/sdk";
import { type Address, type BaseError, ContractFunctionExecutionError, formatUnits, isAddressEqual } from "viem";
import { accountOf, type CliContext } from "./context.ts";
import { cliError } from "./errors.ts";

/**
 * A token's decimals.
 * @throws CLI-007 where there is no token that tells them: amounts would mean something else than what was typed
 */
export async function decimalsOf({ client }: CliContext, token: Address): Promise<number> {
  try {
    return await client.publicClient.readContract({ abi: erc20Abi, address: token, functionName: "decimals" });
  } catch (cause) {
    if (cause instanceof ContractFunctionExecutionError && !isAway(cause)) throw noToken(token, cause);
    throw decodeError(cause);
  }
}

/** Whether the endpoint did not answer, which says nothing of the token. */
function isAway(error: BaseError): boolean {
  return decodeError(error).kind === "retryable";
}

function noToken(token: Address, cause: unknown) {
  return cliError("CLI-007", {
    found: `no token at ${token}`,
    wanted: "an ERC-20 token that tells its decimals",
    hint: "correct the address, or leave it out to pay in ASY",
    cause,
  });
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
