import { decodeError, isRevert } from "@assay/sdk";
import { type Address, formatEther, parseEther } from "viem";
import { nodeError } from "../errors.ts";
import { type OwnerArgs, type OwnerDesk, openOwner, requireOwner } from "./owner.ts";

/**
 * Pays out what the provider has earned: collects earnings, takes the in-market balance (or a part of it) and stake that
 * has thawed.
 * @throws CN-041 without the owner's key, CN-060, CN-064 when there is nothing
 */
export async function withdrawAll(
  args: OwnerArgs & { amount: string | undefined; to: string | undefined },
): Promise<void> {
  const desk = await openOwner(args);
  requireOwner(desk, "withdraws");
  const to = (args.to ?? desk.provider) as Address;
  const lines = [...(await payOut(desk, to, args.amount)), ...(await takeThawed(desk))];
  if (lines.length === 0) {
    throw nodeError("CN-064", {
      found: "no earnings, no in-market balance, no thawed stake",
      wanted: "something to pay out",
      hint: "stake is withdrawn in two steps: `assay-node stake remove N`, and after the thaw `assay-node withdraw`",
    });
  }
  process.stdout.write(`${lines.join("\n")}\n`);
}

/** Collects and pays out ASY of the market. @returns a line for each payment */
export async function payOut({ client, provider }: OwnerDesk, to: Address, amount?: string): Promise<string[]> {
  const earned = await client.getBalance({ account: provider });
  if (earned.earnedGross > 0n) {
    await client.collect({ provider }).catch((error: unknown) => {
      // The node may have collected in between.
      if (!isRevert(decodeError(error), "Market_NothingEarned")) throw error;
    });
  }
  const { available } = await client.getBalance({ account: provider });
  const wanted = amount === undefined ? available : amountOf(amount);
  if (wanted === 0n) return [];
  const { receipt } = await client.withdraw({ amount: wanted, to });
  return [`paid out ${formatEther(wanted)} ASY of the market to ${to} in ${receipt.transactionHash}`];
}

/** Takes stake that has thawed. @returns a line when there was some */
export async function takeThawed({ client, provider, rpc }: OwnerDesk): Promise<string[]> {
  const { thaws } = await client.getStake({ provider });
  const { timestamp } = await rpc.getBlock();
  if (!thaws.some(({ readyAt }) => BigInt(readyAt) <= timestamp)) return [];
  const { amount, receipt } = await client.withdrawStake({ provider });
  return [`took ${formatEther(amount)} ASY of thawed stake in ${receipt.transactionHash}`];
}

/** Starts the withdrawal of free stake. @throws CN-040, CN-041, CN-060 */
export async function removeStake(args: OwnerArgs & { amount: string }): Promise<void> {
  const desk = await openOwner(args);
  requireOwner(desk, "removes stake");
  const { free } = await desk.client.getStake({ provider: desk.provider });
  const amount = args.amount === "all" ? free : amountOf(args.amount);
  if (amount === 0n || amount > free) {
    throw nodeError("CN-040", {
      found: `${formatEther(free)} ASY free`,
      wanted: `${formatEther(amount)} ASY, above 0`,
      hint: "bonds of jobs under way are released when their results are final",
    });
  }
  const { readyAt } = await desk.client.requestThaw({ amount });
  process.stdout.write(
    `${formatEther(amount)} ASY thaw until ${new Date(readyAt * 1000).toISOString()}; then: assay-node withdraw\n`,
  );
}

/** An amount of ASY above 0. @throws CN-060 */
export function amountOf(text: string): bigint {
  if (/^\d+(\.\d{1,18})?$/.test(text) && parseEther(text) > 0n) return parseEther(text);
  throw nodeError("CN-060", {
    found: text,
    wanted: "an amount of ASY above 0, such as 250 or 0.5",
    hint: "write it in whole ASY",
  });
}
