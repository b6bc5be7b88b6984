import { join } from "node:path";
import { asDiskError, facts, isRetryable, TxRevertedError } from "@assay/daemon-kit";
import {
  assayTokenAbi,
  decodeError,
  GAME_LEVEL,
  GAME_LEVEL_NAME,
  type GamePlace,
  gameId,
  isRevert,
  isSingleSegment,
  liveGameWord,
  prepareReject,
  resultCommitment,
  revealKey,
  unpackGamePlace,
} from "@assay/sdk";
import { encodeFunctionData, type Hex, keccak256, numberToHex, type TransactionReceipt } from "viem";
import type { KeeperContext } from "../../bot.ts";
import { keeperError } from "../../errors.ts";
import { sendCharged } from "../../send.ts";
import type { Case } from "./case.ts";
import { runTask } from "./children.ts";
import type { Court } from "./court.ts";
import type { challengerMetrics } from "./metrics.ts";
import { decideMove, judgedAfter, type Move, withProof } from "./move.ts";
import { caseFolder, dropStates, logOf } from "./run-folder.ts";
import type { CheckOutcome, EngineChoice, InputsRequest } from "./tasks.ts";
import type { View } from "./view.ts";

export interface ChallengerDeps {
  context: KeeperContext;
  court: Court;
  engine: EngineChoice;
  metrics: ReturnType<typeof challengerMetrics>;
  /** What was revealed under a key, as the logs have it. */
  revealOf(commitment: Hex, key: Hex): Hex | undefined;
}

const VIEW_MS = 10 * 60_000;
const RETRY_MS = 5_000;
const FUNDS_RETRY_MS = 60_000;
const TRIES = 3;

/* ── THE RUN ── */

/** Runs the job and compares. A run that cannot be made is tried again, and given up after `maxAttempts`. */
export async function check(deps: ChallengerDeps, item: Case, now: number): Promise<void> {
  const { log } = deps.context;
  const { id, commitment } = item.job;
  log.info({ jobId: id, commitment, attempt: item.attempts + 1 }, "re-run starts");
  const outcome = await attempt(deps, item, now, false);
  if (!outcome) return;
  item.outcome = outcome;
  const agrees = agreesWith(item, outcome);
  deps.metrics.checks.inc({ end: agrees ? "agrees" : "differs" });
  if (agrees) {
    dropStates(caseFolder(deps.context.config.dataDir, commitment));
    log.info({ jobId: id, commitment }, "result confirmed");
    return;
  }
  const { runRoot, finalState } = outcome;
  const { runRoot: foundRoot, finalState: foundState } = item.job;
  log.warn({ jobId: id, commitment, runRoot, finalState, foundRoot, foundState }, "result differs from the re-run");
}

/**
 * A second run, from the start and in a new process, before money is put on the first: what a broken machine computes it
 * seldom computes twice. @throws KP-022 when the two differ
 */
export async function confirm(deps: ChallengerDeps, item: Case, now: number): Promise<void> {
  const first = item.outcome as CheckOutcome;
  const second = await attempt(deps, item, now, true);
  if (!second) return;
  if (commitmentOf(item, second) === commitmentOf(item, first)) {
    item.confirmed = true;
    return;
  }
  throw keeperError("KP-022", {
    kind: "Fatal",
    found: `${commitmentOf(item, second)} at the second run`,
    wanted: `${commitmentOf(item, first)}, as at the first`,
    hint: "this machine is not exact, or its disk has changed a file: open no game with it before that is understood",
  });
}

