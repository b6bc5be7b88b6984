import { challengerBudget, GAME_LEVEL, type JobId, providerBudget, unpackGameClock, unpackGamePlace } from "@assay/sdk";
import type { Hex } from "viem";
import type { ChallengerConfig } from "../../config.ts";
import type { Fate } from "./fate.ts";

/** Why a result is not checked, or not taken to court. Stable: operators filter and count by them. */
export const skipReasons = {
  SKIP_NOT_CHOSEN: "the policy does not choose this result",
  SKIP_OWN: "the result is this account's own",
  SKIP_WINDOW: "too little of the window is left",
  SKIP_GAVE_UP: "the job could not be re-run",
  SKIP_ALARM: "something that must be impossible happened; a person must look",
  SKIP_BOND_BUDGET: "the day's bonds are spent",
  SKIP_GAS_BUDGET: "the day's gas does not cover another game",
  SKIP_GAMES: "as many games as allowed are under way",
  SKIP_CLOCK: "the own clock has run out",
} as const satisfies Record<string, string>;

export type SkipReason = keyof typeof skipReasons;

/** A game of this account, as the chain has it now. */
export interface GameFacts {
  clock: bigint;
  place: bigint;
  /** `stale`: the logs and the contract do not agree yet. */
  state: "live" | "stale" | "lost" | "closed";
  /** Unix seconds of the reveal that stands at this place; 0 if none does. */
  revealedAt: number;
  /** The reveal's content has been seen in the logs. */
  revealSeen: boolean;
}

/** A result that may be challenged. */
export interface CaseView {
  id: JobId;
  commitment: Hex;
  chosen: boolean;
  own: boolean;
  /** Chain time, Unix seconds, until which (exclusive) a game may be opened. */
  windowEnd: number;
  bond: bigint;
  fate: Fate;
  /** A game or a timeout has shown that the result is wrong. */
  rejected: boolean;
  /** How many games have been opened against it: the provider's clock grows with them. */
  opened: number;
  /** What the re-run found; undefined until there is one. `reachable`: its difference can be named in a challenge. */
  outcome?: { agrees: boolean; confirmed: boolean; reachable: boolean; last: boolean } | undefined;
  gaveUp: boolean;
  alarmed: boolean;
  game?: GameFacts | undefined;
  busy?: ActionType | undefined;
  /** Unix ms before which a deed that failed is not tried again. */
  notBeforeMs: number;
}

export interface ChallengerState {
  /** Chain time, Unix seconds. */
  now: number;
  nowMs: number;
  /** The keeper is stopping: nothing new. */
  draining: boolean;
  /** Seconds, from the dispute contract. */
  minBudget: number;
  /** Of the last 24 hours. */
  gasSpent: bigint;
  bondSpent: bigint;
  cases: readonly CaseView[];
}

export type ActionType = "check" | "confirm" | "open" | "move" | "timeout" | "reject" | "reclaim";
export type Action =
  /** check: re-run the job. confirm: re-run it once more before money is put on it. */
  | { type: Exclude<ActionType, "open">; commitment: Hex }
  | { type: "open"; commitment: Hex; last: boolean }
  /** Forget what is kept of it. */
  | { type: "drop"; commitment: Hex }
  /** An alarm: a difference that no challenge can name. */
  | { type: "alarm"; commitment: Hex }
  | { type: "skip"; commitment: Hex; reason: SkipReason };

type Limits = Pick<
  ChallengerConfig,
  "recheck" | "maxParallelRuns" | "marginSeconds" | "maxGames" | "gasPerGame" | "gasPerDay" | "bondPerDay"
>;

interface Budget {
  runs: number;
  /** Games opened now: one after the other, since the next would take the allowance that was given for this one. */
  opens: number;
  games: number;
  gas: bigint;
  bond: bigint;
}

/**
 * What to do now, at most one action for each result. Depends on nothing but its arguments. Games under way come first
 * and are always played on: a game that is not answered is a bond lost. Budgets hold back new games only.
 */
export function decideCases(state: ChallengerState, config: Limits): Action[] {
  const live = state.cases.filter(
    ({ game, rejected }) => !rejected && (game?.state === "live" || game?.state === "stale"),
  );
  const opening = state.cases.filter(({ busy }) => busy === "open");
  const budget: Budget = {
    runs: config.maxParallelRuns - state.cases.filter(({ busy }) => busy === "check" || busy === "confirm").length,
    opens: opening.length === 0 ? 1 : 0,
    games: config.maxGames - live.length - opening.length,
    gas: config.gasPerDay - state.gasSpent - config.gasPerGame * BigInt(live.length + opening.length),
    bond: config.bondPerDay - state.bondSpent,
  };
  const inPlay = state.cases.filter(({ game }) => game);
  const rest = state.cases.filter(({ game }) => !game).toSorted((a, b) => a.windowEnd - b.windowEnd);
  return [
    ...inPlay.flatMap((view) => decideInPlay(view, state, budget)),
    ...rest.flatMap((view) => decideOpening(view, state, config, budget)),
  ];
}

