/** Every contract behind a proxy, and its source below contracts/. */
export const UPGRADEABLE = {
  ProtocolAuthority: "access/ProtocolAuthority.sol",
  AssayToken: "token/AssayToken.sol",
  StakingManager: "staking/StakingManager.sol",
  DelegationPools: "staking/DelegationPools.sol",
  ReputationRegistry: "reputation/ReputationRegistry.sol",
  SlashingManager: "slashing/SlashingManager.sol",
  VerificationHub: "verification/VerificationHub.sol",
  ProviderRegistry: "registry/ProviderRegistry.sol",
  PriceFeeds: "market/PriceFeeds.sol",
  JobMarketplace: "market/JobMarketplace.sol",
  ProtocolTimelock: "governance/ProtocolTimelock.sol",
  AssayGovernor: "governance/AssayGovernor.sol",
  Treasury: "governance/Treasury.sol",
  ParameterCouncil: "governance/ParameterCouncil.sol",
  QuadraticGrants: "governance/QuadraticGrants.sol",
  AxelarGatewayAdapter: "crosschain/AxelarGatewayAdapter.sol",
  HomeBridge: "crosschain/HomeBridge.sol",
  SatelliteBridge: "crosschain/SatelliteBridge.sol",
  SatelliteToken: "crosschain/SatelliteToken.sol",
  JobHub: "crosschain/JobHub.sol",
  RemoteJobPortal: "crosschain/RemoteJobPortal.sol",
} as const;

export type UpgradeableName = keyof typeof UPGRADEABLE;
