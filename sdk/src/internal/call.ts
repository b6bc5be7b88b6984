import { type Abi, type Address, type ContractFunctionArgs, type ContractFunctionName, encodeFunctionData } from "viem";
import {
  assayGovernorAbi,
  assayTokenAbi,
  dataDemandsAbi,
  delegationPoolsAbi,
  jobMarketplaceAbi,
  providerRegistryAbi,
  quadraticGrantsAbi,
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
  return make(
    "JobMarketplace",
    deployment.contracts.JobMarketplace.address,
    jobMarketplaceAbi,
    functionName,
    args as readonly unknown[],
  );
}

/** A call of the staking manager. */
export function stakingCall<N extends Writes<typeof stakingManagerAbi>>(
  { deployment }: AssayContext,
  functionName: N,
  args: ContractFunctionArgs<typeof stakingManagerAbi, "nonpayable" | "payable", N>,
): PreparedCall {
  return make(
    "StakingManager",
    deployment.contracts.StakingManager.address,
    stakingManagerAbi,
    functionName,
    args as readonly unknown[],
  );
}

/** A call of the delegation pools. */
export function poolsCall<N extends Writes<typeof delegationPoolsAbi>>(
  { deployment }: AssayContext,
  functionName: N,
  args: ContractFunctionArgs<typeof delegationPoolsAbi, "nonpayable" | "payable", N>,
): PreparedCall {
  return make(
    "DelegationPools",
    deployment.contracts.DelegationPools.address,
    delegationPoolsAbi,
    functionName,
    args as readonly unknown[],
  );
}

/** A call of the slashing manager. */
export function slashingCall<N extends Writes<typeof slashingManagerAbi>>(
  { deployment }: AssayContext,
  functionName: N,
  args: ContractFunctionArgs<typeof slashingManagerAbi, "nonpayable" | "payable", N>,
): PreparedCall {
  return make(
    "SlashingManager",
    deployment.contracts.SlashingManager.address,
    slashingManagerAbi,
    functionName,
    args as readonly unknown[],
  );
}

/** A call of the provider registry. */
export function registryCall<N extends Writes<typeof providerRegistryAbi>>(
  { deployment }: AssayContext,
  functionName: N,
  args: ContractFunctionArgs<typeof providerRegistryAbi, "nonpayable" | "payable", N>,
): PreparedCall {
  return make(
    "ProviderRegistry",
    deployment.contracts.ProviderRegistry.address,
    providerRegistryAbi,
    functionName,
    args as readonly unknown[],
  );
}

/** A call of ASY. */
export function tokenCall<N extends Writes<typeof assayTokenAbi>>(
  { deployment }: AssayContext,
  functionName: N,
  args: ContractFunctionArgs<typeof assayTokenAbi, "nonpayable" | "payable", N>,
): PreparedCall {
  return make(
    "AssayToken",
    deployment.contracts.AssayToken.address,
    assayTokenAbi,
    functionName,
    args as readonly unknown[],
  );
}

/** A call of the referee. @throws AssayError SDK-007 where the deployment has none */
export function disputeCall<N extends Writes<typeof refereedDisputeAbi>>(
  { deployment }: AssayContext,
  functionName: N,
  args: ContractFunctionArgs<typeof refereedDisputeAbi, "nonpayable" | "payable", N>,
): PreparedCall {
  return make(
    "RefereedDispute",
    requireContract(deployment, "RefereedDispute").address,
    refereedDisputeAbi,
    functionName,
    args as readonly unknown[],
  );
}

/** A call of the data demands. @throws AssayError SDK-007 where the deployment has none */
export function demandsCall<N extends Writes<typeof dataDemandsAbi>>(
  { deployment }: AssayContext,
  functionName: N,
  args: ContractFunctionArgs<typeof dataDemandsAbi, "nonpayable" | "payable", N>,
): PreparedCall {
  return make(
    "DataDemands",
    requireContract(deployment, "DataDemands").address,
    dataDemandsAbi,
    functionName,
    args as readonly unknown[],
  );
}

/** A call of the governor. @throws AssayError SDK-007 where the deployment has none */
export function governorCall<N extends Writes<typeof assayGovernorAbi>>(
  { deployment }: AssayContext,
  functionName: N,
  args: ContractFunctionArgs<typeof assayGovernorAbi, "nonpayable" | "payable", N>,
): PreparedCall {
  return make(
    "AssayGovernor",
    requireContract(deployment, "AssayGovernor").address,
    assayGovernorAbi,
    functionName,
    args as readonly unknown[],
  );
}

/** A call of the grants. @throws AssayError SDK-007 where the deployment has none */
export function grantsCall<N extends Writes<typeof quadraticGrantsAbi>>(
  { deployment }: AssayContext,
  functionName: N,
  args: ContractFunctionArgs<typeof quadraticGrantsAbi, "nonpayable" | "payable", N>,
): PreparedCall {
  return make(
    "QuadraticGrants",
    requireContract(deployment, "QuadraticGrants").address,
    quadraticGrantsAbi,
    functionName,
    args as readonly unknown[],
  );
}

/** Types are checked above; inside viem the generic ABI only slows the compiler down. */
function make(contract: string, to: Address, abi: Abi, functionName: string, args: readonly unknown[]): PreparedCall {
  return { label: `${contract}.${functionName}`, to, data: encodeFunctionData({ abi, functionName, args }), value: 0n };
}
