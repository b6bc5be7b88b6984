import { type Abi, type ContractFunctionArgs, type ContractFunctionName, encodeFunctionData, type Hex } from "viem";
import { jobMarketplaceAbi, stakingManagerAbi } from "../abis.ts";
import type { AssayContext } from "../context.ts";
import type { PreparedCall } from "./send.ts";

type Writes<TAbi extends Abi> = ContractFunctionName<TAbi, "nonpayable" | "payable">;

/** A call of the job market. */
export function marketCall<N extends Writes<typeof jobMarketplaceAbi>>(
  { deployment }: AssayContext,
  functionName: N,
  args: ContractFunctionArgs<typeof jobMarketplaceAbi, "nonpayable" | "payable", N>,
): PreparedCall {
  const data = encode(jobMarketplaceAbi, functionName, args as readonly unknown[]);
  return { label: `JobMarketplace.${functionName}`, to: deployment.contracts.JobMarketplace.address, data, value: 0n };
}

/** A call of the staking manager. */
export function stakingCall<N extends Writes<typeof stakingManagerAbi>>(
  { deployment }: AssayContext,
  functionName: N,
  args: ContractFunctionArgs<typeof stakingManagerAbi, "nonpayable" | "payable", N>,
): PreparedCall {
  const data = encode(stakingManagerAbi, functionName, args as readonly unknown[]);
  return { label: `StakingManager.${functionName}`, to: deployment.contracts.StakingManager.address, data, value: 0n };
}

/** Types are checked above; inside viem the generic ABI only slows the compiler down. */
function encode(abi: Abi, functionName: string, args: readonly unknown[]): Hex {
  return encodeFunctionData({ abi, functionName, args });
}