/* Results against which a game of ours stands. */

function decideInPlay(view: CaseView, state: ChallengerState, budget: Budget): Action[] {
  const { commitment, busy, fate, rejected, notBeforeMs } = view;
  const game = view.game as GameFacts;
  if (busy) return [];
  // a game whose job is not known is played on: its clock runs whichever endpoint answers
  const ended = fate === "ended";
  const over = game.state === "closed" || game.state === "lost";
  if (over && ended) return [{ type: "drop", commitment }];
  if (over && !rejected) return [];
  if (state.nowMs < notBeforeMs) return [];
  if (rejected && !ended) return [{ type: "reject", commitment }];
  if (game.state === "live" && ended) return [{ type: "reclaim", commitment }];
  if (game.state !== "live") return [];
  return decideTurn(view, game, state, budget);
}

function decideTurn(view: CaseView, game: GameFacts, state: ChallengerState, budget: Budget): Action[] {
  const { commitment, opened } = view;
  const clock = unpackGameClock(game.clock);
  if (isProvidersTurn(game)) {
    const used = clock.providerUsed + state.now - clock.last;
    return used > providerBudget(clock.span, opened, state.minBudget) ? [{ type: "timeout", commitment }] : [];
  }
  if (view.alarmed) return [{ type: "skip", commitment, reason: "SKIP_ALARM" }];
  const used = clock.challengerUsed + state.now - Math.max(clock.last, game.revealedAt);
  if (used > challengerBudget(clock.span, state.minBudget)) {
    return [{ type: "skip", commitment, reason: "SKIP_CLOCK" }];
  }
  if (unpackGamePlace(game.place).level !== GAME_LEVEL.Proof && !game.revealSeen) return [];
  // The run's folder was lost: nothing can be said at any place before the job has run again.
  if (!view.outcome) return rerun(view, budget);
  return [{ type: "move", commitment }];
}

function rerun({ commitment, gaveUp }: CaseView, budget: Budget): Action[] {
  if (gaveUp) return [{ type: "skip", commitment, reason: "SKIP_GAVE_UP" }];
  // A game's own clock runs: it does not wait for a slot.
  budget.runs -= 1;
  return [{ type: "check", commitment }];
}

/** Whose turn it is follows from the place and the reveal (DSP-30). */
export function isProvidersTurn({ place, revealedAt }: Pick<GameFacts, "place" | "revealedAt">): boolean {
  return revealedAt === 0 && unpackGamePlace(place).level !== GAME_LEVEL.Proof;
}

/* Results without a game of ours. */

function decideOpening(view: CaseView, state: ChallengerState, config: Limits, budget: Budget): Action[] {
  const { commitment, outcome } = view;
  const skip = (reason: SkipReason): Action[] => [{ type: "skip", commitment, reason }];
  if (view.busy) return [];
  // a re-run is not thrown away for an endpoint that does not know the result yet; after its window it is of no use
  const useless = view.fate === "unknown" && state.now >= view.windowEnd;
  if (view.fate === "ended" || useless) return [{ type: "drop", commitment }];
  if (view.fate === "unknown") return [];
  if (view.own) return skip("SKIP_OWN");
  if (view.alarmed) return skip("SKIP_ALARM");
  if (view.rejected || outcome?.agrees) return [];
  if (!view.chosen) return skip("SKIP_NOT_CHOSEN");
  if (view.gaveUp) return skip("SKIP_GAVE_UP");
  if (state.now + config.marginSeconds >= view.windowEnd) return skip("SKIP_WINDOW");
  if (state.draining || state.nowMs < view.notBeforeMs) return [];
  if (!outcome || (config.recheck && !outcome.confirmed)) {
    if (budget.runs <= 0) return [];
    budget.runs -= 1;
    return [{ type: outcome ? "confirm" : "check", commitment }];
  }
  // DSP-45: no game over a difference that the rules cannot reach
  if (!outcome.reachable) return [{ type: "alarm", commitment }];
  return decideGame(view, outcome.last, config, budget);
}

function decideGame({ commitment, bond }: CaseView, last: boolean, config: Limits, budget: Budget): Action[] {
  const skip = (reason: SkipReason): Action[] => [{ type: "skip", commitment, reason }];
  if (budget.games <= 0) return skip("SKIP_GAMES");
  if (budget.bond < bond) return skip("SKIP_BOND_BUDGET");
  if (budget.gas < config.gasPerGame) return skip("SKIP_GAS_BUDGET");
  if (budget.opens <= 0) return [];
  budget.opens -= 1;
  budget.games -= 1;
  budget.bond -= bond;
  budget.gas -= config.gasPerGame;
  return [{ type: "open", commitment, last }];
}
