import { type Creation, creationOf } from "./create2.ts";

/** The contracts that the lens reads. */
type Peer =
  | "AssayToken"
  | "JobMarketplace"
  | "StakingManager"
  | "DelegationPools"
  | "SlashingManager"
  | "VerificationHub"
  | "ReputationRegistry"
  | "ProviderRegistry";

/** The lens over these proxies. Another build of it is another address. */
export function lensOver(proxies: Record<Peer, Creation>): Creation {
  const peers = {
    asy: proxies.AssayToken.address,
    market: proxies.JobMarketplace.address,
    staking: proxies.StakingManager.address,
    pools: proxies.DelegationPools.address,
    slashing: proxies.SlashingManager.address,
    hub: proxies.VerificationHub.address,
    reputation: proxies.ReputationRegistry.address,
    registry: proxies.ProviderRegistry.address,
  };
  return creationOf("ProtocolLens", [peers], "lens");
}
