import { jobMarketplaceAbi } from "../abis.ts";
import {
  biddingLaneWord,
  claimedLaneWord,
  endedLaneWord,
  isEnded,
  openLaneWord,
  submittedLaneWord,
} from "../codec/laneWord.ts";
import type { AssayContext } from "../context.ts";
import type { ClaimedJob, Job, SubmittedJob } from "../events/job.ts";
import { decodeError } from "../revert/decodeError.ts";
import { marketAddress } from "./jobEvents.ts";
import { mapBatched, read } from "./read.ts";

/** Lane words in this many calls of one multicall. */
const MULTICALL_WIDTH = 500;

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
  if (isEnded(job.status)) {
    const own = endedLaneWord(job.terms.generation, job.status);
    return word === own || (word !== 0n && word >> 8n > BigInt(job.terms.generation));
  }
  return word === expectedWord(job);
}

function expectedWord(job: Job): bigint {
  if (job.status === "open") return job.standing ? biddingLaneWord(job.id, job.standing) : openLaneWord(job.id);
  if (job.status === "claimed") {
    const { id, run, nonce, claimer } = job as ClaimedJob;
    return claimedLaneWord(id, run, nonce, claimer);
  }
  const { id, run, commitment } = job as SubmittedJob;
  return submittedLaneWord(id, run, commitment);
}

async function laneWords(context: AssayContext, jobs: readonly Job[], blockNumber: bigint): Promise<bigint[]> {
  const calls = jobs.map(({ terms }) => ({
    abi: jobMarketplaceAbi,
    address: marketAddress(context),
    functionName: "laneOf" as const,
    args: [terms.requester, BigInt(terms.lane)] as const,
  }));
  if (!context.publicClient.chain?.contracts?.multicall3) {
    return mapBatched(calls, async (call) => (await read(context, { ...call, blockNumber }))[0]);
  }
  const words: bigint[] = [];
  try {
    for (let start = 0; start < calls.length; start += MULTICALL_WIDTH) {
      const contracts = calls.slice(start, start + MULTICALL_WIDTH);
      const results = await context.publicClient.multicall({ contracts, allowFailure: false, blockNumber });
      words.push(...results.map(([word]) => word));
    }
  } catch (error) {
    throw decodeError(error);
  }
  return words;
}
