import {
  assayGovernorAbi,
  assayTokenAbi,
  dataDemandsAbi,
  delegationPoolsAbi,
  jobMarketplaceAbi,
  oneStepJudgeAbi,
  optimisticWindowAbi,
  parameterCouncilAbi,
  protocolAuthorityAbi,
  protocolTimelockAbi,
  quadraticGrantsAbi,
  refereedDisputeAbi,
  reputationRegistryAbi,
  slashingManagerAbi,
  stakingManagerAbi,
  treasuryAbi,
  verificationHubAbi,
} from "../abis.ts";

/** ABI of every contract of the protocol, by its name in a deployment file. */
export const contractAbis = {
  AssayGovernor: assayGovernorAbi,
  AssayToken: assayTokenAbi,
  DataDemands: dataDemandsAbi,
  DelegationPools: delegationPoolsAbi,
  JobMarketplace: jobMarketplaceAbi,
  OneStepJudge: oneStepJudgeAbi,
  OptimisticWindow: optimisticWindowAbi,
  ParameterCouncil: parameterCouncilAbi,
  ProtocolAuthority: protocolAuthorityAbi,
  ProtocolTimelock: protocolTimelockAbi,
  QuadraticGrants: quadraticGrantsAbi,
  RefereedDispute: refereedDisputeAbi,
  ReputationRegistry: reputationRegistryAbi,
  SlashingManager: slashingManagerAbi,
  StakingManager: stakingManagerAbi,
  Treasury: treasuryAbi,
  VerificationHub: verificationHubAbi,
} as const;

export type ContractAbis = typeof contractAbis;
export type KnownContract = keyof ContractAbis;
