import { connect, type OptionValues, openAccount, openRpc, type SettingsArgs } from "@assay/daemon-kit";
import { type AssayClient, createAssayClient } from "@assay/sdk";
import type { Address } from "viem";
import { type CliConfig, loadCliConfig, readDeployment, SECRET_VARIABLES } from "./config.ts";
import { cliError } from "./errors.ts";

/** What a command works with. */
export interface CliContext {
  client: AssayClient;
  config: CliConfig;
  /** Who acts: the key's account, or the one that was named for reading and dry runs. */
  account: Address | undefined;
  json: boolean;
  dryRun: boolean;
}

/**
 * Connects to the chain; opens a key where the command writes, unless it is a dry run for a named account.
 * @throws CLI-002, DK-001..DK-004, DK-010..DK-016, DK-040..DK-042, SDK-003
 */
export async function openContext(settings: SettingsArgs, values: OptionValues, writes: boolean): Promise<CliContext> {
  const config = loadCliConfig(settings);
  const deployment = readDeployment(config);
  const dryRun = values.dryRun === true;
  const common = { config, json: values.json === true, dryRun };
  if (writes && !(dryRun && config.account)) {
    const account = await openAccount(config, settings.env, SECRET_VARIABLES);
    const { rpc, walletClient } = await connect({ ...config, name: deployment.name, account });
    return {
      ...common,
      client: createAssayClient({ publicClient: rpc, walletClient, deployment }),
      account: account.address,
    };
  }
  const { rpc } = await openRpc({ ...config, name: deployment.name });
  return { ...common, client: createAssayClient({ publicClient: rpc, deployment }), account: config.account };
}

/** Who acts, or whom a read is about. @throws CLI-005 */
export function accountOf({ account }: CliContext): Address {
  if (account) return account;
  throw cliError("CLI-005", {
    found: "neither an address nor the setting account",
    wanted: "whose account is meant",
    hint: "name it with --account, or as an argument where the command takes one",
  });
}
