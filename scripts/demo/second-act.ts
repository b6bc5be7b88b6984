import { randomInt } from "node:crypto";
import { initialState, parseProgram, phaseOf, UNCHANGED, x24Digits } from "@assay/exact";
import { loadNodeBackend } from "@assay/exact/node";
import {
  type ClaimedJob,
  disputeRecord,
  finalizableAt,
  requireContract,
  type SubmittedJob,
  stateHash,
  waitForJob,
} from "@assay/sdk";
import { formatUnits, type Hex, keccak256, parseUnits, toHex } from "viem";
import { type Dock, defendResult } from "../../test/dishonest/defence.ts";
import { Defender, revealedBy } from "../../test/dispute/support/players.ts";
import type { Suit } from "../../test/dispute/support/suit.ts";
import { engineRun } from "../court/exact-run.ts";
import { type FaultyRun, faultyRun, operatorName } from "../court/faulty.ts";
import { loadDigits, packDigits } from "../lib/digits.ts";
import { jsonLine } from "../lib/processes.ts";
import type { WalkMove } from "../lib/walk.ts";
import { walkFromLogs } from "../lib/walk-log.ts";
import { renderWalk } from "../lib/walk-view.ts";
import type { DemoNetwork } from "./network.ts";
import { prepareJob } from "./requester.ts";
import type { View } from "./view.ts";

const ASY = (amount: string) => parseUnits(amount, 18);
const asy = (amount: bigint) => `${formatUnits(amount, 18)} ASY`;
const STEPS = 1024;
const PRICE = ASY("60");
const BOND = ASY("500");
/** Seconds in which the result can be challenged: enough for the challenger to run the job again on a busy machine. */
const WINDOW = 120;
const SEED = keccak256(toHex("assay demo, second act"));
const LOOK_MS = 200;
const TIMEOUT_MS = 600_000;

/** What the second act found out; amounts in the smallest unit of ASY. */
export interface DisputeFacts {
  job: Hex;
  /** What the dishonest provider changed. */
  fault: string;
  step: number;
  rounds: number;
  gasTotal: number;
  gasTerminal: number;
  /** Wall-clock seconds from the challenge to the verdict. */
  seconds: number;
  providerLost: bigint;
  challengerWon: bigint;
  requesterRefunded: bigint;
  /** The job, posted again, and the honest provider that was paid for it. */
  againJob: Hex;
  againProvider: string;
}

