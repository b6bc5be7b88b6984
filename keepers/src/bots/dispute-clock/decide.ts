import {
  challengerBudget,
  GAME_LEVEL,
  type Game,
  isAnswered,
  providerBudget,
  type SlashCase,
  unpackGameClock,
  unpackGamePlace,
} from "@assay/sdk";

/** A live game, and what the referee says beside its six words. */
export interface ClockedGame {
  game: Game;
  /** When what stands at its place was revealed, Unix seconds; 0: nothing is. */
  revealedAt: number;
  /** Games that were opened against its result. */
  opened: number;
}

export interface ClockState {
  /** Seconds: the shortest clock of either side. */
  minBudget: number;
  games: readonly ClockedGame[];
  cases: readonly Pick<SlashCase, "id" | "status" | "deadline">[];
}

export type ClockAction =
  /** The side whose turn it is has used up its time. */
  | { type: "timeout"; game: Game; side: "provider" | "challenger"; due: number }
  /** executeCase: a slash on evidence that was not appealed, or whose appeal failed. lapseCase: nobody acted in time. */
  | { type: "executeCase" | "lapseCase"; id: bigint; due: number };

/** How long an open case may be executed after its time to appeal, in seconds (SlashingManager.DECISION_TIME). */
const DECISION_TIME = 14 * 86_400;

/** Which clocks have run out, and since when. Depends on nothing but its arguments. */
export function decideClocks({ minBudget, games, cases }: ClockState, now: number): ClockAction[] {
  const timeouts = games.map((view): ClockAction => ({ type: "timeout", game: view.game, ...expiry(view, minBudget) }));
  const ready = cases.flatMap((each) => caseAction(each, now));
  return [...timeouts, ...ready].filter(({ due }) => due <= now);
}

/** What may be done with a case now (SLH-06); a case that has ended gives nothing. */
function caseAction({ id, status, deadline }: ClockState["cases"][number], now: number): ClockAction[] {
  const last = status === "open" ? deadline + DECISION_TIME : deadline;
  if (status !== "open" && status !== "appealed" && status !== "upheld") return [];
  if (now > last) return [{ type: "lapseCase", id, due: last + 1 }];
  if (status === "open") return [{ type: "executeCase", id, due: deadline + 1 }];
  return status === "upheld" ? [{ type: "executeCase", id, due: 0 }] : [];
}

/** Whose turn it is, and the first second at which its time is over (DSP-71, DSP-73). */
export function expiry(
  { game, revealedAt, opened }: ClockedGame,
  minBudget: number,
): { side: "provider" | "challenger"; due: number } {
  const { last, providerUsed, challengerUsed, span } = unpackGameClock(game.clock);
  const { level } = unpackGamePlace(game.place);
  if (revealedAt === 0 && !isAnswered(game) && level !== GAME_LEVEL.Proof) {
    return { side: "provider", due: last + providerBudget(span, opened, minBudget) - providerUsed + 1 };
  }
  return {
    side: "challenger",
    due: Math.max(last, revealedAt) + challengerBudget(span, minBudget) - challengerUsed + 1,
  };
}
