import { loadAccount, openAccount, type SettingsArgs } from "@assay/daemon-kit";
import type { AssayClient } from "@assay/sdk";
import type { Address, PublicClient } from "viem";
import { loadNodeConfig, type NodeConfig, SECRET_VARIABLES } from "../config.ts";
import { openChain } from "../context.ts";
import { nodeError } from "../errors.ts";

export type OwnerArgs = SettingsArgs & { ownerKeystore: string | undefined; ownerPasswordFile: string | undefined };

export interface OwnerDesk {
  config: NodeConfig;
  client: AssayClient;
  rpc: PublicClient;
  provider: Address;
  /** Who signs. */
  sender: Address;
}

/** A client that signs with the owner's key where one is given, else with the node's own. */
export async function openOwner(args: OwnerArgs): Promise<OwnerDesk> {
  const { config } = loadNodeConfig(args);
  const account = await ownerAccount(args, config);
  const { client, provider, rpc } = await openChain(config, account);
  return { config, client, provider, rpc, sender: account.address };
}

/** @throws CN-041 unless it is the owner that signs */
export function requireOwner({ provider, sender }: OwnerDesk, what: string): void {
  if (sender === provider) return;
  throw nodeError("CN-041", {
    found: `the key of ${sender}`,
    wanted: `the key of the owner, ${provider}`,
    hint: `set ${SECRET_VARIABLES.ownerKey} or give --owner-keystore: only the owner ${what}`,
  });
}

function ownerAccount({ env, ownerKeystore, ownerPasswordFile }: OwnerArgs, config: NodeConfig) {
  const privateKey = env[SECRET_VARIABLES.ownerKey] || undefined;
  if (privateKey === undefined && ownerKeystore === undefined) return openAccount(config, env, SECRET_VARIABLES);
  return loadAccount({ privateKey, keystoreFile: ownerKeystore, passwordFile: ownerPasswordFile });
}
