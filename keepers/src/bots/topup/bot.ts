import { formatEther, isAddressEqual } from "viem";
import type { Bot, KeeperContext } from "../../bot.ts";
import type { ChainFacts } from "../../chain/observe.ts";
import type { Duty } from "../../duty/duty.ts";
import { DutyBot } from "../../duty/duty-bot.ts";
import { decideTopups } from "./decide.ts";
import { topupMetrics } from "./metrics.ts";

const NAME = "balance-topup";
const HOUR = 3600;

/** Keeps the coin of hot keys between two bounds, out of the keeper's own account. */
export function openTopup(context: KeeperContext): Bot {
  const { config, budget, rpc, registry, log } = context;
  const { accounts } = config.topup;
  const metrics = topupMetrics(registry);
  let warned = 0;
  const plan = async (chain: ChainFacts): Promise<Duty[]> => {
    const others = accounts.filter((account) => !isAddressEqual(account, context.account.address));
    const balances = await Promise.all(
      others.map(async (account) => ({ account, balance: await rpc.getBalance({ address: account }) })),
    );
    const sentToday = budget.spent(NAME, "coin");
    const topups = decideTopups({ balances, funds: chain.gasBalance, sentToday }, config.topup);
    const held = balances.filter(({ balance }) => balance < config.topup.low).length - topups.length;
    if (held > warned)
      log.error({ bot: NAME, accounts: held, sentToday }, "accounts stay low: limit or reserve reached");
    warned = held;
    metrics.low.set(held);
    // once an hour for an account: an endpoint that lags must not make it be paid twice
    const hour = Math.floor(chain.now / HOUR);
    return topups.map(({ account, amount, balance }) => ({
      key: `${NAME}:${account}`,
      round: hour,
      to: account,
      data: "0x",
      value: amount,
      due: chain.now,
      text: `send ${formatEther(amount)} of the chain's coin to ${account}`,
      // a payment succeeds, however often it was made
      stillDue: async () => (await rpc.getBalance({ address: account, blockTag: "pending" })) <= balance,
    }));
  };
  return new DutyBot(context, {
    ...config.topup,
    name: NAME,
    refused: "KP-043",
    doneByOthers: [],
    sending: ({ value }, key) => budget.record(NAME, "coin", key, value),
    unsent: (key) => budget.forget("coin", key),
    plan,
  });
}
