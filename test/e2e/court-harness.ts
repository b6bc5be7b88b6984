import { setTimeout as sleep } from "node:timers/promises";
import { type Abi, type Address, type Hex, keccak256, parseAbiItem, toHex } from "viem";
import {
  assembleJob,
  encodeManifest,
  encodeTensors,
  type JobManifest,
  OP,
  phaseOf,
  tensorRoot,
} from "../../exact/src/index.ts";
import { readArtifact } from "../../scripts/deploy/artifacts.ts";
import {
  answeredGame,
  type ClaimedJob,
  disputeRecord,
  GAME_LEVEL_NAME,
  packRunWord,
  requireContract,
  revealKey,
  type SpecToPost,
  type SubmittedJob,
  stateHash,
} from "../../sdk/src/index.ts";
import { digestOf, uploadFile } from "../../storage/src/index.ts";
import { answerGame, type Dock, defendResult, positionsOf } from "../dishonest/defence.ts";
import { decodePlace, type Game, LEVEL } from "../dispute/support/place.ts";
import { type Accuser, RandomAccuser } from "../dispute/support/players.ts";
import { type Tamper, type Task, TracedRun } from "../dispute/support/run.ts";
import type { Suit } from "../dispute/support/suit.ts";
import { ASY, type Market, post, smallManifest } from "./harness.ts";

interface Contract {
  address: Address;
  abi: Abi;
}

/** The referee on the market's chain. */
export interface LocalCourt {
  dispute: Contract;
  judge: Contract;
}

/** Clocks long enough that none runs out by itself, short enough to be let run out. */
export const REFEREE = { minWindow: 3600, minBudget: 7200, minBond: ASY("2") };

/** The referee of a market that was opened with `REFEREE`. */
export function courtOf({ deployment }: Market): LocalCourt {
  const contract = (name: "RefereedDispute" | "OneStepJudge"): Contract => ({
    address: requireContract(deployment, name).address,
    abi: readArtifact(name).abi,
  });
  return { dispute: contract("RefereedDispute"), judge: contract("OneStepJudge") };
}

export interface DisputableJob {
  task: Task;
  spec: SpecToPost;
}

/** Uploads the inputs of a small training job. */
export async function uploadDisputable(
  market: Market,
  { steps = 18, segmentLength = 4, seed = "court" } = {},
): Promise<DisputableJob> {
  const { program, dataset } = smallManifest(steps, { segmentLength });
  const gateway = market.storage.url;
  const { cid } = await uploadFile({ gateway, bytes: encodeTensors([dataset]) });
  const manifest: JobManifest = {
    version: 1,
    program,
    dataset: { cid: cid.toString(), rows: dataset.rows, columns: dataset.cols },
    init: { seed: keccak256(toHex(seed)) },
  };
  const { cid: manifestCid } = await uploadFile({ gateway, bytes: encodeManifest(manifest) });
  const { compiled, initial, spec } = await assembleJob(manifest, { dataset });
  return {
    task: { compiled, dataset, start: initial },
    spec: { ...spec, inputs: digestOf(manifestCid) },
  };
}

/** Changes an element of one value by `delta`. */
export function fault(step: number, op: number, index: number, delta = 1): Tamper {
  return {
    value(s, j, value) {
      if (s !== step || j !== op) return value;
      const data = value.data.slice();
      data[index]! += data[index]! > 100 ? -delta : delta;
      return { ...value, data };
    },
  };
}

/** Changes one weight by one after a step. */
export function wrongWeight({ compiled }: Task, step: number, state = 0, index = 3): Tamper {
  const { stateOut } = compiled.phases[phaseOf(compiled.phases, step)]!;
  return fault(step, stateOut[state]!, index);
}

/** Faults in the matrix products of a step, one element each, small ones first: not all of them survive the rounding that follows. */
export function wrongProducts({ compiled }: Task, step: number): Tamper[] {
  const { records } = compiled.phases[phaseOf(compiled.phases, step)]!;
  const elements = records.flatMap(({ opcode, rows, cols }, op) =>
    opcode === OP.MATMUL ? Array.from({ length: 16 }, (_, i) => ({ op, element: (i * 7) % (rows * cols) })) : [],
  );
  return [1, 2 ** 6, 2 ** 12].flatMap((delta) => elements.map(({ op, element }) => fault(step, op, element, delta)));
}

/** A provider that computes what it likes, and defends it by the book. Lives in tests only. */
export class DishonestProvider {
  readonly market: Market;
  readonly court: LocalCourt;
  readonly account: number;

  constructor(market: Market, court: LocalCourt, account: number) {
    this.market = market;
    this.court = court;
    this.account = account;
  }

  /** Posts a job under the dispute's policy, claims it and submits the first tampered run that ends otherwise. */
  async submit({ task, spec }: DisputableJob, ...tampers: Tamper[]): Promise<{ job: SubmittedJob; run: TracedRun }> {
    const { market } = this;
    const client = market.client(this.account);
    const { address } = market.chain.wallet(this.account).account;
    const { id } = await post(market, spec, { provider: address, bond: ASY("100") });
    const open = await market.requester.getJob({ id });
    await client.claimJob(open);
    const claimed = (await market.requester.getJob({ id })) as ClaimedJob;
    const honest = new TracedRun(task, claimed.nonce);
    const wrong = tampers.map((tamper) => () => new TracedRun(task, claimed.nonce, tamper));
    const run = tampers.length === 0 ? honest : firstThat(wrong, (other) => endOf(other) !== endOf(honest));
    const roots = run.states.at(-1)!.map((tensor) => tensorRoot(tensor));
    const finalState = stateHash(claimed.spec.steps, roots);
    await client.submitResult({ ...claimed, runRoot: run.runRoot, finalState, outputDigest: keccak256("0x02") });
    return { job: (await market.requester.getJob({ id })) as SubmittedJob, run };
  }

