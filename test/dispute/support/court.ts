import assert from "node:assert/strict";
import {
  type Abi,
  type Address,
  concat,
  decodeErrorResult,
  decodeEventLog,
  encodeAbiParameters,
  encodeDeployData,
  getAddress,
  type Hex,
  isAddressEqual,
  keccak256,
  maxUint256,
  numberToHex,
} from "viem";
import { toHex } from "../../../exact/src/commit/bytes.ts";
import { dataRoot, stateHash } from "../../../exact/src/commit/run.ts";
import { answeredGame, isAnswered } from "../../../sdk/src/codec/game.ts";
import { specHash } from "../../../sdk/src/codec/jobSpec.ts";
import type { JobSpec, JobTerms } from "../../../sdk/src/codec/types.ts";
import { Actor, ASY_UNIT, draftJob, type Job } from "../../support/actor.ts";
import { createWorld, type Event, type Receipt, Refusal, type Target, type World } from "../../support/world.ts";
import type { Build } from "./compile.ts";
import { decodePlace, type Game, LEVEL } from "./place.ts";
import type { Accuser, Defender, Move } from "./players.ts";
import { boundaryTree, type Span, type Tamper, type Task, TracedRun } from "./run.ts";
import { type Claim, claimOf, type Suit } from "./suit.ts";

export const POLICY = 3;
export const MIN_WINDOW = 3_600n;
export const MIN_BUDGET = 7_200n;
export const MIN_BOND = 2n * ASY_UNIT;
export const STAKE = 1_000n * ASY_UNIT;

interface RawLog {
  address: Address;
  topics: [Hex, ...Hex[]];
  data: Hex;
}

interface Revealed {
  key: Hex;
  clock: bigint;
  expect: Hex;
  data: Hex;
}

interface Builds {
  dispute: Build;
  judge: Build;
}

export interface JobOptions {
  terms?: Partial<JobTerms>;
  spec?: Partial<JobSpec>;
}

/** A job that the provider has claimed and not yet submitted. */
export interface Claimed {
  job: Job;
  spec: JobSpec;
  task: Task;
}

/** A chain with the referee on it, one provider and one requester. */
export class Court {
  readonly world: World;
  readonly dispute: Target;
  readonly judge: Target;
  readonly provider: Actor;
  readonly requester: Actor;
  readonly #builds: Builds;
  #generation = 0;
  /** What each move so far has cost. */
  readonly gas: [move: string, gas: number][] = [];
  readonly #reveals = new Map<Hex, Hex>();

  private constructor(world: World, dispute: Target, judge: Target, builds: Builds) {
    this.#builds = builds;
    this.world = world;
    this.dispute = dispute;
    this.judge = judge;
    this.requester = new Actor(world, 1);
    this.provider = new Actor(world, 2);
  }

  /** Starts a chain with the market on it, deploys judge and referee, stakes the provider and funds the requester. */
  static async open(builds: Builds): Promise<Court> {
    const world = await createWorld();
    const judge = await deployBuild(world, builds.judge, []);
    const dispute = await deployReferee(world, builds.dispute, judge.address);
    await world.send(world.deployer, world.hub, "registerStrategy", [1n, dispute.address]);
    const court = new Court(world, dispute, judge, builds);
    await court.requester.funded(1_000_000n * ASY_UNIT);
    await court.requester.deposit(500_000n * ASY_UNIT);
    await court.provider.funded(1_000_000n * ASY_UNIT);
    await court.provider.stake(500_000n * ASY_UNIT);
    return court;
  }