/** A provider changes one weight by one. A challenger takes it to court, and the job is done again by somebody honest. */
export async function playDispute(network: DemoNetwork, view: View, engine: "wasm" | "cpu"): Promise<DisputeFacts> {
  const { requester, gateway, cheat, challenger, chain, deployment } = network;
  view.heading("A provider cheats");
  const digits = loadDigits();
  const program = parseProgram({ ...x24Digits(), steps: STEPS });
  const dataset = packDigits(digits.train, program.input.bits);
  const { spec, compiled } = await prepareJob(gateway, program, dataset, SEED, () => {});
  const cheatAddress = cheat.walletClient!.account!.address;
  const { id, terms } = await requester.postJob({
    spec,
    price: PRICE,
    bond: BOND,
    window: WINDOW,
    provider: cheatAddress,
  });
  view.done(`a shorter training, ${STEPS} steps, is posted for one provider, bond ${asy(BOND)}`, `job ${id}`);
  await cheat.claimJob({ terms });
  const claimed = (await requester.getJob({ id })) as ClaimedJob;
  const task = { compiled, dataset, start: initialState(compiled, SEED) };
  const fault = await changeOneWeight(task, claimed.nonce, engine);
  const { claimed: lie, honest, place } = fault;
  const finalState = stateHash(STEPS, lie.stateRoots(STEPS));
  await cheat.submitResult({ ...claimed, runRoot: lie.runRoot, finalState, outputDigest: keccak256("0x") });
  const job = (await requester.getJob({ id })) as SubmittedJob;
  view.done(
    `it changes one weight by one in step ${place.step} of ${STEPS}, computes on from there, and commits`,
    fault.what,
  );

  view.heading("A challenger looks");
  const before = await stakesOf(network, cheatAddress);
  const { address } = requireContract(deployment, "RefereedDispute");
  const dock = { publicClient: chain.publicClient, wallet: cheat.walletClient as Dock["wallet"], address };
  const defence = defendResult(dock, job, lie);
  let opened = 0;
  await network.startChallenger((text) => {
    const line = jsonLine(text);
    if (line?.msg === "result differs from the re-run") view.done("it runs the job again: the result is another one");
    if (line?.msg !== "game opened") return;
    opened = performance.now();
    view.done("it takes the provider to court", `bond ${asy(ASY("10"))}`);
  });
  view.done("a challenger is at work: it runs again whatever is submitted");
  await defence;
  const seconds = (performance.now() - opened) / 1000;
  await waitForJob(requester, { id, status: "rejected", pollingInterval: LOOK_MS, timeout: TIMEOUT_MS });

  view.heading("The walk: from the whole run to sixteen multiply-adds");
  const own = new Defender({ record: disputeRecord(job), spec: job.spec } as unknown as Suit, honest);
  const moves = await walkFromLogs({
    publicClient: chain.publicClient,
    address,
    commitment: job.commitment,
    challenger: challenger.walletClient!.account!.address,
    own: (game) => revealedBy(own.answer(game)),
  });
  const drawing = {
    states: compiled.states.length,
    segmentLength: compiled.segmentLength,
    steps: STEPS,
    opName: (_: number, op: number) => operatorName(task, op),
  };
  view.lines(renderWalk(moves, drawing));
  const after = await stakesOf(network, cheatAddress);

  view.heading("The job is done again");
  const again = await requester.postJob({ spec, price: PRICE });
  const wait = async (status: "submitted" | "finalized") =>
    (await waitForJob(requester, {
      id: again.id,
      status,
      pollingInterval: LOOK_MS,
      timeout: TIMEOUT_MS,
    })) as SubmittedJob;
  const delivered = await wait("submitted");
  await network.pass(finalizableAt(delivered) - delivered.submittedAt);
  const paid = await wait("finalized");
  view.done("an honest provider has run it and is paid", paid.provider);
  return {
    job: id,
    fault: fault.what,
    step: place.step,
    ...costOf(moves),
    seconds,
    providerLost: before.stake - after.stake,
    challengerWon: after.finder - before.finder,
    requesterRefunded: PRICE + after.requester - before.requester,
    againJob: again.id,
    againProvider: paid.provider,
  };
}

/** Runs the job, adds one to a random weight after a random step, and runs on from there. */
async function changeOneWeight(
  task: Parameters<typeof engineRun>[0],
  nonce: Hex,
  engine: "wasm" | "cpu",
): Promise<FaultyRun> {
  const backend = await loadNodeBackend(engine);
  const honest = await engineRun(task, nonce, backend);
  const step = randomInt(task.compiled.steps);
  const { stateOut, records } = task.compiled.phases[phaseOf(task.compiled.phases, step)]!;
  const updates = stateOut.filter((op) => op !== UNCHANGED);
  const op = updates[randomInt(updates.length)]!;
  const { rows, cols } = records[op]!;
  const tile = randomInt(Math.ceil(rows / 16) * Math.ceil(cols / 16));
  return faultyRun({ task, nonce, backend, honest }, { step, op, tile }, (n) => randomInt(n));
}

/** What a verdict moves: the provider's stake, and what it pays to challenger and requester. */
async function stakesOf({ requester, challenger }: DemoNetwork, provider: `0x${string}`) {
  const [{ stake }, { credit: finder }, { credit }] = await Promise.all([
    requester.getStake({ provider }),
    requester.getStake({ provider: challenger.walletClient!.account!.address }),
    requester.getStake(),
  ]);
  return { stake, finder, requester: credit };
}

function costOf(moves: readonly WalkMove[]) {
  const rounds = moves.filter(({ by, place }) => by === "provider" && place).length;
  const gasTotal = moves.reduce((sum, { gas = 0 }) => sum + gas, 0);
  return { rounds, gasTotal, gasTerminal: moves.at(-1)?.gas ?? 0 };
}
