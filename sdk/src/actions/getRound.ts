import type { Address } from "viem";
import { quadraticGrantsAbi } from "../abis.ts";
import type { AssayContext } from "../context.ts";
import { requireContract } from "../deployment.ts";
import { mapBatched, read } from "../internal/read.ts";

/** A project of a round of grants. */
export interface GrantProject {
  project: bigint;
  beneficiary: Address;
  proposer: Address;
  asked: bigint;
  votes: bigint;
  /** What it would be paid if voting ended now. */
  share: bigint;
  struck: boolean;
  settled: boolean;
}

/** A round of grants; amounts in its token's smallest unit, the bond in ASY's; times Unix seconds. */
export interface GrantRound {
  round: bigint;
  token: Address;
  budget: bigint;
  paid: bigint;
  votes: bigint;
  bond: bigint;
  votingStart: number;
  votingEnd: number;
  /** Projects can be settled from then on, until `closesAt`; from then on the rest can be swept. */
  payableFrom: number;
  closesAt: number;
  swept: boolean;
  /** Where the round stands by the chain's clock. */
  stage: "projects" | "voting" | "review" | "paying" | "closed";
  projects: GrantProject[];
}

/** An account's voice in a round. */
export interface GrantVoice {
  /** Credits of the account, smallest unit of ASY: what it represents of staked ASY, see GRT-02. */
  voice: bigint;
  spent: bigint;
  canVote: boolean;
  /** Why not, in words, each with what to do; empty where it can. */
  reasons: string[];
}

const CONSTANTS = ["REVIEW", "CLAIMING"] as const;

function grantsOf({ deployment }: AssayContext) {
  return { abi: quadraticGrantsAbi, address: requireContract(deployment, "QuadraticGrants").address } as const;
}

/** How many rounds there are; they count from zero. @throws AssayError SDK-007 */
export async function countRounds(context: AssayContext): Promise<bigint> {
  return read(context, { ...grantsOf(context), functionName: "roundCount", args: [] });
}

/**
 * A round with its projects.
 * @throws AssayError SDK-007, SDK-030 (`Grants_UnknownRound`)
 */
export async function getRound(context: AssayContext, { round }: { round: bigint }): Promise<GrantRound> {
  const grants = grantsOf(context);
  const [found, { timestamp }, [review, claiming]] = await Promise.all([
    read(context, { ...grants, functionName: "roundOf", args: [round] }),
    context.publicClient.getBlock(),
    Promise.all(CONSTANTS.map((functionName) => read(context, { ...grants, functionName, args: [] }))),
  ]);
  const numbers = Array.from({ length: found.projects }, (_, project) => BigInt(project));
  const projects = await mapBatched(numbers, async (project) => {
    const [entry, share] = await Promise.all([
      read(context, { ...grants, functionName: "projectOf", args: [round, project] }),
      read(context, { ...grants, functionName: "shareOf", args: [round, project] }),
    ]);
    return { project, ...entry, share };
  });
  const { token, budget, paid, votes, bond, votingStart, votingEnd, swept } = found;
  const payableFrom = votingEnd + Number(review);
  const times = { votingStart, votingEnd, payableFrom, closesAt: payableFrom + Number(claiming) };
  return {
    round,
    token,
    budget,
    paid,
    votes,
    bond,
    ...times,
    swept,
    stage: stageAt(Number(timestamp), times),
    projects,
  };
}

/**
 * What an account can still spend in a round, and if it cannot vote, why.
 * @param args.account the wallet's when left out
 * @throws AssayError SDK-007, SDK-030 (`Grants_UnknownRound`)
 */
export async function explainGrantVote(
  context: AssayContext,
  args: { round: bigint; account: Address },
): Promise<GrantVoice> {
  const grants = grantsOf(context);
  const [{ stage, votingStart, projects }, [voice, spent], least] = await Promise.all([
    getRound(context, args),
    read(context, { ...grants, functionName: "voiceOf", args: [args.round, args.account] }),
    read(context, { ...grants, functionName: "MIN_VOICE", args: [] }),
  ]);
  const reasons: string[] = [];
  if (stage === "projects") reasons.push(`voting begins at ${time(votingStart)}: wait until then`);
  else if (stage !== "voting") reasons.push("voting is over: a later round counts the stake of that time");
  if (voice < least) {
    reasons.push(
      `the account spoke for ${voice} of staked ASY a week before the round, ${least} are needed: ` +
        "stake or delegate stake at least a week before the next round opens, and vote for yourself",
    );
  } else if (spent >= voice) reasons.push("the account has spent its whole voice: credits are not given back");
  if (projects.every(({ struck }) => struck)) reasons.push("no project can be voted for: put one up in a later round");
  return { voice, spent, canVote: reasons.length === 0, reasons };
}

function stageAt(
  now: number,
  times: Pick<GrantRound, "votingStart" | "votingEnd" | "payableFrom" | "closesAt">,
): GrantRound["stage"] {
  if (now < times.votingStart) return "projects";
  if (now < times.votingEnd) return "voting";
  if (now < times.payableFrom) return "review";
  return now < times.closesAt ? "paying" : "closed";
}

function time(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}
