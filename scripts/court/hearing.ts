import type { Backend, Hex } from "@assay/exact";
import { formatUnits } from "viem";
import { buildsOf } from "../../test/dispute/support/builds.ts";
import { Court } from "../../test/dispute/support/court.ts";
import { generator } from "../../test/dispute/support/faults.ts";
import { SegmentRun } from "../../test/dispute/support/segment-run.ts";
import { claimOf } from "../../test/dispute/support/suit.ts";
import type { WalkMove, WalkProgram } from "../lib/walk.ts";
import { engineRun } from "./exact-run.ts";
import { faultyRun, operatorName } from "./faulty.ts";
import type { CourtOptions } from "./options.ts";
import { playOut } from "./play.ts";
import { loadTask } from "./programs.ts";

/** Everything a reader may want to know of one replayed dispute. */
export interface Facts {
  program: string;
  steps: number;
  segments: number;
  operators: number;
  runSeconds: number;
  fault: string;
  commitment: Hex;
  rejected: boolean;
  /** What the judge found where nothing is wrong. */
  acquittal: string | undefined;
  rounds: number;
  gasTotal: number;
  gasProvider: number;
  gasChallenger: number;
  gasTerminal: number;
  /** Wall-clock seconds of the game itself: both sides' computing and the chain's. */
  wallSeconds: number;
  /** Amounts of ASY. */
  providerLost: string;
  challengerWon: string;
  requesterGot: string;
  moves: WalkMove[];
}

export interface Hearing {
  facts: Facts;
  view: WalkProgram;
}

/**
 * Posts a job, has a provider submit a run with the fault (or an honest one), and plays the dispute over it to the end.
 * @param tell called with every stage
 */
export async function hear(options: CourtOptions, backend: Backend, tell: (text: string) => void): Promise<Hearing> {
  const { program, task } = loadTask(options.program, options.steps, options.seed);
  const { steps, segments, segmentLength, records, states } = task.compiled;
  tell(
    `${program.name ?? options.program}: ${steps} steps in ${segments} segments, ${records.length} operators a step`,
  );
  const court = await Court.open(buildsOf());
  try {
    const challenger = await court.fund(court.world.accounts[5]!);
    const random = generator(options.seed);
    const open = await court.claim(task);
    const { nonce } = open.job;
    const began = performance.now();
    const engine = await engineRun(task, nonce, backend);
    const runSeconds = (performance.now() - began) / 1_000;
    tell(`run exactly on ${backend.name} in ${runSeconds.toFixed(1)} s`);

    const guilty =
      options.fault === "none"
        ? undefined
        : await faultyRun({ task, nonce, backend, honest: engine }, options.fault, random);
    const segment = guilty?.segment ?? random(segments);
    const honest = guilty?.honest ?? new SegmentRun(task, nonce, segment, engine.checkpoints[segment]!, engine);
    const claimed = guilty?.claimed ?? honest;
    const fault = guilty?.what ?? "none: the provider is honest and accused all the same";
    tell(`fault: ${fault}`);

    const suit = await court.enter(open, honest, claimOf(claimed), Math.max(60, Math.ceil(runSeconds)));
    const before = await balances(court, challenger);
    const started = performance.now();
    const played = await playOut(court, suit, claimed, challenger, guilty ? undefined : { segment, random });
    const wallSeconds = (performance.now() - started) / 1_000;
    const how = played.rejected ? "reject" : "finalize";
    if (!played.rejected) court.world.pass(7 * 86_400);
    await court.world.send(challenger, court.world.market, how, [suit.job.terms, suit.run, suit.commitment]);
    const after = await balances(court, challenger);

    const gas = (by?: WalkMove["by"]) =>
      played.moves.filter((move) => !by || move.by === by).reduce((sum, move) => sum + (move.gas ?? 0), 0);
    const facts: Facts = {
      program: program.name ?? options.program,
      steps,
      segments,
      operators: records.length,
      runSeconds,
      fault,
      commitment: suit.commitment,
      rejected: played.rejected,
      acquittal: played.acquittal,
      rounds: played.moves.filter(({ by, place }) => by === "provider" && place).length,
      gasTotal: gas(),
      gasProvider: gas("provider"),
      gasChallenger: gas("challenger"),
      gasTerminal: played.rejected ? (played.moves.at(-1)?.gas ?? 0) : 0,
      wallSeconds,
      providerLost: formatUnits(before.stake - after.stake, 18),
      challengerWon: formatUnits(after.challenger - before.challenger, 18),
      requesterGot: formatUnits(after.requester - before.requester, 18),
      moves: played.moves,
    };
    const view = {
      states: states.length,
      segmentLength,
      steps,
      opName: (_: number, op: number) => operatorName(task, op),
    };
    return { facts, view };
  } finally {
    await court.close();
  }
}

/** What each side has that a verdict moves. */
async function balances(court: Court, challenger: `0x${string}`) {
  const credit = (account: string) => court.world.read<bigint>(court.world.staking, "creditOf", [account]);
  const { stake } = await court.provider.stakes();
  return { stake, challenger: await credit(challenger), requester: await credit(court.requester.address) };
}
