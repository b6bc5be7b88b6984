import type { Random } from "../support/random.ts";
import { act } from "./actions.ts";
import type { IndexedMarket } from "./harness.ts";

/** How often the same heights happen twice, with other blocks: every second round. */
const ACTIONS_UNDONE = 3;

/** Rounds of random actions, every second of which begins with some that a reorganisation takes back. */
export async function playRounds(
  market: IndexedMarket,
  random: Random,
  { rounds, actions }: { rounds: number; actions: number },
): Promise<Map<string, number>> {
  const dice = (n: number) => random.below(n);
  const done = new Map<string, number>();
  for (let round = 0; round < rounds; round++) {
    const snapshot = await market.rpc("evm_snapshot");
    for (let i = 0; i < ACTIONS_UNDONE; i++) await act(market, dice);
    if (round % 2 === 1) await market.rpc("evm_revert", [snapshot]);
    for (let i = 0; i < actions; i++) {
      const name = await act(market, dice);
      done.set(name, (done.get(name) ?? 0) + 1);
    }
  }
  return done;
}
