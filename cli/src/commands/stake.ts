import type { Command } from "commander";
import type { Address } from "viem";
import { addressOf, amountOf } from "../arguments.ts";
import { command } from "../command.ts";
import { accountOf, type CliContext } from "../context.ts";
import { send } from "../send.ts";
import { approval } from "../tokens.ts";

const PROVIDER = ["<provider>", "the provider's address"] as const;
const SHARES = ["<shares>", "shares of the pool, or all"] as const;

/** Own stake, and stake behind others. */
export function stakeCommands(env: NodeJS.ProcessEnv): Command[] {
  return [
    command(
      env,
      { name: "stake", description: "stake ASY as a provider", arguments: [["<amount>", "in ASY"]], writes: true },
      async (context, [text = ""]) => {
        const [amount, provider] = [amountOf(text), accountOf(context)];
        const { address } = context.client.deployment.contracts.StakingManager;
        const stake = context.client.prepareStake({ provider, amount });
        await send(context, [...(await approval(context, { spender: address, amount })), stake]);
      },
    ),
    command(
      env,
      {
        name: "delegate",
        description: "put ASY behind a provider, for a part of its fees",
        arguments: [PROVIDER, ["<amount>", "in ASY"]],
        writes: true,
      },
      async (context, [provider = "", text = ""]) => {
        const amount = amountOf(text);
        const { address } = context.client.deployment.contracts.DelegationPools;
        const delegate = context.client.prepareDelegateStake({ provider: addressOf(provider), amount });
        await send(context, [...(await approval(context, { spender: address, amount })), delegate]);
      },
    ),
    command(
      env,
      {
        name: "undelegate",
        description: "ask delegated stake back; it thaws from then on, whatever the provider does",
        arguments: [PROVIDER, SHARES],
        writes: true,
      },
      async (context, [text = "", amount = ""]) => {
        const provider = addressOf(text);
        const shares = await sharesOf(context, provider, amount);
        await send(context, [context.client.prepareUndelegateStake({ provider, shares })]);
      },
    ),
    command(
      env,
      {
        name: "redelegate",
        description: "move delegated stake to another provider at once",
        arguments: [["<from>", "the provider it is with"], ["<to>", "the provider it goes to"], SHARES],
        writes: true,
      },
      async (context, [old = "", next = "", amount = ""]) => {
        const [from, to] = [addressOf(old), addressOf(next)];
        const shares = await sharesOf(context, from, amount);
        await send(context, [context.client.prepareRedelegateStake({ from, to, shares })]);
      },
    ),
    command(
      env,
      {
        name: "unstake",
        description: "ask own stake back; it thaws from then on and backs no new job",
        arguments: [["<amount>", "in ASY"]],
        writes: true,
      },
      async (context, [text = ""]) => {
        await send(context, [context.client.prepareRequestThaw({ amount: amountOf(text) })]);
      },
    ),
    command(
      env,
      {
        name: "fees",
        description: "pay out one's part of a provider's fees; splits what the provider has earned first",
        arguments: [PROVIDER],
        options: [["--token <address>", "fees in this token (default: ASY)"]],
        writes: true,
      },
      async (context, [text = ""], { token }) => {
        const { client } = context;
        const provider = addressOf(text);
        const asset = typeof token === "string" ? { token: addressOf(token) } : {};
        const { earnedGross } = await client.getBalance({ account: provider, ...asset });
        const split = earnedGross > 1n ? [client.prepareCollect({ provider, ...asset })] : [];
        await send(context, [...split, client.prepareClaimFees({ provider, account: accountOf(context), ...asset })]);
      },
    ),
    command(
      env,
      {
        name: "withdraw",
        description: "pay out what has thawed: delegated stake, or one's own without a provider",
        arguments: [["[provider]", "whose pool it was asked back from"]],
        writes: true,
      },
      async (context, [provider]) => {
        const account = accountOf(context);
        const call =
          provider === undefined
            ? context.client.prepareWithdrawStake({ provider: account })
            : context.client.prepareWithdrawDelegation({ provider: addressOf(provider), account });
        await send(context, [call]);
      },
    ),
  ];
}

async function sharesOf(context: CliContext, provider: Address, text: string): Promise<bigint> {
  if (text !== "all") return amountOf(text);
  const { shares, exiting } = await context.client.getDelegation({ provider, account: accountOf(context) });
  return shares - exiting;
}
