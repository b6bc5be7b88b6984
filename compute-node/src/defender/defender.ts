import { facts, TxRevertedError } from "@assay/daemon-kit";
import {
  AssayError,
  DisputeLog,
  decodeError,
  disputeRecord,
  type Game,
  isAnswered,
  isEnded,
  type JobId,
  liveGameWord,
  prepareMove,
  prepareSweepBond,
  prepareTimeoutGame,
  refereedDisputeAbi,
  revealKey,
  type SubmittedJob,
  unpackGameClock,
} from "@assay/sdk";
import { type Address, type Hex, isAddressEqual, keccak256, numberToHex, toHex } from "viem";
import { type ActDeps, countGas } from "../act/deps.ts";
import { inputsRequest } from "../act/prepare.ts";
import { answerGames, engineChoice } from "../children.ts";
import { nodeError } from "../errors.ts";
import { logFile } from "../job-logs.ts";
import type { ChainFacts } from "../observe.ts";
import { filesFolder, runFolder } from "../run-folder.ts";
import { alarmOf } from "./alarms.ts";
import {
  type CaseView,
  clockLeft,
  type DefenderAction,
  type DefenderState,
  decideDefence,
  isPressed,
} from "./decide.ts";

const ANSWER_MS = 30 * 60_000;
/** What an answer says, whichever game it is given in. */
function contentHash(content: readonly unknown[]): Hex {
  return keccak256(toHex(JSON.stringify(content, (_, value) => (typeof value === "bigint" ? `${value}` : value))));
}

const RETRY_MS = 3_000;
const TRIES = 5;
/** What the contract says when an answer has come too late to matter, or came from another process. */
const SETTLED = ["Dispute_AlreadyRevealed", "Dispute_StaleGame", "Dispute_Settled", "Dispute_NotSettled"];

/** What is known of a case beside the chain. */
interface LocalCase {
  job: SubmittedJob;
  ended: boolean;
  busy: boolean;
  notBeforeMs: number;
  /** Alarms that were given, by game. */
  alarmed: Map<string, number>;
}

/** A game in /status. */
export interface DefendedGame {
  jobId: JobId;
  challenger: Address;
  /** Share of the provider's clock, 0 to 1; undefined while it is the challenger's turn. */
  clockLeft: number | undefined;
}

/** A challenged job that the endpoint does not know is asked for again so much later. */
const ASK_AGAIN_MS = 5000;

/**
 * Answers challenges to own results, from checkpoints, before any other work. A challenge that is not answered in time
 * loses the bond whatever the result was, so nothing here depends on prices, budgets or a free slot.
 */
export class Defender {
  readonly #deps: ActDeps;
  readonly #address: Address;
  readonly #minBudget: number;
  readonly #log: DisputeLog;
  readonly #cases = new Map<Hex, LocalCase>();
  readonly #running = new Set<Promise<void>>();
  readonly #revealedAt = new Map<Hex, number>();
  /** When the endpoint did not know the job of a challenge. */
  readonly #askedAt = new Map<Hex, number>();
  readonly #onDone: () => void;
  #state: DefenderState = { now: 0, nowMs: 0, minBudget: 0, cases: [] };

  private constructor(deps: ActDeps, address: Address, minBudget: number, onDone: () => void) {
    const { deployment } = deps.client;
    this.#deps = deps;
    this.#address = address;
    this.#minBudget = minBudget;
    this.#onDone = onDone;
    const start = deployment.contracts.RefereedDispute?.startBlock ?? deployment.startBlock;
    this.#log = new DisputeLog(deps.client, address, BigInt(start), BigInt(deps.config.reorgDepth));
  }

  /** @param onDone called when something was done, so that the node looks again. @returns undefined where there is no referee */
  static async open(deps: ActDeps, onDone: () => void): Promise<Defender | undefined> {
    const { RefereedDispute } = deps.client.deployment.contracts;
    if (!RefereedDispute) return undefined;
    const { address } = RefereedDispute;
    const call = { address, abi: refereedDisputeAbi, functionName: "MIN_BUDGET" } as const;
    return new Defender(deps, address, Number(await deps.rpc.readContract(call)), onDone);
  }

