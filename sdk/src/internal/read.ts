import type { Abi, Address, ContractFunctionArgs, ContractFunctionName, ContractFunctionReturnType } from "viem";
import { type ChainContext, requireChain } from "../context.ts";
import { decodeError } from "../revert/decodeError.ts";

interface ReadArgs<
  TAbi extends Abi,
  TName extends ContractFunctionName<TAbi, "view" | "pure">,
  TArgs extends ContractFunctionArgs<TAbi, "view" | "pure", TName>,
> {
  abi: TAbi;
  address: Address;
  functionName: TName;
  args: TArgs;
  /** The state to read; the latest when left out. */
  blockNumber?: bigint;
}

/**
 * Reads one view, with this package's errors.
 * @throws AssayError
 */
export async function read<
  const TAbi extends Abi,
  TName extends ContractFunctionName<TAbi, "view" | "pure">,
  const TArgs extends ContractFunctionArgs<TAbi, "view" | "pure", TName>,
>(
  context: ChainContext,
  call: ReadArgs<TAbi, TName, TArgs>,
): Promise<ContractFunctionReturnType<TAbi, "view" | "pure", TName, TArgs>> {
  try {
    await requireChain(context);
    return (await context.publicClient.readContract(call as never)) as ContractFunctionReturnType<
      TAbi,
      "view" | "pure",
      TName,
      TArgs
    >;
  } catch (error) {
    throw decodeError(error);
  }
}

/** Requests that are in flight at the same time where an endpoint has no batch contract. */
const WIDTH = 16;

/** Maps items through an async function, at most 16 at a time, results in order. */
export async function mapBatched<T, R>(items: readonly T[], run: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let start = 0; start < items.length; start += WIDTH) {
    results.push(...(await Promise.all(items.slice(start, start + WIDTH).map(run))));
  }
  return results;
}
