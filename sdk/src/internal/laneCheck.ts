import { jobMarketplaceAbi } from "../abis.ts";
import {
  biddingLaneWord,
  claimedLaneWord,
  endedLaneWord,
  isEnded,
  openLaneWord,
  submittedLaneWord,
} from "../codec/laneWord.ts";
import { type AssayContext, requireChain } from "../context.ts";
import type { ClaimedJob, Job, SubmittedJob } from "../events/job.ts";
import { decodeError } from "../revert/decodeError.ts";
import { marketAddress } from "./jobEvents.ts";

/** Lanes of one call, where the chain has the batch contract. */
const MULTICALL_WIDTH = 500;
/**
 * Where it has not, its code is sent along as a creation whose "code" is the answer: 192 bytes for a lane, which must fit
 * into the 24,576 that EIP-170 allows, and the calls into EIP-3860's 49,152.
 */
const DEPLOYLESS_WIDTH = 100;

/**
 * Keeps the jobs whose lane on chain says what their logs say. An ended job is kept as long as its lane is not below
 * its generation: lanes are used again.
 */
export async function keepConfirmed<J extends Job>(
  context: AssayContext,
  jobs: readonly J[],
  blockNumber: bigint,
): Promise<J[]> {
  const words = await laneWords(context, jobs, blockNumber);
  return jobs.filter((job, index) => agrees(job, words[index] ?? 0n));
}

/** Whether a lane's word is the one that the job's state, as its logs tell it, leaves there. */
export function agrees(job: Job, word: bigint): boolean {
  if (word === laneWordOf(job)) return true;
  return isEnded(job.status) && word !== 0n && word >> 8n > BigInt(job.terms.generation);
}

/** The word that a job leaves in its lane. */
export function laneWordOf(job: Job): bigint {
  if (isEnded(job.status)) return endedLaneWord(job.terms.generation, job.status);
  if (job.status === "open") return job.standing ? biddingLaneWord(job.id, job.standing) : openLaneWord(job.id);
  if (job.status === "claimed") {
    const { id, run, nonce, claimer } = job as ClaimedJob;
    return claimedLaneWord(id, run, nonce, claimer);
  }
  const { id, run, commitment } = job as SubmittedJob;
  return submittedLaneWord(id, run, commitment);
}

/** The word of each job's lane. @param blockNumber the state to read; the latest when left out @throws AssayError */
export async function laneWords(context: AssayContext, jobs: readonly Job[], blockNumber?: bigint): Promise<bigint[]> {
  const calls = jobs.map(({ terms }) => ({
    abi: jobMarketplaceAbi,
    address: marketAddress(context),
    functionName: "laneOf" as const,
    args: [terms.requester, BigInt(terms.lane)] as const,
  }));
  const deployless = context.publicClient.chain?.contracts?.multicall3 === undefined;
  const width = deployless ? DEPLOYLESS_WIDTH : MULTICALL_WIDTH;
  const at = blockNumber === undefined ? {} : { blockNumber };
  const words: bigint[] = [];
  try {
    await requireChain(context);
    for (let start = 0; start < calls.length; start += width) {
      const contracts = calls.slice(start, start + width);
      const options = { allowFailure: false, batchSize: 0, deployless, ...at } as const;
      const results = await context.publicClient.multicall({ contracts, ...options });
      words.push(...results.map(([word]) => word));
    }
  } catch (error) {
    throw decodeError(error);
  }
  return words;
}