  /** Whether a game waits for an answer of this node. */
  get pressed(): boolean {
    return isPressed(this.#state);
  }

  /** The games in play against own results. */
  games(): DefendedGame[] {
    return this.#state.cases.flatMap((view) =>
      view.games.flatMap((game) => {
        if (game.state !== "live" || view.rejected) return [];
        const left = clockLeft(game, view.opened, this.#state);
        const challenger = `0x${(game.game.party >> 96n).toString(16).padStart(40, "0")}` as Address;
        return [{ jobId: view.job.id, challenger, clockLeft: left }];
      }),
    );
  }

  /** Looks at the chain and does what is due. @throws viem's errors when the endpoint does not answer */
  async look({ now, head, isNew }: Pick<ChainFacts, "now" | "head" | "isNew">): Promise<void> {
    if (isNew) await this.#log.refresh(head);
    await this.#findCases();
    const cases: CaseView[] = [];
    for (const [commitment, local] of this.#cases) cases.push(await this.#view(commitment, local));
    this.#state = { now, nowMs: Date.now(), minBudget: this.#minBudget, cases };
    this.#report();
    for (const action of decideDefence(this.#state)) this.#begin(action);
  }

  /** Resolves when nothing is under way any more; after the node's signal has fired. */
  async settle(): Promise<void> {
    await Promise.all(this.#running);
  }

  async #findCases(): Promise<void> {
    for (const [commitment, id] of this.#log.challenged()) {
      const known = this.#cases.get(commitment);
      if (known && (known.ended || !this.#log.isRejected(commitment))) {
        if (!known.ended)
          known.ended = isEnded(this.#deps.index.get(id)?.status ?? (await this.#jobOf(id))?.status ?? "none");
        continue;
      }
      if (known) continue;
      if (Date.now() - (this.#askedAt.get(commitment) ?? 0) < ASK_AGAIN_MS) continue;
      const job = await this.#jobOf(id);
      if (!job) {
        // Who challenged it has seen a result: this endpoint is behind, or its logs of two forks are mixed.
        this.#askedAt.set(commitment, Date.now());
        continue;
      }
      this.#askedAt.delete(commitment);
      if (job.commitment !== commitment || !isAddressEqual(job.provider, this.#deps.provider)) {
        this.#log.ignore(commitment);
        continue;
      }
      const ended = isEnded(job.status);
      this.#cases.set(commitment, { job, ended, busy: false, notBeforeMs: 0, alarmed: new Map() });
      if (ended) continue;
      const isNews = !this.#deps.history.notesOf(id).some(({ reason }) => reason === "CHALLENGED");
      this.#deps.history.note(id, "CHALLENGED", commitment);
      const text = `the result of job ${id} is challenged; the node answers by itself while it runs`;
      if (isNews) this.#deps.notify({ event: "DISPUTE_OPENED", text, facts: { jobId: id, commitment } });
      this.#deps.log.warn({ jobId: id, commitment }, "own result challenged");
    }
  }

  async #jobOf(id: JobId): Promise<SubmittedJob | undefined> {
    try {
      const job = await this.#deps.client.getJob({ id });
      return "commitment" in job ? job : undefined;
    } catch (error) {
      if (error instanceof AssayError && error.kind !== "retryable") return undefined;
      throw error;
    }
  }

  async #view(commitment: Hex, { job, ended, busy, notBeforeMs }: LocalCase): Promise<CaseView> {
    const logged = this.#log.games(commitment);
    const rejected = this.#log.isRejected(commitment);
    const games = await Promise.all(
      logged.map(async ({ game, state }) => {
        const open = state === "live" && !ended && !rejected;
        return { game, state, revealedAt: open ? await this.#revealTime(game) : 0 };
      }),
    );
    return { job, ended, rejected, opened: logged.length, games, busy, notBeforeMs };
  }

  /** When the place of a game was answered, 0 while it is not. */
  async #revealTime(game: Game): Promise<number> {
    if (isAnswered(game)) return unpackGameClock(game.clock).last;
    const key = revealKey(game);
    if (this.#log.reveal(game.commitment, key) === undefined) {
      this.#revealedAt.delete(key);
      return 0;
    }
    const known = this.#revealedAt.get(key);
    if (known !== undefined) return known;
    const call = { address: this.#address, abi: refereedDisputeAbi, functionName: "revealOf", args: [key] } as const;
    const at = Number((await this.#deps.rpc.readContract(call)) & 0xff_ffff_ffffn);
    if (at !== 0) this.#revealedAt.set(key, at);
    return at;
  }

  /** Gauges, and the alarms of clocks that run down. */
  #report(): void {
    const { metrics, log } = this.#deps;
    let least = 1;
    let live = 0;
    for (const view of this.#state.cases) {
      for (const game of view.games) {
        if (game.state !== "live" || view.rejected || view.ended) continue;
        live += 1;
        const left = clockLeft(game, view.opened, this.#state);
        if (left === undefined) continue;
        least = Math.min(least, left);
        const key = revealKey(game.game);
        const alarmed = this.#cases.get(view.job.commitment)?.alarmed;
        const alarm = alarmOf(left, alarmed?.get(key) ?? 0);
        if (!alarmed || !alarm) continue;
        alarmed.set(key, alarm.due);
        const { event, text } = alarm;
        const told = { jobId: view.job.id, clockLeft: Number(left.toFixed(3)) };
        this.#deps.notify({ event, text: `job ${view.job.id}: ${text}`, facts: told });
        log[event === "DISPUTE_CLOCK_QUARTER" ? "error" : "warn"](told, text);
      }
    }
    metrics.disputes.set(live);
    metrics.disputeClock.set(least);
  }

  #begin(action: DefenderAction): void {
    const local = this.#cases.get(action.commitment);
    if (!local) return;
    local.busy = true;
    const done = this.#perform(action, local.job)
      .catch((error: unknown) => {
        local.notBeforeMs = Date.now() + RETRY_MS;
        if (this.#deps.signal.aborted) return;
        this.#deps.log.error(
          { jobId: local.job.id, action: action.type, ...facts(error) },
          "defence failed; it is tried again",
        );
      })
      .finally(() => {
        local.busy = false;
        this.#running.delete(done);
        this.#onDone();
      });
    this.#running.add(done);
  }

  async #perform(action: DefenderAction, job: SubmittedJob): Promise<void> {
    const { client, log, metrics } = this.#deps;
    if (action.type === "answer") return this.#answer(job, action.games);
    const { game } = action;
    const key = `${action.type}:${game.commitment}:${game.party.toString(16)}`;
    const call =
      action.type === "timeout" ? prepareTimeoutGame(client, { game }) : prepareSweepBond(client, { game, job });
    if (!(await this.#send(key, call))) return;
    metrics.disputesWon.inc({ how: action.type });
    log.info(
      { jobId: job.id },
      action.type === "timeout" ? "challenger was silent: its bond is lost" : "lost bond settled",
    );
  }

  /** Works the answers out in a child process and sends them, the most pressing first. */
  async #answer(job: SubmittedJob, games: readonly Game[]): Promise<void> {
    const { config, client, guard, log, metrics, signal, engine, fingerprint } = this.#deps;
    const { id, nonce } = job;
    const folder = runFolder(config.dataDir, id, nonce);
    const record = disputeRecord(job);
    const { moves } = await answerGames(
      config,
      {
        task: "answer",
        inputs: inputsRequest(this.#deps, job),
        nonce,
        folder: filesFolder(folder),
        engine: engineChoice(config, engine, fingerprint),
        record,
        games,
      },
      { logFile: logFile(config.dataDir, id, "answer", nonce), wallClockMs: ANSWER_MS, signal },
    );
    if (
      moves.length !== games.length ||
      moves.some(({ args }, i) => contentHash([args[0]]) !== contentHash([games[i]]))
    ) {
      throw nodeError("CN-033", {
        found: `${moves.length} answers, not all to the games asked about`,
        wanted: `${games.length} answers, in the order of the games`,
        hint: `the job is hostile, or this version is broken: see ${logFile(config.dataDir, id, "answer", nonce)}, and report it`,
      });
    }
    const scope = `${config.chainId}:${this.#address.toLowerCase()}`;
    for (const [i, move] of moves.entries()) {
      const game = games[i] as Game;
      const key = revealKey(game);
      const call = prepareMove(client, move);
      // Two answers to one question must never leave this machine: one of them would be a lie.
      const [, ...content] = move.args;
      guard.commit(scope, `reveal:${key}`, contentHash(content));
      // one place may be answered for several games, one after the other
      if (!(await this.#send(`reveal:${numberToHex(liveGameWord(game), { size: 32 })}`, call))) continue;
      metrics.reveals.inc({ move: move.functionName });
      log.info({ jobId: id, move: move.functionName, at: key }, "challenge answered");
    }
  }

  /** Sends a call. @returns false when the contract says that there is nothing left to do */
  async #send(deed: string, { to, data, value }: { to: Address; data: Hex; value: bigint }): Promise<boolean> {
    const { sender, journal, log } = this.#deps;
    // A deed that is still due although it was mined was taken back by a reorganisation: it gets a new transaction.
    const attempt = Array.from({ length: TRIES }, (_, n) => `${deed}#${n}`).find(
      (key) => !["failed", "mined"].includes(journal.get(key)?.status ?? "none"),
    );
    try {
      countGas(this.#deps, await sender.send({ key: attempt ?? `${deed}#${TRIES - 1}`, to, data, value }));
      return true;
    } catch (error) {
      const refusal =
        error instanceof TxRevertedError && error.data ? decodeError({ data: error.data }) : decodeError(error);
      if (!refusal.revert || !SETTLED.includes(refusal.revert.name)) throw error;
      log.debug({ deed, reason: refusal.revert.name }, "nothing left to answer");
      return false;
    }
  }
}
