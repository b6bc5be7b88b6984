import { Command } from "commander";
import { addressOf, unitsOf } from "../arguments.ts";
import { command } from "../command.ts";
import { accountOf, type CliContext } from "../context.ts";
import { send } from "../send.ts";
import { approval, decimalsOf } from "../tokens.ts";

const AMOUNT = ["<amount>", "in the token"] as const;
const TOKEN = ["--token <address>", "a token that the market lists (default: ASY)"] as const;

/** What jobs and orders are paid from, and what providers and keepers are paid into. */
export function balanceCommands(env: NodeJS.ProcessEnv): Command {
  const group = new Command("balance").description("the in-market balance: pay in, pay out");
  group.addCommand(
    command(
      env,
      {
        name: "deposit",
        description: "pay tokens into the market, so that jobs can be posted and orders claimed",
        arguments: [AMOUNT],
        options: [TOKEN],
        writes: true,
      },
      async (context, [text = ""], values) => {
        const { client } = context;
        const { token, amount } = await given(context, text, values.token);
        const { address: spender } = client.deployment.contracts.JobMarketplace;
        const deposit = client.prepareDeposit({ token, amount, account: accountOf(context) });
        await send(context, [...(await approval(context, { token, spender, amount })), deposit]);
      },
    ),
  );
  group.addCommand(
    command(
      env,
      {
        name: "withdraw",
        description: "pay tokens out of the market; never paused",
        arguments: [AMOUNT],
        options: [TOKEN, ["--to <address>", "who receives them (default: the account itself)"]],
        writes: true,
      },
      async (context, [text = ""], { to, ...values }) => {
        const { token, amount } = await given(context, text, values.token);
        const receiver = typeof to === "string" ? addressOf(to) : accountOf(context);
        await send(context, [context.client.prepareWithdraw({ token, amount, to: receiver })]);
      },
    ),
  );
  return group;
}

async function given(context: CliContext, text: string, named: unknown) {
  const { AssayToken } = context.client.deployment.contracts;
  const token = typeof named === "string" ? addressOf(named) : AssayToken.address;
  return { token, amount: unitsOf(text, await decimalsOf(context, token)) };
}
