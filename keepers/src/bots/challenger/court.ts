import {
  type AssayClient,
  disputeRecord,
  elementPosition,
  type Game,
  type GamePlace,
  isInsideOutput,
  oneStepJudgeAbi,
  packJobTerms,
  packRunWord,
  refereedDisputeAbi,
  type SubmittedJob,
  verificationHubAbi,
} from "@assay/sdk";
import {
  type Address,
  BaseError,
  ContractFunctionRevertedError,
  ContractFunctionZeroDataError,
  encodeFunctionData,
  type Hex,
  isAddressEqual,
  type PublicClient,
} from "viem";
import type { ChallengerConfig } from "../../config.ts";
import { keeperError } from "../../errors.ts";
import type { Move } from "./move.ts";
import type { ProofView } from "./view.ts";

const REJECTED = 1;

/** Whether a call failed for what stands at its address, not for an endpoint that does not answer. */
function isOtherContract(error: unknown): boolean {
  if (!(error instanceof BaseError)) return false;
  const kinds = [ContractFunctionRevertedError, ContractFunctionZeroDataError];
  return error.walk((cause) => kinds.some((kind) => cause instanceof kind)) !== null;
}

/** The dispute contract, as this bot talks to it. */
export class Court {
  readonly rpc: PublicClient;
  readonly address: Address;
  readonly judge: Address;
  /** This contract's bit in a policy. */
  readonly strategy: number;
  /** Seconds: the shortest clock of either side. */
  readonly minBudget: number;

  private constructor(rpc: PublicClient, facts: Pick<Court, "address" | "judge" | "strategy" | "minBudget">) {
    this.rpc = rpc;
    this.address = facts.address;
    this.judge = facts.judge;
    this.strategy = facts.strategy;
    this.minBudget = facts.minBudget;
  }

  /**
   * Reads what never changes of the contract, and asks the hub whether it is the one it says.
   * @throws KP-010 when there is none, or the hub knows another one under its number
   */
  static async open(rpc: PublicClient, client: AssayClient, config: Pick<ChallengerConfig, "dispute">): Promise<Court> {
    const { contracts } = client.deployment;
    const address = config.dispute ?? contracts.RefereedDispute?.address;
    if (!address) throw noCourt("neither `challenger.dispute` nor RefereedDispute in the deployment file");
    const read = { address, abi: refereedDisputeAbi } as const;
    try {
      const [judge, strategy, minBudget] = await Promise.all([
        rpc.readContract({ ...read, functionName: "JUDGE" }),
        rpc.readContract({ ...read, functionName: "STRATEGY" }),
        rpc.readContract({ ...read, functionName: "MIN_BUDGET" }),
      ]);
      const hub = { address: contracts.VerificationHub.address, abi: verificationHubAbi } as const;
      const known = await rpc.readContract({ ...hub, functionName: "strategyOf", args: [strategy] });
      if (!isAddressEqual(known, address))
        throw noCourt(`${address}, while strategy ${strategy} of the hub is ${known}`);
      return new Court(rpc, { address, judge, strategy: Number(strategy), minBudget: Number(minBudget) });
    } catch (error) {
      if (isOtherContract(error)) throw noCourt(`no dispute contract at ${address}`, error);
      throw error;
    }
  }

  /** Whether a result can be disputed here: its policy names this contract and its spec this judge. */
  hears({ terms, spec }: Pick<SubmittedJob, "terms" | "spec">): boolean {
    return ((terms.policy >> this.strategy) & 1) === 1 && isAddressEqual(spec.judge, this.judge);
  }

  windowEnd({ terms, run }: SubmittedJob): Promise<bigint> {
    const args = [packJobTerms(terms), packRunWord(run)] as const;
    return this.rpc.readContract({ address: this.address, abi: refereedDisputeAbi, functionName: "windowEnd", args });
  }

  bondFor({ terms }: SubmittedJob): Promise<bigint> {
    return this.#read("bondFor", [terms.bond]) as Promise<bigint>;
  }

  creditOf(account: Address): Promise<bigint> {
    return this.#read("creditOf", [account]) as Promise<bigint>;
  }

  async docket(commitment: Hex): Promise<{ opened: number; rejected: boolean }> {
    const [, opened, , outcome] = (await this.#read("docketOf", [commitment])) as [Address, number, number, number];
    return { opened, rejected: outcome === REJECTED };
  }

  async game(commitment: Hex, challenger: Address): Promise<{ word: bigint; status: number }> {
    const [word, status] = (await this.#read("gameOf", [commitment, challenger])) as [bigint, number];
    return { word, status };
  }

  /** Unix seconds of the reveal under a key, 0 when there is none. */
  async revealedAt(key: Hex): Promise<number> {
    return Number(((await this.#read("revealOf", [key])) as bigint) & ((1n << 40n) - 1n));
  }

  challenge(job: SubmittedJob, last: boolean): Hex {
    const args = [disputeRecord(job), packRunWord(job.run), last] as const;
    return encodeFunctionData({ abi: refereedDisputeAbi, functionName: "challenge", args });
  }

  encode(move: Move): Hex {
    const { functionName, args } = move;
    return encodeFunctionData({ abi: refereedDisputeAbi, functionName, args } as never);
  }

  timeout(game: Game): Hex {
    return encodeFunctionData({ abi: refereedDisputeAbi, functionName: "timeout", args: [game] });
  }

  reclaim(game: Game, job: SubmittedJob): Hex {
    return encodeFunctionData({ abi: refereedDisputeAbi, functionName: "reclaim", args: [game, disputeRecord(job)] });
  }

  /**
   * What the judge itself says of a place: the right value of an element or list entry, or the right sum of a chunk.
   * @throws viem's error when it reverts: the proof is not what it wants
   */
  async judgement(place: GamePlace, proof: ProofView): Promise<bigint> {
    const { op, nonce, roots, tiles } = proof;
    const judge = { address: this.judge, abi: oneStepJudgeAbi } as const;
    if (place.rows === 0) {
      const args = [roots[0] ?? "0x", roots[1] ?? "0x"] as const;
      return BigInt.asIntN(256, BigInt(await this.rpc.readContract({ ...judge, functionName: "chained", args })));
    }
    if (!isInsideOutput(place)) return 0n; // DSP-60
    const { row, col } = elementPosition(place);
    const record = op as never;
    if (place.chunk > 0) {
      const args = [record, roots, row, col, place.chunk - 1, tiles] as const;
      return this.rpc.readContract({ ...judge, functionName: "chunkSum", args });
    }
    const args = [record, roots, { nonce, step: BigInt(place.step), row, col }, tiles] as const;
    return this.rpc.readContract({ ...judge, functionName: "expectedElement", args });
  }

  #read(functionName: "bondFor" | "creditOf" | "docketOf" | "gameOf" | "revealOf", args: readonly unknown[]) {
    const call = { address: this.address, abi: refereedDisputeAbi, functionName, args };
    return this.rpc.readContract(call as never) as Promise<unknown>;
  }
}

function noCourt(found: string, cause?: unknown): Error {
  return keeperError("KP-010", {
    found,
    wanted: "the dispute contract that the verification hub has registered",
    hint: "set `challenger.dispute` to its address, or use the deployment file that names it",
    cause,
  });
}
