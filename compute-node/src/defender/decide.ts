import {
  challengerBudget,
  GAME_LEVEL,
  type Game,
  providerBudget,
  revealKey,
  type SubmittedJob,
  unpackGameClock,
  unpackGamePlace,
} from "@assay/sdk";
import type { Hex } from "viem";

/** A game against an own result, as the chain has it. */
export interface GameView {
  game: Game;
  state: "live" | "forfeited" | "closed";
  /** Unix seconds at which its place was answered, 0 while it is not. */
  revealedAt: number;
}

/** An own result that somebody has challenged. */
export interface CaseView {
  job: SubmittedJob;
  /** The market holds the result no more: paid, rejected or unresolved. */
  ended: boolean;
  rejected: boolean;
  /** Games that were ever opened against it. */
  opened: number;
  games: readonly GameView[];
  /** Answers are being worked out or sent. */
  busy: boolean;
  /** Unix ms before which nothing is tried again. */
  notBeforeMs: number;
}

export interface DefenderState {
  /** The chain's clock, Unix seconds. */
  now: number;
  nowMs: number;
  /** Seconds: the shortest clock of either side. */
  minBudget: number;
  cases: readonly CaseView[];
}

export type DefenderAction =
  /** Reveal what these games ask for, the one with the least time first. */
  | { type: "answer"; commitment: Hex; games: readonly Game[] }
  /** End a game whose challenger has let its clock run out. */
  | { type: "timeout"; commitment: Hex; game: Game }
  /** Settle the bond that a challenger has lost. */
  | { type: "sweep"; commitment: Hex; game: Game };

/** How much of a provider's clock is left in a game, 0 to 1; undefined when it is not the provider's turn. */
export function clockLeft(
  view: GameView,
  opened: number,
  { now, minBudget }: Pick<DefenderState, "now" | "minBudget">,
) {
  if (view.state !== "live" || !isProvidersTurn(view)) return undefined;
  const { last, providerUsed, span } = unpackGameClock(view.game.clock);
  const budget = providerBudget(span, opened, minBudget);
  return Math.max(0, 1 - (providerUsed + Math.max(0, now - last)) / budget);
}

/** What to do now about the games against own results. Depends on nothing but its arguments. */
export function decideDefence(state: DefenderState): DefenderAction[] {
  return state.cases.flatMap((view) => (view.busy || state.nowMs < view.notBeforeMs ? [] : decideCase(view, state)));
}

/** Whether a game waits for an answer: then nothing else may take this machine's time. */
export function isPressed({ cases }: DefenderState): boolean {
  return cases.some(
    (view) => !view.rejected && view.games.some((game) => game.state === "live" && isProvidersTurn(game)),
  );
}

function decideCase(view: CaseView, state: DefenderState): DefenderAction[] {
  const { commitment } = view.job;
  if (view.rejected) return [];
  if (view.ended) {
    // DSP-84: the provider's share of a lost bond is paid once the result stood
    const lost = view.games.filter(({ state }) => state === "forfeited");
    return lost.map(({ game }) => ({ type: "sweep", commitment, game }));
  }
  const asked = view.games.filter((game) => game.state === "live" && isProvidersTurn(game));
  const left = (game: GameView) => clockLeft(game, view.opened, state) ?? 1;
  const games = distinct(asked.sort((a, b) => left(a) - left(b)).map(({ game }) => game));
  const answers: DefenderAction[] = games.length > 0 ? [{ type: "answer", commitment, games }] : [];
  const silent = view.games.filter((game) => isSilent(game, state));
  return [...answers, ...silent.map(({ game }): DefenderAction => ({ type: "timeout", commitment, game }))];
}

/** DSP-20: games that stand at the same place share one answer. */
function distinct(games: readonly Game[]): Game[] {
  return [...new Map(games.map((game) => [revealKey(game), game])).values()];
}

/** DSP-30: whose turn it is follows from the place and the reveal. */
function isProvidersTurn({ game, revealedAt }: GameView): boolean {
  return revealedAt === 0 && unpackGamePlace(game.place).level !== GAME_LEVEL.Proof;
}

function isSilent(view: GameView, { now, minBudget }: DefenderState): boolean {
  if (view.state !== "live" || isProvidersTurn(view)) return false;
  const { last, challengerUsed, span } = unpackGameClock(view.game.clock);
  return challengerUsed + now - Math.max(last, view.revealedAt) > challengerBudget(span, minBudget);
}
