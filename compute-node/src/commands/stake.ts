import { openAccount, type SettingsArgs } from "@assay/daemon-kit";
import { formatEther, getAddress, isAddress } from "viem";
import { loadNodeConfig, SECRET_VARIABLES } from "../config.ts";
import { openChain } from "../context.ts";
import { nodeError } from "../errors.ts";
import { amountOf } from "./money.ts";
import { type OwnerArgs, openOwner, requireOwner } from "./owner.ts";

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
export async function addStake(args: OwnerArgs & { amount: string }): Promise<void> {
  const amount = amountOf(args.amount);
  const { client, provider } = await openOwner(args);
  const { receipt } = await client.stake({ provider, amount });
  const { stake, free } = await client.getStake({ provider });
  process.stdout.write(
    `staked ${args.amount} ASY for ${provider} in ${receipt.transactionHash}: ${formatEther(stake)} in all, ${formatEther(free)} free\n`,
  );
}

/** Allows or forbids a hot key to claim and submit in the owner's name. */
export async function setOperatorKey(args: OwnerArgs & { operator: string; revoke: boolean }): Promise<void> {
  if (!isAddress(args.operator, { strict: false })) {
    throw nodeError("CN-060", {
      found: args.operator,
      wanted: "an address, 0x and 40 hex digits",
      hint: "assay-node stake operator 0x...",
    });
  }
  const desk = await openOwner(args);
  requireOwner(desk, "names its operators");
  const { client, provider } = desk;
  const operator = getAddress(args.operator);
  const { receipt } = await client.setOperator({ operator, allowed: !args.revoke });
  process.stdout.write(
    `${operator} ${args.revoke ? "may no longer" : "may"} claim and submit for ${provider} (${receipt.transactionHash})\n`,
  );
}

function isoTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}
