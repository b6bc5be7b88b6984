import { facts, knownError } from "@assay/daemon-kit";
import {
  DisputeLog,
  decodeError,
  GAME_LEVEL_NAME,
  GAME_STATUS,
  isAnswered,
  isSingleSegment,
  type JobId,
  liveGameWord,
  revealKey,
  type SubmittedJob,
  unpackGameClock,
  unpackGamePlace,
} from "@assay/sdk";
import type { Hex } from "viem";
import type { Bot, KeeperContext } from "../../bot.ts";
import type { ChainFacts } from "../../chain/observe.ts";
import { SECRET_VARIABLES } from "../../config.ts";
import { keeperError } from "../../errors.ts";
import { Deeds } from "../../internal/deeds.ts";
import {
  agreesWith,
  type ChallengerDeps,
  check,
  confirm,
  isPassing,
  move,
  open,
  reclaim,
  reject,
  timeout,
} from "./act.ts";
import type { Case } from "./case.ts";
import { findEngine } from "./children.ts";
import { Court } from "./court.ts";
import { type Action, type CaseView, decideCases, type GameFacts, isProvidersTurn, skipReasons } from "./decide.ts";
import { readFate } from "./fate.ts";
import { challengerMetrics } from "./metrics.ts";
import { caseFolder, casesUntouchedSince, dropCase, readOutcome } from "./run-folder.ts";
import { isChosen, samplingSeed } from "./sampling.ts";
import type { EngineChoice } from "./tasks.ts";

const FAILED_MS = 5_000;

/** An action that takes time. */
type Deed = Exclude<Action, { type: "skip" | "drop" | "alarm" }>;

/** A re-run that nobody has touched for so long, and whose result is not known, is of no use. */
const FORGOTTEN_MS = 86_400_000;

/** Opens the bot. @throws KP-010, KP-012 */
export async function openChallenger(context: KeeperContext): Promise<Bot> {
  const court = await Court.open(context.rpc, context.client, context.config.challenger);
  const { challenger, dataDir } = context.config;
  return new ChallengerBot(context, court, await findEngine(challenger, dataDir, context.signal));
}

/** Re-runs submitted results and takes those that are wrong to court. */
class ChallengerBot implements Bot {
  readonly name = "challenger";
  readonly #context: KeeperContext;
  readonly #court: Court;
  readonly #deps: ChallengerDeps;
  readonly #metrics: ReturnType<typeof challengerMetrics>;
  readonly #cases = new Map<Hex, Case>();
  readonly #logs: DisputeLog;
  readonly #deeds = new Deeds();
  readonly #seed: Hex;
  #now = 0;

