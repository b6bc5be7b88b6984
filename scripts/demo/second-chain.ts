import { join } from "node:path";
import { createRemoteClient, type RemoteClient } from "@assay/sdk";
import { addSatellite, startRelay, type TwoChains } from "../lib/two-chains.ts";
import type { DemoNetwork } from "./network.ts";

/** Test accounts: who brings ASY to the second chain, and the user there. */
const ACCOUNT = { deployer: 0, user: 8 } as const;

/** A second chain beside the demo's, and what relays between them. */
export interface SecondChain {
  chains: TwoChains;
  /** Somebody with ASY at home. */
  funder: RemoteClient;
  /** Who has nothing but coin, on both chains. */
  user: RemoteClient;
}

/**
 * Starts the second chain, links it and starts a relay with three signers. Ready when the first acts are over, so nobody waits
 * for it.
 * @param onStart is told how to stop each part
 */
export async function startSecondChain(
  { chain, deploymentPath }: DemoNetwork,
  dir: string,
  onStart: (name: string, stop: () => Promise<void>) => void,
): Promise<SecondChain> {
  const satellitePath = join(dir, "satellite.json");
  const onChain: Parameters<typeof addSatellite>[1]["onChain"] = ({ process }) =>
    onStart("second chain", () => process.stop());
  const chains = await addSatellite(chain, { homePath: deploymentPath, satellitePath, onChain });
  const relay = await startRelay(chains, { dataDir: join(dir, "relay") });
  onStart("relay", () => relay.stop());
  const client = (account: number) =>
    createRemoteClient({
      home: {
        publicClient: chain.publicClient,
        walletClient: chain.wallet(account),
        deployment: chains.homeDeployment,
      },
      satellite: {
        publicClient: chains.satellite.publicClient,
        walletClient: chains.satellite.wallet(account),
        deployment: chains.satelliteDeployment,
      },
    });
  return { chains, funder: client(ACCOUNT.deployer), user: client(ACCOUNT.user) };
}
