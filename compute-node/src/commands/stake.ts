import { loadAccount, openAccount, type SettingsArgs } from "@assay/daemon-kit";
import type { AssayClient } from "@assay/sdk";
import { formatEther, getAddress, isAddress, parseEther } from "viem";
import { loadNodeConfig, type NodeConfig, SECRET_VARIABLES } from "../config.ts";
import { openChain } from "../context.ts";
import { nodeError } from "../errors.ts";

export type StakeArgs = SettingsArgs & { ownerKeystore: string | undefined; ownerPasswordFile: string | undefined };

/** Shows what stands behind the provider. */
export async function showStake(args: SettingsArgs & { json: boolean }): Promise<void> {
  const { config } = loadNodeConfig(args);
  const { client, provider, account } = await openChain(config, await openAccount(config, args.env, SECRET_VARIABLES));
  const [stake, balance] = await Promise.all([client.getStake({ provider }), client.getBalance({ account: provider })]);
  if (args.json) {
    const text = JSON.stringify({ ...stake, operator: account.address, balance }, (_, value) =>
      typeof value === "bigint" ? value.toString() : value,
    );
    process.stdout.write(`${text}\n`);
    return;
  }
  const lines = [
    `provider   ${provider}${provider === account.address ? "" : `  (operator ${account.address})`}`,
    `stake      ${formatEther(stake.stake)} ASY`,
    `locked     ${formatEther(stake.locked)} ASY in bonds of jobs under way`,
    `free       ${formatEther(stake.free)} ASY for new bonds`,
    ...stake.thaws.map(({ amount, readyAt }) => `thawing    ${formatEther(amount)} ASY until ${isoTime(readyAt)}`),
    `earned     ${formatEther(balance.earnedGross - balance.earnedFee)} ASY not collected, ${formatEther(balance.available)} ASY in the market`,
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
}

/** Adds to the provider's stake: by a permit with the owner's key, by an approval with any other. */
export async function addStake(args: StakeArgs & { amount: string }): Promise<void> {
  if (!/^\d+(\.\d{1,18})?$/.test(args.amount) || parseEther(args.amount) === 0n) {
    throw nodeError("CN-060", {
      found: args.amount,
      wanted: "an amount of ASY above 0, such as 250 or 0.5",
      hint: "assay-node stake add 250",
    });
  }
  const { client, provider } = await openOwner(args);
  const { receipt } = await client.stake({ provider, amount: parseEther(args.amount) });
  const { stake, free } = await client.getStake({ provider });
  process.stdout.write(
    `staked ${args.amount} ASY for ${provider} in ${receipt.transactionHash}: ${formatEther(stake)} in all, ${formatEther(free)} free\n`,
  );
}

/** Allows or forbids a hot key to claim and submit in the owner's name. */
export async function setOperatorKey(args: StakeArgs & { operator: string; revoke: boolean }): Promise<void> {
  if (!isAddress(args.operator, { strict: false })) {
    throw nodeError("CN-060", {
      found: args.operator,
      wanted: "an address, 0x and 40 hex digits",
      hint: "assay-node stake operator 0x...",
    });
  }
  const { client, provider, sender } = await openOwner(args);
  if (sender !== provider) {
    throw nodeError("CN-041", {
      found: `the key of ${sender}`,
      wanted: `the key of the owner, ${provider}`,
      hint: `set ${SECRET_VARIABLES.ownerKey} or give --owner-keystore: only the owner names its operators`,
    });
  }
  const operator = getAddress(args.operator);
  const { receipt } = await client.setOperator({ operator, allowed: !args.revoke });
  process.stdout.write(
    `${operator} ${args.revoke ? "may no longer" : "may"} claim and submit for ${provider} (${receipt.transactionHash})\n`,
  );
}

/** A client that signs with the owner's key where one is given, else with the node's own. */
async function openOwner(args: StakeArgs): Promise<{ client: AssayClient; provider: `0x${string}`; sender: string }> {
  const { config } = loadNodeConfig(args);
  const account = await ownerAccount(args, config);
  const { client, provider } = await openChain(config, account);
  return { client, provider, sender: account.address };
}

async function ownerAccount({ env, ownerKeystore, ownerPasswordFile }: StakeArgs, config: NodeConfig) {
  const privateKey = env[SECRET_VARIABLES.ownerKey] || undefined;
  if (privateKey === undefined && ownerKeystore === undefined) return openAccount(config, env, SECRET_VARIABLES);
  return loadAccount({ privateKey, keystoreFile: ownerKeystore, passwordFile: ownerPasswordFile });
}

function isoTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}
