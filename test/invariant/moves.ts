import { cancel, claim, expire, finalize, finalizeBatch, post, reject, resolveStalled, submit } from "./moves/jobs.ts";
import {
  burnForfeited,
  claimCredit,
  collect,
  deposit,
  payAuditFund,
  requestThaw,
  setExposure,
  setOperator,
  stake,
  withdraw,
  withdrawStake,
} from "./moves/money.ts";
import type { Move, Stage } from "./moves/move.ts";
import { answer, configure, pause, setTerms } from "./moves/settings.ts";

/** Makes a move that somebody might make: mostly sensible, often enough stale, early, late or somebody else's. */
export function randomMove(stage: Stage): Move {
  const total = MOVES.reduce((sum, [weight]) => sum + weight, 0);
  let ticket = stage.random.below(total);
  for (const [weight, make] of MOVES) {
    if (ticket < weight) return make(stage) ?? deposit(stage);
    ticket -= weight;
  }
  return deposit(stage);
}

const MOVES: readonly (readonly [weight: number, make: (stage: Stage) => Move | undefined])[] = [
  [14, post],
  [16, claim],
  [14, submit],
  [10, finalize],
  [4, finalizeBatch],
  [3, cancel],
  [5, expire],
  [5, reject],
  [4, resolveStalled],
  [4, collect],
  [6, deposit],
  [4, withdraw],
  [4, stake],
  [2, requestThaw],
  [2, withdrawStake],
  [2, claimCredit],
  [2, burnForfeited],
  [1, payAuditFund],
  [2, setExposure],
  [2, setOperator],
  [2, setTerms],
  [3, answer],
  [1, configure],
  [1, pause],
];
