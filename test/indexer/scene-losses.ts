import type { AssayClient } from "../../sdk/src/index.ts";
import { ASY, type IndexedMarket } from "./harness.ts";
import { gameOf, submitted } from "./scene-jobs.ts";
import { addressOf, DAY, pass, send } from "./steps.ts";

/** A result whose challenge nobody ends: the requester gets the price back in the end. */
export async function stalled(market: IndexedMarket): Promise<void> {
  const [a, b, c] = market.people as [AssayClient, AssayClient, AssayClient];
  await b.depositBond({ amount: 10n * ASY });
  const job = await submitted(market, a, 10n * ASY);
  await b.challengeResult({ job, last: true });
  await pass(market, 40 * DAY);
  await c.resolveStalled(job);
}

/** Wrong results that cost more than the provider's own stake: half of what others put behind it; then all of it. */
export async function lostPools(market: IndexedMarket): Promise<void> {
  const [, b, c] = market.people as [AssayClient, AssayClient, AssayClient];
  const provider = market.client(5);
  await send(market, 0, "AssayToken", "transfer", addressOf(provider), 1_000n * ASY);
  const losses = [
    { own: 100n * ASY, others: 100n * ASY, bond: 150n * ASY },
    { own: 50n * ASY, others: 0n, bond: 100n * ASY },
  ];
  for (const { own, others, bond } of losses) {
    await provider.stake({ amount: own });
    if (others) await c.delegateStake({ provider: addressOf(provider), amount: others });
    const job = await submitted(market, provider, 10n * ASY, { bond });
    const { commitment, bond: stake } = await b.challengeResult({ job, last: true });
    const game = await gameOf(b, commitment, stake);
    await pass(market, 2 * 3_600);
    await b.timeoutGame({ game });
    await b.rejectJob(job);
  }
}