  /** A second referee, not registered, that knows another judge. */
  anotherReferee(judge: Address): Promise<Target> {
    return deployReferee(this.world, this.#builds.dispute, judge);
  }

  /** Gives an account ASY and lets the referee pull bonds from it. */
  async fund(account: Address, amount = 1_000n * ASY_UNIT): Promise<Address> {
    const { world } = this;
    await world.send(world.deployer, world.asy, "transfer", [account, amount]);
    await world.send(account, world.asy, "approve", [this.dispute.address, maxUint256]);
    return account;
  }

  /** Posts a job for `task` and claims it: from then on its nonce, and so the honest run, is known. */
  async claim(task: Task, options: JobOptions = {}): Promise<Claimed> {
    const { compiled } = task;
    const start = new TracedRun({ ...task, compiled: { ...compiled, steps: 0 } }, `0x${"00".repeat(32)}`);
    const spec: JobSpec = {
      programHash: compiled.programHash,
      dataRoot: dataRoot(start.consts.map((tensor) => start.root(tensor))),
      initState: start.state(0),
      steps: compiled.steps,
      segmentLength: compiled.segmentLength,
      outIdx: compiled.outIdx,
      stateCount: compiled.states.length,
      rulesVersion: 1,
      refSeconds: 60,
      inputs: keccak256("0x04"),
      judge: this.judge.address,
      ...options.spec,
    };
    const terms = {
      policy: POLICY,
      bond: STAKE,
      generation: ++this.#generation,
      lane: this.#generation,
      ...options.terms,
    };
    const job = draftJob(this.world, this.requester.address, { specHash: specHash(spec), ...terms }, spec);
    await this.requester.post(job);
    await this.provider.claim(job);
    return { job, spec, task };
  }

  /**
   * Submits a result for a claimed job; what was claimed stays as it is, so a test may go back and submit another one.
   * @param seconds between claim and submission
   */
  async enter({ job: claimed, spec, task }: Claimed, honest: TracedRun, claim: Claim, seconds = 60): Promise<Suit> {
    const runRoot = toHex(claim.boundaries.length === 0 ? new Uint8Array(32) : boundaryTree(claim.boundaries).root);
    const job = { ...claimed, runRoot, finalRoots: claim.finalRoots };
    this.world.pass(seconds);
    await this.provider.submit(job);
    const record = {
      terms: job.terms,
      spec: job.specWords,
      nonce: job.nonce,
      runRoot: job.runRoot,
      finalState: stateHash(task.compiled.steps, job.finalRoots),
    };
    return { job, spec, record, run: job.run, commitment: job.commitment, task, honest };
  }

  /** Posts a job for `task`, claims it, and submits what the tampered run gives, or what `lie` makes of the honest one. */
  async submit(
    task: Task,
    options: JobOptions & {
      tamper?: Tamper;
      lie?: (honest: TracedRun) => Claim;
      seconds?: number;
      /** Compute these steps only (see TracedRun). */
      span?: Span;
    } = {},
  ): Promise<Suit & { claimed: TracedRun }> {
    const open = await this.claim(task, options);
    const { nonce } = open.job;
    const honest = new TracedRun(task, nonce, {}, options.span);
    const claimed = options.tamper ? new TracedRun(task, nonce, options.tamper, options.span) : honest;
    const claim = options.lie?.(honest) ?? claimOf(claimed);
    return { ...(await this.enter(open, honest, claim, options.seconds)), claimed };
  }

  /** Sends a move; the receipt's events are the referee's. @throws Refusal when it reverts */
  async send(from: Address, [functionName, args]: Move): Promise<Receipt> {
    try {
      const receipt = await this.world.send(from, this.dispute, functionName, args);
      this.gas.push([functionName, Number(receipt.gasUsed)]);
      const { logs } = (await this.#request("eth_getTransactionReceipt", [receipt.hash])) as { logs: RawLog[] };
      return { ...receipt, events: this.#decode(logs, receipt.timestamp) };
    } catch (error) {
      throw this.#refusal(error);
    }
  }

  /** Asserts that a move reverts with this error (and these arguments, where given). */
  async refused(from: Address, move: Move, error: string, args?: readonly unknown[]): Promise<void> {
    try {
      await this.send(from, move);
    } catch (found) {
      if (!(found instanceof Refusal)) throw found;
      assert.equal(found.errorName, error, `${move[0]}: ${found.message}`);
      if (args) assert.deepEqual(found.args, args, `${move[0]}: ${found.message}`);
      return;
    }
    assert.fail(`${move[0]} went through, ${error} wanted`);
  }

  #request(method: string, params: unknown[]): Promise<unknown> {
    return this.world.provider.request({ method, params });
  }

  #decode(logs: readonly RawLog[], timestamp: number): Event[] {
    return logs
      .filter(({ address }) => isAddressEqual(address, this.dispute.address))
      .map(({ address, topics, data }) => {
        const { eventName, args } = decodeEventLog({ abi: this.dispute.abi, topics, data });
        return { name: eventName!, args: args as unknown as Record<string, unknown>, address, timestamp };
      });
  }

  #refusal(error: unknown): unknown {
    if (!(error instanceof Refusal) || error.errorName !== "unknown") return error;
    for (const { abi } of [this.dispute, this.judge]) {
      try {
        const { errorName, args } = decodeErrorResult({ abi, data: error.data });
        return new Refusal(errorName, (args ?? []) as readonly unknown[], error.data);
      } catch {
        // another contract's error
      }
    }
    return error;
  }

