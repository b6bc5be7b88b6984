import type { Registry } from "prom-client";
import { metricsOf } from "../../metrics.ts";

/** The challenger's metrics. */
export function challengerMetrics(registry: Registry) {
  const { gauge, counter } = metricsOf(registry);
  return {
    cases: gauge("challenger_cases", "Submitted results that name the dispute, by what is known of them", ["state"]),
    checks: counter("challenger_checks_total", "Re-runs, by how they ended", ["end"]),
    games: counter("challenger_games_total", "Games opened"),
    moves: counter("challenger_moves_total", "Moves made, by kind", ["move"]),
    timeouts: counter("challenger_timeouts_total", "Games won because the provider was silent"),
    rejected: counter("challenger_rejected_total", "Results that a game of this account brought down"),
    skips: counter("challenger_skips_total", "Results not checked or not challenged, by reason", ["reason"]),
    alarms: counter("challenger_alarms_total", "Things that must be impossible, by code", ["code"]),
    clock: gauge("challenger_clock_used_ratio", "Largest used share of an own clock, over the games in play"),
    credit: gauge("challenger_credit_asy", "Credit for bonds in the dispute contract"),
  };
}