async function attempt(
  deps: ChallengerDeps,
  item: Case,
  now: number,
  fresh: boolean,
): Promise<CheckOutcome | undefined> {
  const { config, log, signal } = deps.context;
  const { challenger } = config;
  const { id, nonce, commitment } = item.job;
  const folder = caseFolder(config.dataDir, commitment);
  // A game in play has its own clock, longer than what was left of the window.
  const seconds = item.game ? deps.court.minBudget : item.windowEnd - now - challenger.marginSeconds;
  try {
    return await runTask(
      challenger,
      { task: "check", inputs: inputsOf(deps, item), nonce, engine: deps.engine, folder, fresh },
      {
        wallClockMs: 1000 * seconds,
        signal,
        onMessage: (message) => {
          if (message.kind !== "progress") return;
          const { step, steps, etaSeconds } = message;
          item.progress = { step, steps, etaSeconds };
        },
      },
    );
  } catch (error) {
    if (signal.aborted) return undefined;
    const known = facts(asDiskError(error));
    if (known.code === "DK-068") {
      // No fault of the result's: it is checked when there is room.
      item.notBeforeMs = Date.now() + RETRY_MS;
      log.warn({ jobId: id, commitment, ...known }, "the re-run waits for room on the disk");
      return undefined;
    }
    item.attempts += 1;
    item.notBeforeMs = Date.now() + Math.min(60_000, RETRY_MS * 2 ** item.attempts);
    deps.metrics.checks.inc({ end: "failed" });
    log.warn(
      { jobId: id, commitment, attempt: item.attempts, of: challenger.maxAttempts, ...facts(error) },
      "re-run failed",
    );
    if (item.attempts < challenger.maxAttempts) return undefined;
    item.gaveUp = true;
    throw keeperError("KP-021", {
      found: `${item.attempts} failed attempts, the last with ${facts(error).code}: ${facts(error).message}`,
      wanted: "a run to the end",
      hint: `see ${logOf(folder)}; this result is not checked by this keeper`,
      cause: error,
    });
  } finally {
    delete item.progress;
  }
}

function inputsOf({ context }: ChallengerDeps, { job }: Case): InputsRequest {
  const { dataDir, challenger } = context.config;
  return {
    gateways: challenger.gateways,
    blocks: join(dataDir, "blocks"),
    spec: job.spec,
    maxBytes: challenger.maxJobBytes,
  };
}

/** Whether the provider's result is the one that the re-run found. */
export function agreesWith(item: Case, outcome: CheckOutcome): boolean {
  const { job } = item;
  // the root of a run without boundaries binds nothing: a wrong one is no wrong result, and cannot be challenged
  if (isSingleSegment(job.spec)) return outcome.finalState === job.finalState;
  return commitmentOf(item, outcome) === job.commitment;
}

/** The commitment that the provider should have made. */
export function commitmentOf({ job }: Case, { runRoot, finalState }: CheckOutcome): Hex {
  return resultCommitment({ id: job.id, nonce: job.nonce, runRoot, finalState });
}

/* ── THE GAME ── */

/** Opens a game. @throws KP-011 when the bond cannot be paid, DK-050 when it was opened the other way before */
export async function open(deps: ChallengerDeps, item: Case, last: boolean): Promise<void> {
  const { context, court, metrics } = deps;
  const { account, budget, guard, log } = context;
  const { id, commitment } = item.job;
  await fund(deps, item);
  const key = freshKey(deps, `challenger:challenge:${commitment}`);
  guard.commit(scopeOf(deps), gameId(commitment, account.address), `open:${last}`);
  budget.record("challenger", "bond", key, item.bond);
  try {
    const receipt = await send(deps, key, court.challenge(item.job, last));
    metrics.games.inc();
    log.warn({ jobId: id, commitment, last, bond: item.bond, tx: receipt.transactionHash }, "game opened");
  } catch (error) {
    // Unsent or reverted: nothing was taken. Otherwise it may still be mined, and counts.
    const status = context.journal.get(key)?.status;
    if (status === undefined || status === "failed" || status === "dropped") budget.forget("bond", key);
    if (isRevert(decodeError(error), "ERC20InsufficientAllowance")) forgetAllowance(deps, item);
    throw error;
  }
}