  /** Opens a game; returns where it stands. */
  async challenge(accuser: Accuser): Promise<Game> {
    const receipt = await this.send(accuser.address, accuser.challenge());
    const bond = receipt.events.find(({ name }) => name === "Challenged")!.args.bond as bigint;
    return gameOf(receipt, (BigInt(accuser.address) << 96n) | bond)!;
  }

  /**
   * The provider reveals, unless it has done so for another game; returns what stands revealed there. Where the answer is
   * given in the game itself, `game` is brought up to date.
   */
  async reveal(defender: Defender, game: Game): Promise<Hex> {
    const standing = await this.revealed(game);
    if (standing) return standing;
    const receipt = await this.send(this.provider.address, defender.answer(game));
    const revealed = receipt.events.find(({ name }) => name === "Revealed")!.args as unknown as Revealed;
    this.#reveals.set(revealed.key, revealed.data);
    Object.assign(game, answeredGame(game, revealed));
    return revealed.data;
  }

  /** The challenger moves; returns where the game stands then, or nothing once it has won. */
  async pick(accuser: Accuser, game: Game, revealed: Hex): Promise<Game | undefined> {
    const receipt = await this.send(accuser.address, accuser.answer(game, revealed));
    return gameOf(receipt, game.party);
  }

  /** What the provider has revealed under the game's key, if anything. */
  async revealed(game: Game): Promise<Hex | undefined> {
    const key = keyOf(game);
    if (isAnswered(game)) return this.#reveals.get(key);
    if ((await this.world.read<bigint>(this.dispute, "revealOf", [key])) === 0n) return undefined;
    return this.#reveals.get(key);
  }

  async docket(commitment: Hex): Promise<{ party: Address; opened: number; live: number; rejected: boolean }> {
    const found = await this.world.read<readonly [Address, number, number, number]>(this.dispute, "docketOf", [
      commitment,
    ]);
    return { party: found[0], opened: found[1], live: found[2], rejected: found[3] === 1 };
  }

  credit(account: Address): Promise<bigint> {
    return this.world.read(this.dispute, "creditOf", [account]);
  }

  /** What the hub says of a result: 0 pending, 1 accepted, 2 rejected. */
  async verdict(suit: Suit): Promise<number> {
    const job = { id: suit.job.id, terms: suit.job.terms, run: suit.run, commitment: suit.commitment };
    const [verdict] = await this.world.read<readonly [number, bigint]>(this.world.hub, "verdictOf", [job]);
    return verdict;
  }

  async close(): Promise<void> {
    await this.world.close();
  }
}

/** The game that a receipt's `Moved` describes, if there is one. */
export function gameOf(receipt: Receipt, party: bigint): Game | undefined {
  const moved = receipt.events.find(({ name }) => name === "Moved");
  if (!moved) return undefined;
  const { commitment, clock, place, expect, pre } = moved.args as unknown as Game;
  return { commitment, party, clock, place, expect, pre };
}

/** DSP-20 */
export function keyOf({ commitment, place, expect, pre }: Game): Hex {
  return keccak256(concat(["0x0c", commitment, numberToHex(place, { size: 32 }), expect, pre]));
}

/** The word that the contract keeps for a live game. */
export function wordOf(game: Game): bigint {
  const { commitment, party, clock, place, expect, pre } = game;
  const types = ["bytes32", "uint256", "uint256", "uint256", "bytes32", "bytes32"].map((type) => ({ type }));
  const hash = BigInt(keccak256(encodeAbiParameters(types, [commitment, party, clock, place, expect, pre])));
  return ((hash >> 8n) << 8n) | 1n;
}

export function isAtJudge(game: Game): boolean {
  return decodePlace(game.place).level === LEVEL.Proof;
}

export async function deployBuild(world: World, build: { abi: Abi; bytecode: Hex }, args: unknown[]): Promise<Target> {
  const data = encodeDeployData({ abi: build.abi, bytecode: build.bytecode, args });
  const { hash } = await world.sendRaw({ from: world.deployer, data });
  const receipt = await world.provider.request({ method: "eth_getTransactionReceipt", params: [hash] });
  const { contractAddress } = receipt as { contractAddress: Address };
  assert.ok(contractAddress, "deployed");
  return { address: getAddress(contractAddress), abi: build.abi };
}

function deployReferee(world: World, build: Build, judge: Address): Promise<Target> {
  const peers = {
    market: world.market.address,
    staking: world.staking.address,
    hub: world.hub.address,
    asy: world.asy.address,
    judge,
  };
  const limits = { strategy: 1n, minWindow: MIN_WINDOW, minBudget: MIN_BUDGET, minBond: MIN_BOND };
  return deployBuild(world, build, [peers, limits]);
}