  constructor(context: KeeperContext, court: Court, engine: EngineChoice) {
    this.#context = context;
    this.#court = court;
    this.#metrics = challengerMetrics(context.registry);
    const { deployment } = context.client;
    const start = deployment.contracts.RefereedDispute?.startBlock ?? deployment.startBlock;
    this.#logs = new DisputeLog(context.client, court.address, BigInt(start));
    this.#seed = samplingSeed(context.config.dataDir, context.env[SECRET_VARIABLES.samplingSeed]);
    this.#deps = {
      context,
      court,
      engine,
      metrics: this.#metrics,
      revealOf: (commitment, key) => this.#logs.reveal(commitment, key),
    };
  }

  async recover(): Promise<void> {
    const { rpc, config, log } = this.#context;
    await this.#refresh(await rpc.getBlockNumber({ cacheTime: 0 }));
    // Newer ones may be of results that an endpoint which is behind does not know yet.
    for (const commitment of casesUntouchedSince(config.dataDir, Date.now() - FORGOTTEN_MS)) {
      if (!this.#cases.has(commitment)) dropCase(config.dataDir, commitment);
    }
    for (const { job, game } of this.#cases.values()) {
      if (game) log.info({ jobId: job.id, commitment: job.commitment }, "own game found on chain");
    }
  }

  async look(chain: ChainFacts): Promise<void> {
    const { config, budget, signal, account } = this.#context;
    await this.#refresh(chain.head);
    this.#metrics.credit.set(Number(await this.#court.creditOf(account.address)) / 1e18);
    this.#now = chain.now;
    this.#report();
    const state = {
      now: chain.now,
      nowMs: Date.now(),
      draining: signal.aborted,
      minBudget: this.#court.minBudget,
      gasSpent: budget.spent(this.name, "gas"),
      bondSpent: budget.spent(this.name, "bond"),
      cases: [...this.#cases.values()].map((item) => this.#view(item)),
    };
    for (const action of decideCases(state, config.challenger)) this.#dispatch(action);
  }

  idle(): Promise<void> {
    return this.#deeds.idle();
  }

  status(): unknown {
    const cases = [...this.#cases.values()].map((item) => ({
      jobId: item.job.id,
      commitment: item.job.commitment,
      agrees: item.outcome && agreesWith(item, item.outcome),
      confirmed: item.confirmed,
      doing: item.busy,
      progress: item.progress,
      skipped: item.lastSkip,
      alarm: item.alarm,
      rejected: item.rejected,
      game: item.game && { ...unpackGamePlace(item.game.place), state: item.facts?.state },
    }));
    return { dispute: this.#court.address, cases, lines: [...this.#cases.values()].map(lineOf) };
  }

  /* ── WHAT THE CHAIN SAYS ── */

  async #refresh(head: bigint): Promise<void> {
    const { index } = this.#context;
    await this.#logs.refresh(head);
    for (const job of index.all()) {
      if (job.status === "submitted") await this.#admit(job as SubmittedJob);
    }
    for (const [commitment, job] of this.#logs.challenged(this.#context.account.address)) {
      if (!this.#cases.has(commitment)) await this.#admitByGame(commitment, job);
    }
    this.#logs.keepOnly(new Set(this.#cases.keys()));
    for (const item of this.#cases.values()) await this.#update(item);
  }

  async #admit(job: SubmittedJob): Promise<void> {
    const { commitment } = job;
    if (this.#cases.has(commitment) || !this.#court.hears(job)) return;
    const [windowEnd, bond] = await Promise.all([this.#court.windowEnd(job), this.#court.bondFor(job)]);
    const { config } = this.#context;
    const outcome = readOutcome(caseFolder(config.dataDir, commitment));
    this.#cases.set(commitment, {
      job,
      windowEnd: Number(windowEnd),
      bond,
      chosen: isChosen(config.challenger, this.#seed, { commitment, bond: job.terms.bond }),
      fate: "unknown",
      ...(outcome ? { outcome } : {}),
      confirmed: false,
      attempts: 0,
      gaveUp: false,
      opened: 0,
      rejected: false,
      notBeforeMs: 0,
    });
  }

  /** A game whose job has ended since, as after a restart: its bond may still be there. */
  async #admitByGame(commitment: Hex, id: JobId): Promise<void> {
    const { status } = await this.#court.game(commitment, this.#context.account.address);
    if (status === GAME_STATUS.closed || status === GAME_STATUS.none) return;
    const job = await this.#context.client.getJob({ id });
    if ("commitment" in job && job.commitment === commitment) await this.#admit(job);
  }

  async #update(item: Case): Promise<void> {
    const { job } = item;
    const { account } = this.#context;
    item.rejected = this.#logs.isRejected(job.commitment);
    const game = this.#logs.game(job.commitment, account.address);
    item.fate = await readFate(this.#context, item, game !== undefined);
    if (!game) {
      delete item.game;
      delete item.facts;
      return;
    }
    item.game = game;
    const [{ word, status }, docket, revealedAt] = await Promise.all([
      this.#court.game(job.commitment, account.address),
      this.#court.docket(job.commitment),
      isAnswered(game) ? unpackGameClock(game.clock).last : this.#court.revealedAt(revealKey(game)),
    ]);
    item.opened = docket.opened;
    item.rejected = docket.rejected;
    const revealSeen = this.#logs.reveal(job.commitment, revealKey(game)) !== undefined;
    item.facts = { ...game, state: stateOf(status, word === liveGameWord(game)), revealedAt, revealSeen };
  }

  #view(item: Case): CaseView {
    const { job, outcome, confirmed, windowEnd, bond, chosen, fate, rejected, opened, gaveUp, notBeforeMs } = item;
    const { account, config } = this.#context;
    return {
      id: job.id,
      commitment: job.commitment,
      chosen,
      own: job.provider.toLowerCase() === account.address.toLowerCase(),
      windowEnd,
      bond,
      fate,
      rejected,
      opened,
      outcome: outcome && {
        agrees: agreesWith(item, outcome),
        confirmed: confirmed || !config.challenger.recheck,
        reachable: isReachable(item),
        last: isSingleSegment(job.spec) || job.runRoot === outcome.runRoot,
      },
      gaveUp,
      alarmed: item.alarm !== undefined,
      game: item.facts,
      busy: item.busy,
      notBeforeMs,
    };
  }

  /* ── WHAT IS DONE ── */

  #dispatch(action: Action): void {
    const item = this.#cases.get(action.commitment)!;
    if (action.type === "skip") this.#noteSkip(item, action.reason);
    else if (action.type === "alarm") this.#alarm(item, unreachable(item));
    else if (action.type === "drop") {
      this.#cases.delete(action.commitment);
      dropCase(this.#context.config.dataDir, action.commitment);
    } else this.#begin(item, action);
  }

  #begin(item: Case, action: Deed): void {
    item.busy = action.type;
    delete item.lastSkip;
    const deed = () => this.#perform(item, action).catch((error: unknown) => this.#noteFailure(item, action, error));
    this.#deeds.start(`${action.type} ${action.commitment}`, deed, () => {
      delete item.busy;
      this.#context.wake();
    });
  }

  async #perform(item: Case, action: Deed): Promise<void> {
    const deps = this.#deps;
    if (action.type === "check") return check(deps, item, this.#now);
    if (action.type === "confirm") return confirm(deps, item, this.#now);
    if (action.type === "open") await open(deps, item, action.last);
    else if (action.type === "move") await move(deps, item);
    else if (action.type === "timeout") await timeout(deps, item);
    else if (action.type === "reclaim") await reclaim(deps, item);
    else {
      await reject(deps, item);
      await this.#context.index.reload(item.job.id);
    }
  }

  #noteFailure(item: Case, { type }: Deed, error: unknown): void {
    const { signal, log, metrics } = this.#context;
    if (signal.aborted) return;
    if (!isPassing(error)) {
      this.#alarm(item, error);
      return;
    }
    item.notBeforeMs = Math.max(item.notBeforeMs, Date.now() + FAILED_MS);
    metrics.botErrors.inc({ bot: this.name });
    const deed = { jobId: item.job.id, action: type, ...facts(knownError(error, decodeError)) };
    if (item.gaveUp) log.error(deed, "result given up");
    else log.warn(deed, "deed failed; it is tried again");
  }

  #alarm(item: Case, error: unknown): void {
    item.alarm = facts(error);
    this.#metrics.alarms.inc({ code: item.alarm.code });
    this.#context.log.fatal({ jobId: item.job.id, commitment: item.job.commitment, ...item.alarm }, "alarm");
  }

  #noteSkip(item: Case, reason: keyof typeof skipReasons): void {
    if (item.lastSkip === reason) return;
    item.lastSkip = reason;
    this.#metrics.skips.inc({ reason });
    const quiet = reason === "SKIP_NOT_CHOSEN" || reason === "SKIP_OWN";
    const { id, commitment } = item.job;
    this.#context.log[quiet ? "debug" : "error"](
      { jobId: id, commitment, reason, why: skipReasons[reason] },
      "result skipped",
    );
  }

  #report(): void {
    const counts = { waiting: 0, agrees: 0, differs: 0, playing: 0 };
    let used = 0;
    for (const item of this.#cases.values()) {
      counts[phaseOf(item)] += 1;
      if (item.facts?.state === "live") used = Math.max(used, this.#clockUsed(item.facts));
    }
    for (const [state, count] of Object.entries(counts)) this.#metrics.cases.set({ state }, count);
    this.#metrics.clock.set(used);
  }

  #clockUsed(game: GameFacts): number {
    if (isProvidersTurn(game)) return 0;
    const clock = unpackGameClock(game.clock);
    const used = clock.challengerUsed + this.#now - Math.max(clock.last, game.revealedAt);
    return used / Math.max(this.#court.minBudget, Math.floor(clock.span / 2));
  }
}