/** Lets the contract take the bond from the account, as far as the credit there does not cover it. */
async function fund(deps: ChallengerDeps, item: Case): Promise<void> {
  const { context, court } = deps;
  const { rpc, client, account } = context;
  const asy = { address: client.deployment.contracts.AssayToken.address, abi: assayTokenAbi } as const;
  const [credit, balance, allowance] = await Promise.all([
    court.creditOf(account.address),
    rpc.readContract({ ...asy, functionName: "balanceOf", args: [account.address] }),
    rpc.readContract({ ...asy, functionName: "allowance", args: [account.address, court.address] }),
  ]);
  const missing = item.bond - credit;
  if (missing <= 0n) return;
  if (balance < missing) {
    item.notBeforeMs = Date.now() + FUNDS_RETRY_MS;
    throw keeperError("KP-011", {
      kind: "Retryable",
      found: `${balance} units of ASY in ${account.address} and ${credit} of credit`,
      wanted: `${item.bond}, the bond of a challenge`,
      hint: `send ASY to ${account.address}; the window is open until ${new Date(item.windowEnd * 1000).toISOString()}`,
    });
  }
  if (allowance >= missing) return;
  const data = encodeFunctionData({ ...asy, functionName: "approve", args: [court.address, missing] });
  await sendCharged(context, { key: allowanceKey(deps, item), to: asy.address, data, value: 0n });
}

function allowanceKey(deps: ChallengerDeps, { job }: Case): string {
  return freshKey(deps, `challenger:approve:${job.commitment}`);
}

/** Another game has taken what was allowed for this one. If the key stood as done, nothing would ever be allowed again. */
function forgetAllowance(deps: ChallengerDeps, item: Case): void {
  const { journal } = deps.context;
  const entry = journal.get(allowanceKey(deps, item));
  if (entry?.status !== "mined" || !entry.minedHash) return;
  journal.setStatus(entry.key, "failed", { minedHash: entry.minedHash, error: "another game took what it allowed" });
}

/** Makes the next move of a game in play, after the judge has been asked whether it wins. */
export async function move(deps: ChallengerDeps, item: Case): Promise<void> {
  const { context, court, metrics } = deps;
  const { guard, log, account } = context;
  const game = item.game!;
  const { id, commitment } = item.job;
  const place = unpackGamePlace(game.place);
  const reveal = place.level === GAME_LEVEL.Proof ? "0x" : deps.revealOf(commitment, revealKey(game));
  if (reveal === undefined) return;
  const view = await lookUp(deps, item, reveal);
  const next = decideMove(game, reveal, view);
  await askJudge(deps, item, next, reveal);
  const isLast = next.functionName === "proveChunk" || next.functionName === "prove";
  // a chunk is proven in the move that picks it
  const data = court.encode(next.functionName === "proveChunk" ? withProof(next, item.proof!.view) : next);
  // One answer to one reveal, whatever a restart or a copied data folder makes of it.
  const asked = `${gameId(commitment, account.address)}:${revealKey(game)}:${keccak256(reveal)}`;
  guard.commit(scopeOf(deps), asked, `${next.functionName}:${next.index}`);
  const key = freshKey(deps, `challenger:move:${numberToHex(liveGameWord(game), { size: 32 })}`);
  const receipt = await send(deps, key, data);
  metrics.moves.inc({ move: next.functionName });
  const { functionName, index } = next;
  const at = { level: GAME_LEVEL_NAME[place.level], step: place.step, op: place.op };
  log.info({ jobId: id, commitment, move: functionName, index, ...at, gas: receipt.gasUsed }, "move made");
  if (!isLast) return;
  metrics.rejected.inc();
  log.warn({ jobId: id, commitment, tx: receipt.transactionHash }, "result proven wrong");
}

/** What my run says at the game's place, worked out in a child process. */
async function lookUp(deps: ChallengerDeps, item: Case, reveal: Hex): Promise<View> {
  const { config, signal } = deps.context;
  const { challenger, dataDir } = config;
  const game = item.game!;
  const known = item.proof;
  if (known?.place === placeName(unpackGamePlace(game.place))) return known.view;
  const { view, proof } = await runTask(
    challenger,
    {
      task: "view",
      inputs: inputsOf(deps, item),
      nonce: item.job.nonce,
      engine: deps.engine,
      folder: caseFolder(dataDir, item.job.commitment),
      game,
      reveal,
    },
    { wallClockMs: VIEW_MS, signal },
  );
  const next = proof && judgedAfter(game, reveal, decideMove(game, reveal, view));
  if (proof && next) item.proof = { place: placeName(next.place), view: proof };
  return view;
}

