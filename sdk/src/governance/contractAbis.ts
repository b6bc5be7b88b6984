import {
  assayGovernorAbi,
  assayTokenAbi,
  dataDemandsAbi,
  delegationPoolsAbi,
  jobMarketplaceAbi,
  oneStepJudgeAbi,
  optimisticWindowAbi,
  parameterCouncilAbi,
  priceFeedsAbi,
  protocolAuthorityAbi,
  protocolTimelockAbi,
  providerRegistryAbi,
  quadraticGrantsAbi,
  refereedDisputeAbi,
  reputationRegistryAbi,
  slashingManagerAbi,
  stakingManagerAbi,
  treasuryAbi,
  upkeepCoordinatorAbi,
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
  PriceFeeds: priceFeedsAbi,
  ProtocolAuthority: protocolAuthorityAbi,
  ProtocolTimelock: protocolTimelockAbi,
  ProviderRegistry: providerRegistryAbi,
  QuadraticGrants: quadraticGrantsAbi,
  RefereedDispute: refereedDisputeAbi,
  ReputationRegistry: reputationRegistryAbi,
  SlashingManager: slashingManagerAbi,
  StakingManager: stakingManagerAbi,
  Treasury: treasuryAbi,
  UpkeepCoordinator: upkeepCoordinatorAbi,
  VerificationHub: verificationHubAbi,
} as const;

export type ContractAbis = typeof contractAbis;
export type KnownContract = keyof ContractAbis;
