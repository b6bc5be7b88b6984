import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Deployment, SatelliteDeployment } from "@assay/sdk";
import { parseUnits } from "viem";
import { configPath, loadConfig } from "../deploy/config.ts";
import type { AxelarChain, Pair } from "../deploy/crosschain.ts";
import { deployEnd } from "../deploy/crosschain-run.ts";
import type { End } from "../deploy/pair-config.ts";
import { deployAxelar, LOCAL_SIGNERS, LOCAL_THRESHOLD } from "./axelar.ts";
import { type LocalChain, startChain } from "./devnet.ts";
import { jsonLine, type LocalProcess, startProcess } from "./processes.ts";

/** The satellite of a local network. */
export const SATELLITE_CHAIN = 31_338;
/** What Axelar calls the two chains here. */
const NAMES = { home: "assay-home", satellite: "assay-satellite" } as const;
/** What either bridge pays out at once, and the seconds in which that refills. */
const LIMIT = { capacity: parseUnits("1000000", 18), window: 3600 };

/** A local home chain with the protocol on it, linked to a second chain. */
export interface TwoChains {
  home: LocalChain;
  satellite: LocalChain;
  homePath: string;
  satellitePath: string;
  homeDeployment: Deployment;
  satelliteDeployment: SatelliteDeployment;
}

/**
 * Starts a second chain, deploys Axelar's contracts on both and links them. The protocol stands at home already.
 * @param options.homePath the home chain's deployment file, which is added to
 * @param options.satellitePath where the satellite's is written
 * @param options.port of the second chain; a free one when left out
 * @param options.onChain is told of the second chain as soon as it runs
 */
export async function addSatellite(
  home: LocalChain,
  options: { homePath: string; satellitePath: string; port?: number; onChain?: (satellite: LocalChain) => void },
): Promise<TwoChains> {
  const { homePath, satellitePath, port = 0 } = options;
  const [satellite, homeAxelar] = await Promise.all([
    startChain(port, SATELLITE_CHAIN).then((started) => {
      options.onChain?.(started);
      return started;
    }),
    deployAxelar(home, NAMES.home),
  ]);
  const ends = { home: homeAxelar, satellite: await deployAxelar(satellite, NAMES.satellite) };
  const [homeDeployment, satelliteDeployment] = await Promise.all([
    link("home", home, ends, homePath),
    link("satellite", satellite, ends, satellitePath),
  ]);
  return {
    ...{ home, satellite, homePath, satellitePath },
    homeDeployment: homeDeployment as Deployment,
    satelliteDeployment: satelliteDeployment as SatelliteDeployment,
  };
}

async function link(end: End, chain: LocalChain, ends: Record<End, AxelarChain>, path: string) {
  const deployer = chain.wallet(0).account.address;
  const pair: Pair = {
    ...ends,
    limit: LIMIT,
    controller: deployer,
    guardian: deployer,
    token: { name: "Assay", symbol: "ASY" },
  };
  const { publicClient } = chain;
  const home = loadConfig(configPath("local"));
  const { record } = await deployEnd({ publicClient, walletClient: chain.wallet(0), end, pair, home, path });
  return record;
}

export interface RelayOptions {
  dataDir: string;
  /** Pays for approvals and deliveries on both chains. */
  account?: number;
  /** Port of its HTTP page; a free one when left out. */
  port?: number;
  /** Further settings, by the names of the environment. */
  env?: Readonly<Record<string, string>>;
  onLine?: (line: string) => void;
}

/** The test account that relays. */
export const RELAYER = 18;

/** The settings of a keeper that relays between the two chains, by the names of the environment. */
export function relaySettings(chains: TwoChains, { dataDir, account = RELAYER, port = 0 }: RelayOptions) {
  const { home, satellite, homePath, satellitePath, homeDeployment } = chains;
  return {
    ASSAY_KEEPER_RPC_URLS: home.url,
    ASSAY_KEEPER_CHAIN_ID: String(homeDeployment.chainId),
    ASSAY_KEEPER_DEPLOYMENT: homePath,
    ASSAY_KEEPER_DATA_DIR: dataDir,
    ASSAY_KEEPER_PRIVATE_KEY: home.key(account),
    ASSAY_KEEPER_HTTP_PORT: String(port),
    ASSAY_KEEPER_POLL_MS: "200",
    ASSAY_KEEPER_SATELLITE__RPC_URLS: satellite.url,
    ASSAY_KEEPER_SATELLITE__DEPLOYMENT: satellitePath,
    ASSAY_KEEPER_AXELAR_RELAY__ENABLED: "true",
    ASSAY_KEEPER_AXELAR_RELAY__THRESHOLD: String(LOCAL_THRESHOLD),
    ASSAY_KEEPER_AXELAR_RELAY__GAS_PER_DAY: "10",
    ASSAY_KEEPER_SIGNER_KEYS: LOCAL_SIGNERS.join(","),
    ASSAY_KEEPER_REMOTE_JOBS__ENABLED: "true",
    ASSAY_KEEPER_REMOTE_JOBS__SPREAD_SECONDS: "0",
    ASSAY_KEEPER_REMOTE_JOBS__GAS_PER_DAY: "10",
  };
}

/** Starts a keeper that relays messages and carries remote jobs home, without waiting for it. */
export function launchRelay(chains: TwoChains, options: RelayOptions): LocalProcess {
  return startProcess({
    name: "relay",
    script: new URL("../../keepers/bin/assay-keeper.mjs", import.meta.url).pathname,
    args: ["start"],
    env: { ...relaySettings(chains, options), ...options.env },
    ...(options.onLine ? { onLine: options.onLine } : {}),
  });
}

/** Starts the relay and waits until it says that it is at work. */
export async function startRelay(chains: TwoChains, options: RelayOptions): Promise<LocalProcess> {
  const relay = launchRelay(chains, options);
  await relay.waitForLine((line) => (jsonLine(line)?.msg === "keeper started" ? true : undefined));
  return relay;
}

/** Writes the settings of the relay as a file to source, so that it can be started by hand. */
export function writeRelaySettings(dir: string, chains: TwoChains, options: RelayOptions): string {
  const path = join(dir, "relay.env");
  const lines = Object.entries(relaySettings(chains, options)).map(([name, value]) => `export ${name}=${value}`);
  writeFileSync(path, `${lines.join("\n")}\n`, { mode: 0o600 });
  return path;
}