  /**
   * Answers every question about a result until it is rejected or nothing is left to ask.
   * @param beforeAnswer called with each place that is asked about, before it is answered
   */
  async defend(job: SubmittedJob, run: TracedRun, beforeAnswer: (moves: number) => Promise<void>): Promise<number> {
    return defendResult(dockOf(this.market, this.court, this.account), job, run, beforeAnswer);
  }

  /** Answers what the newest game against a result asks, once. */
  async answerOnce(job: SubmittedJob, run: TracedRun): Promise<void> {
    const dock = dockOf(this.market, this.court, this.account);
    await answerGame(dock, job, run, (await positionsOf(dock, job.commitment)).at(-1)!);
  }

  /** How many positions the games against a result have stood at. */
  async positions(commitment: Hex): Promise<number> {
    return (await positionsOf(dockOf(this.market, this.court, this.account), commitment)).length;
  }
}

/** Accuses an honest result: it picks anything, as if it differed. Lives in tests only. */
export class FalseAccuser {
  readonly market: Market;
  readonly court: LocalCourt;
  readonly account: number;

  constructor(market: Market, court: LocalCourt, account: number) {
    this.market = market;
    this.court = court;
    this.account = account;
  }

  /**
   * Plays until the judge would be next, where a false accuser can only fall silent.
   * @param beforePick called each time when the provider has answered
   * @returns the levels that the provider answered at
   */
  async play(
    { task }: DisputableJob,
    job: SubmittedJob,
    beforePick: () => Promise<void> = async () => {},
  ): Promise<string[]> {
    const { market, account } = this;
    const { address } = market.chain.wallet(account).account;
    await market.give(address, ASY("10"));
    await market.client(account).depositBond({ amount: ASY("2") });
    const record = disputeRecord(job);
    const run = new TracedRun(task, job.nonce);
    const suit = { record, spec: job.spec, run: packRunWord(job.run), task } as unknown as Suit;
    let turn = 0;
    // the last child of everything: the walk goes through the inner levels, whatever their width
    const accuser: Accuser = new RandomAccuser(suit, run, address, (n) => (turn++ === 0 ? 1 : n - 1));
    await this.#send(accuser.challenge());
    const levels: string[] = [];
    for (;;) {
      const game = (await positionsOf(dockOf(market, this.court, account), job.commitment)).at(-1)!;
      const place = decodePlace(game.place);
      if (place.level === LEVEL.Proof) return levels;
      const { data, game: answered } = await this.#answered(game);
      levels.push(GAME_LEVEL_NAME[place.level]!);
      await beforePick();
      if (place.level === LEVEL.Prefix) return levels;
      await this.#send(accuser.answer(answered, data));
    }
  }

  /** What is revealed where a game stands, and the game after it. */
  async #answered(game: Game): Promise<{ data: Hex; game: Game }> {
    for (;;) {
      const logs = await this.market.chain.publicClient.getLogs({
        address: this.court.dispute.address,
        event: REVEALED,
        args: { commitment: game.commitment },
        fromBlock: 0n,
        strict: true,
      });
      for (const { args } of logs) {
        const own = answeredGame(game, args);
        if (own || args.key === revealKey(game)) return { data: args.data, game: own ?? game };
      }
      await sleep(50);
    }
  }

  async #send([functionName, args]: readonly [string, readonly unknown[]]): Promise<void> {
    const { address, abi } = this.court.dispute;
    const wallet = this.market.chain.wallet(this.account);
    const hash = await wallet.writeContract({ address, abi, functionName, args: args as unknown[] });
    await this.market.chain.publicClient.waitForTransactionReceipt({ hash });
  }
}

function firstThat(runs: readonly (() => TracedRun)[], test: (run: TracedRun) => boolean): TracedRun {
  for (const make of runs) {
    const run = make();
    if (test(run)) return run;
  }
  throw new Error("no fault survives to the end of the run");
}

const endOf = (run: TracedRun): Hex => run.state(run.task.compiled.steps);

const REVEALED = parseAbiItem(
  "event Revealed(bytes32 indexed commitment, bytes32 indexed key, uint256 clock, bytes32 expect, bytes data)",
);

export async function docketOf(market: Market, court: LocalCourt, commitment: Hex) {
  const [, opened, live, outcome] = (await market.chain.publicClient.readContract({
    ...court.dispute,
    functionName: "docketOf",
    args: [commitment],
  })) as [Address, number, number, number];
  return { opened, live, rejected: outcome === 1 };
}

/** An account's credit for bonds. */
export function creditOf(market: Market, court: LocalCourt, account: number): Promise<bigint> {
  const args = [market.chain.wallet(account).account.address];
  return market.chain.publicClient.readContract({
    ...court.dispute,
    functionName: "creditOf",
    args,
  }) as Promise<bigint>;
}

function dockOf({ chain }: Market, { dispute }: LocalCourt, account: number): Dock {
  return { publicClient: chain.publicClient, wallet: chain.wallet(account), address: dispute.address };
}