function placeName({ level, step, op, node, element, chunk }: GamePlace): string {
  return [level, step, op, node, element, chunk].join("/");
}

/** DSP-45: before the last picks are sent, the judge's own code says whether they win. @throws KP-031 when they do not */
async function askJudge(deps: ChallengerDeps, item: Case, next: Move, reveal: Hex): Promise<void> {
  const judged = judgedAfter(item.game!, reveal, next);
  if (!judged || item.proof?.place !== placeName(judged.place)) return;
  const right = await deps.court.judgement(judged.place, item.proof.view);
  if (right !== judged.claimed) return;
  throw keeperError("KP-031", {
    kind: "Fatal",
    found: `${judged.claimed}, at ${GAME_LEVEL_NAME[unpackGamePlace(item.game!.place).level]} of step ${judged.place.step}, operator ${judged.place.op}`,
    wanted: "a value that the judge finds wrong",
    hint: "judge and engine disagree on an operator, or this machine computes wrongly: the move is not sent; report it at once",
  });
}

/** Ends a game whose provider has let its clock run out. */
export async function timeout(deps: ChallengerDeps, item: Case): Promise<void> {
  const game = item.game!;
  const key = freshKey(deps, `challenger:timeout:${numberToHex(liveGameWord(game), { size: 32 })}`);
  const receipt = await send(deps, key, deps.court.timeout(game));
  deps.metrics.timeouts.inc();
  deps.metrics.rejected.inc();
  const { id, commitment } = item.job;
  deps.context.log.warn({ jobId: id, commitment, tx: receipt.transactionHash }, "provider was silent: result rejected");
}

/** Makes the market draw the consequence: the requester is refunded, the provider's bond is lost. */
export async function reject(deps: ChallengerDeps, item: Case): Promise<void> {
  const { context } = deps;
  const { to, data, value } = prepareReject(context.client, item.job);
  const key = freshKey(deps, `challenger:reject:${item.job.commitment}`);
  const receipt = await sendCharged(context, { key, to, data, value });
  context.log.warn({ jobId: item.job.id, tx: receipt.transactionHash }, "job rejected, requester refunded");
}

/** Takes the bond back into the credit. */
export async function reclaim(deps: ChallengerDeps, item: Case): Promise<void> {
  const game = item.game!;
  const { id, commitment } = item.job;
  const key = freshKey(deps, `challenger:reclaim:${commitment}`);
  const receipt = await send(deps, key, deps.court.reclaim(game, item.job));
  deps.context.log.info({ jobId: id, commitment, bond: item.bond, tx: receipt.transactionHash }, "bond reclaimed");
}

/* ── HELPERS ── */

function send(deps: ChallengerDeps, key: string, data: Hex): Promise<TransactionReceipt> {
  return sendCharged(deps.context, { key, to: deps.court.address, data, value: 0n });
}

/** What the guard's records belong to; in lower case, since addresses are written in more than one way. */
export function scopeOf({ context, court }: ChallengerDeps): string {
  return `${context.config.chainId}:${court.address.toLowerCase()}`;
}

/**
 * The name of a deed's next transaction: a new one after each that was mined and reverted, so that a deed whose moment
 * had not come can still be done. @throws the last revert when it keeps failing
 */
function freshKey({ context }: ChallengerDeps, deed: string): string {
  for (let n = 0; n < TRIES; n++) {
    const key = `${deed}#${n}`;
    if (context.journal.get(key)?.status !== "failed") return key;
  }
  const entry = context.journal.get(`${deed}#${TRIES - 1}`)!;
  throw new TxRevertedError(entry, entry.minedHash!, `${TRIES} times: ${entry.error ?? "reverted"}`);
}

/** Whether a failure is worth another try without a person. */
export function isPassing(error: unknown): boolean {
  return isRetryable(error) || !["KP-022", "KP-030", "KP-031", "KP-032", "DK-050"].includes(facts(error).code);
}
