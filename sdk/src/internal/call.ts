import { type Abi, type ContractFunctionArgs, type ContractFunctionName, encodeFunctionData } from "viem";
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
import { type ContractName, type OptionalContract, requireContract } from "../deployment.ts";
import type { PreparedCall } from "./send.ts";

/**
 * The calls of one contract: function and arguments are checked against its ABI, the address comes from the deployment.
 * What is returned throws AssayError SDK-007 where the deployment has no such contract.
 */
const callsOf =
  <const TAbi extends Abi>(name: ContractName | OptionalContract, abi: TAbi) =>
  <N extends ContractFunctionName<TAbi, "nonpayable" | "payable">>(
    { deployment }: AssayContext,
    functionName: N,
    args: ContractFunctionArgs<TAbi, "nonpayable" | "payable", N>,
  ): PreparedCall => ({
    label: `${name}.${functionName}`,
    to: requireContract(deployment, name).address,
    // The types are checked above; inside viem the generic ABI would only slow the compiler down.
    data: encodeFunctionData({
      abi: abi as Abi,
      functionName: functionName as string,
      args: args as readonly unknown[],
    }),
    value: 0n,
  });

export const marketCall = callsOf("JobMarketplace", jobMarketplaceAbi);
export const stakingCall = callsOf("StakingManager", stakingManagerAbi);
export const poolsCall = callsOf("DelegationPools", delegationPoolsAbi);
export const slashingCall = callsOf("SlashingManager", slashingManagerAbi);
export const registryCall = callsOf("ProviderRegistry", providerRegistryAbi);
export const tokenCall = callsOf("AssayToken", assayTokenAbi);
export const disputeCall = callsOf("RefereedDispute", refereedDisputeAbi);
export const demandsCall = callsOf("DataDemands", dataDemandsAbi);
export const governorCall = callsOf("AssayGovernor", assayGovernorAbi);
export const grantsCall = callsOf("QuadraticGrants", quadraticGrantsAbi);