function stateOf(status: number, matches: boolean): GameFacts["state"] {
  if (status === GAME_STATUS.live) return matches ? "live" : "stale";
  return status === GAME_STATUS.forfeited ? "lost" : "closed";
}

/** DSP-45: a commitment is made of run root and final state, so a difference that shows in neither cannot be named. */
function isReachable({ job, outcome }: Case): boolean {
  return outcome !== undefined && (outcome.runRoot !== job.runRoot || outcome.finalState !== job.finalState);
}

function unreachable({ job, outcome }: Case): Error {
  return keeperError("KP-030", {
    kind: "Fatal",
    found: `commitment ${job.commitment}, with run root ${outcome?.runRoot} and final state ${outcome?.finalState} as in my run`,
    wanted: "a difference in run root or final state",
    hint: "a commitment that differs in nothing must be impossible: keep the run's folder and the log, and report it at once",
  });
}

function phaseOf(item: Case): "waiting" | "agrees" | "differs" | "playing" {
  if (item.game) return "playing";
  if (!item.outcome) return "waiting";
  return agreesWith(item, item.outcome) ? "agrees" : "differs";
}

function lineOf(item: Case): string {
  const { job, game, progress, busy, lastSkip, alarm } = item;
  const place = game && unpackGamePlace(game.place);
  const at = place ? `${GAME_LEVEL_NAME[place.level]} of step ${place.step}` : "";
  const doing = progress ? `step ${progress.step}/${progress.steps}` : (busy ?? alarm?.code ?? lastSkip ?? "");
  return [job.id, phaseOf(item).padEnd(8), at, doing].filter((text) => text !== "").join("  ");
}
