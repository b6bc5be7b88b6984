import type { Command } from "commander";
import { addressOf, asy } from "../arguments.ts";
import { command } from "../command.ts";
import { accountOf } from "../context.ts";
import { print } from "../output.ts";

/** Everything that an account holds. */
export function accountCommand(env: NodeJS.ProcessEnv): Command {
  const shape = {
    name: "account",
    description: "show all that an account has: wallet, market, stake, delegations, votes",
    arguments: [["[address]", "whose (default: setting account)"]] as const,
    writes: false,
  };
  return command(env, shape, async (context, [text]) => {
    const account = text === undefined ? accountOf(context) : addressOf(text);
    const [holdings, votes] = await Promise.all([
      context.client.getHoldings({ account }),
      context.client.getVotes({ account }),
    ]);
    const { wallet, market, stake, credit, delegations, total } = holdings;
    print(context.json, { ...holdings, votes }, [
      `${account}: ${asy(total)}`,
      `  wallet        ${asy(wallet)}`,
      `  market        ${asy(market.available)} free, ${asy(market.earned)} earned`,
      `  stake         ${asy(stake.total)}, ${asy(stake.locked)} of it behind jobs; ${asy(stake.thawing)} thawing`,
      `  credit        ${asy(credit)}`,
      ...delegations.map(
        ({ provider, assets, exiting, fees }) =>
          `  delegated     ${asy(assets)} to ${provider}, ${asy(exiting)} of it asked back; ${asy(fees)} of fees to claim`,
      ),
      `  votes         ${asy(votes.total)}; its own are cast by ${votes.liquidDelegate} (liquid), ${votes.stakedDelegate} (staked)`,
    ]);
  });
}
