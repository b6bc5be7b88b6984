import {
  connect,
  type OptionValues,
  openAccount,
  openRpc,
  readDeploymentFile,
  type SettingsArgs,
} from "@assay/daemon-kit";
import {
  axelarNetwork,
  createRemoteClient,
  localRelayFees,
  parseSatellite,
  type RelayNetwork,
  type RemoteClient,
  type SatelliteDeployment,
} from "@assay/sdk";
import { type Address, parseGwei } from "viem";
import { type CliConfig, loadCliConfig, readDeployment, SECRET_VARIABLES } from "./config.ts";
import { cliError } from "./errors.ts";

/** What a command across two chains works with. */
export interface RemoteCliContext {
  client: RemoteClient;
  /** Who carries the messages. */
  network: RelayNetwork;
  /** Who acts, or would in a dry run. */
  account: Address | undefined;
  json: boolean;
  dryRun: boolean;
}

/**
 * Connects to both chains; opens a key where the command writes, unless it is a dry run for a named account.
 * @throws CLI-002, CLI-008, DK-001..DK-004, DK-010..DK-016, DK-040..DK-042, SDK-003, SDK-004, SDK-050
 */
export async function openRemote(
  settings: SettingsArgs,
  values: OptionValues,
  writes: boolean,
): Promise<RemoteCliContext> {
  const config = loadCliConfig(settings);
  const home = readDeployment(config);
  const satellite = readSatellite(config);
  const dryRun = values.dryRun === true;
  const { satelliteRpcUrls: rpcUrls = [], pollMs } = config;
  const ends = {
    home: { ...config, name: home.name },
    satellite: { rpcUrls, chainId: satellite.chainId, name: satellite.name, pollMs },
  };
  const network = await networkOf(config);
  const account =
    writes && !(dryRun && config.account) ? await openAccount(config, settings.env, SECRET_VARIABLES) : undefined;
  const open = async (end: (typeof ends)["home" | "satellite"]) => {
    if (!account) return { publicClient: (await openRpc(end)).rpc };
    const { rpc, walletClient } = await connect({ ...end, account });
    return { publicClient: rpc, walletClient };
  };
  return {
    client: createRemoteClient({
      home: { ...(await open(ends.home)), deployment: home },
      satellite: { ...(await open(ends.satellite)), deployment: satellite },
      fees: network,
    }),
    network,
    account: account?.address ?? config.account,
    json: values.json === true,
    dryRun,
  };
}

/** @throws SDK-050 */
async function networkOf({ relayEnvironment, relayFeeGwei }: CliConfig): Promise<RelayNetwork> {
  if (relayEnvironment === "local") return localRelayFees(parseGwei(relayFeeGwei.toFixed(9)));
  return axelarNetwork(relayEnvironment);
}

function readSatellite({ satelliteDeployment: path, satelliteRpcUrls, chainId }: CliConfig): SatelliteDeployment {
  const hint = "name the second chain with --satellite-rpc-urls and --satellite-deployment";
  if (path === undefined || satelliteRpcUrls === undefined) {
    const found = path === undefined ? "no satellite's deployment file" : "no endpoint of the satellite";
    throw cliError("CLI-008", { found, wanted: "both, for a command across two chains", hint });
  }
  return readDeploymentFile({
    path,
    chainId,
    // the file's home must be the settings' chain
    parse: (json) => {
      const satellite = parseSatellite(json);
      return { chainId: satellite.homeChain, satellite };
    },
    fail: (init) => cliError("CLI-002", { ...init, hint }),
  }).satellite;
}
