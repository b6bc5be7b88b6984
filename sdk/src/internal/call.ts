import { type Abi, type ContractFunctionArgs, type ContractFunctionName, encodeFunctionData, type Hex } from "viem";
import {
  assayGovernorAbi,
  delegationPoolsAbi,
  jobMarketplaceAbi,
  refereedDisputeAbi,
  slashingManagerAbi,
  stakingManagerAbi,
} from "../abis.ts";
import type { AssayContext } from "../context.ts";
import { requireContract } from "../deployment.ts";
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

/** A call of the delegation pools. */
export function poolsCall<N extends Writes<typeof delegationPoolsAbi>>(
  { deployment }: AssayContext,
  functionName: N,
  args: ContractFunctionArgs<typeof delegationPoolsAbi, "nonpayable" | "payable", N>,
): PreparedCall {
  const data = encode(delegationPoolsAbi, functionName, args as readonly unknown[]);
  return {
    label: `DelegationPools.${functionName}`,
    to: deployment.contracts.DelegationPools.address,
    data,
    value: 0n,
  };
}

/**
 * A call of the referee.
 * @throws AssayError SDK-007 where the deployment has none
 */
export function disputeCall<N extends Writes<typeof refereedDisputeAbi>>(
  { deployment }: AssayContext,
  functionName: N,
  args: ContractFunctionArgs<typeof refereedDisputeAbi, "nonpayable" | "payable", N>,
): PreparedCall {
  const data = encode(refereedDisputeAbi, functionName, args as readonly unknown[]);
  const to = requireContract(deployment, "RefereedDispute").address;
  return { label: `RefereedDispute.${functionName}`, to, data, value: 0n };
}

/** A call of the slashing manager. */
export function slashingCall<N extends Writes<typeof slashingManagerAbi>>(
  { deployment }: AssayContext,
  functionName: N,
  args: ContractFunctionArgs<typeof slashingManagerAbi, "nonpayable" | "payable", N>,
): PreparedCall {
  const data = encode(slashingManagerAbi, functionName, args as readonly unknown[]);
  const { address } = deployment.contracts.SlashingManager;
  return { label: `SlashingManager.${functionName}`, to: address, data, value: 0n };
}

/**
 * A call of the governor.
 * @throws AssayError SDK-007 where the deployment has none
 */
export function governorCall<N extends Writes<typeof assayGovernorAbi>>(
  { deployment }: AssayContext,
  functionName: N,
  args: ContractFunctionArgs<typeof assayGovernorAbi, "nonpayable" | "payable", N>,
): PreparedCall {
  const data = encode(assayGovernorAbi, functionName, args as readonly unknown[]);
  const to = requireContract(deployment, "AssayGovernor").address;
  return { label: `AssayGovernor.${functionName}`, to, data, value: 0n };
}

/** Types are checked above; inside viem the generic ABI only slows the compiler down. */
function encode(abi: Abi, functionName: string, args: readonly unknown[]): Hex {
  return encodeFunctionData({ abi, functionName, args });
}
