import {
  type Clock,
  challengerBudget,
  challengerNow,
  providerBudget as granted,
  moved,
  providerNow,
  windowOf,
} from "./clock-model.ts";

/** What griefers do: when each opens its game (seconds after the submission) and how long it thinks about each round. */
export interface Scheme {
  opens: readonly number[];
  think(game: number, round: number, now: number): number;
}

export interface Terms {
  /** Seconds from claim to submission, and the referee's limits. */
  span: number;
  minWindow: number;
  minBudget: number;
  /** Reveals on the way to the judge. */
  rounds: number;
  /** How long the provider's one machine works on a reveal. */
  secondsPerReveal: number;
  /** The provider's budget; the contract's unless a test asks what another would do. */
  budget?: (span: number, minimum: number, opened: number) => number;
}

export interface Ordeal {
  /** Games in which the provider answered after its time. */
  late: number;
  /** Most of its budget that the provider used in any game, as a share. */
  worst: number;
  /** When the last game was over, seconds after the submission. */
  decided: number;
  /** The latest that DSP-75 allows. */
  latest: number;
}

interface Sitting {
  clock: Clock;
  round: number;
  /** When the provider's turn began. */
  since: number;
  over: boolean;
}

/**
 * Clocks only, no hashes: so many griefers against one honest provider with one machine that answers in the order in which
 * it was asked. No two games share a reveal, which is the worst case. A griefer that has come to the judge, or thinks for
 * longer than its clock, is timed out as soon as that is possible.
 */
export function endure({ opens, think }: Scheme, terms: Terms): Ordeal {
  const { span, minWindow, minBudget, rounds, secondsPerReveal } = terms;
  const budgetOf = terms.budget ?? granted;
  const window = windowOf(0, minWindow, span);
  const patience = challengerBudget(span, minBudget);
  const sorted = opens.toSorted((a, b) => a - b);
  if (sorted.some((at) => at < 0 || at >= window)) throw new RangeError("games open before the window ends");
  const games: Sitting[] = sorted.map((at) => {
    const clock = { last: at, providerUsed: 0, challengerUsed: 0, submittedAt: 0, span };
    return { clock, round: 0, since: at, over: false };
  });
  const ordeal = { late: 0, worst: 0, decided: 0, latest: window + budgetOf(span, minBudget, opens.length) + patience };
  let now = 0;
  for (;;) {
    const next = earliest(games);
    if (next === undefined) return ordeal;
    const game = games[next]!;
    now = Math.max(now, game.since) + secondsPerReveal;
    const opened = sorted.filter((at) => at <= now).length;
    const used = providerNow(game.clock, now);
    const budget = budgetOf(span, minBudget, opened);
    ordeal.worst = Math.max(ordeal.worst, used / budget);
    if (used > budget) ordeal.late++;
    const thinks = game.round + 1 === rounds ? Number.POSITIVE_INFINITY : think(next, game.round, now);
    const left = patience - challengerNow(game.clock, now, now);
    if (thinks > left) {
      game.over = true;
      ordeal.decided = Math.max(ordeal.decided, now + left + 1);
    } else {
      game.clock = moved(game.clock, now, now + thinks);
      game.since = now + thinks;
      game.round++;
    }
  }
}

/** The game whose provider's turn began first; nothing when all are over. */
function earliest(games: readonly Sitting[]): number | undefined {
  let found: number | undefined;
  for (const [i, { over, since }] of games.entries()) {
    if (!over && (found === undefined || since < games[found]!.since)) found = i;
  }
  return found;
}
