import { type Creation, creationOf } from "./create2.ts";
import type { Layout } from "./plan.ts";

/** The lens over these proxies. Another build of it is another address. */
export function lensOver(proxies: Layout["proxies"]): Creation {
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
