import { type Address, type Hex, zeroAddress, zeroHash } from "viem";
import { protocolLensAbi } from "../abis.ts";
import { packJobTerms } from "../codec/jobTerms.ts";
import { packRunWord } from "../codec/runWord.ts";
import type { JobTerms, RunWord } from "../codec/types.ts";
import { type AssayContext, accountOr } from "../context.ts";
import { requireContract } from "../deployment.ts";
import { read } from "../internal/read.ts";

/** What is known of a job: a `Job` of `getJob` or `listJobs` fits. */
export interface LensJob {
  terms: JobTerms;
  run?: RunWord | undefined;
  nonce?: Hex | undefined;
  claimer?: Address | undefined;
  commitment?: Hex | undefined;
}

const lensOf = ({ deployment }: AssayContext) =>
  ({ abi: protocolLensAbi, address: requireContract(deployment, "ProtocolLens").address }) as const;

/** The payment tokens asked for; ASY where none is named. */
const tokensOr = ({ deployment }: AssayContext, tokens?: readonly Address[]) =>
  tokens ?? [deployment.contracts.AssayToken.address];

/**
 * Lanes of a requester: status, the generation that ended there last, and the raw word.
 * @param args.requester the wallet's account when left out
 * @param args.first the first lane, 0 when left out
 * @param args.limit lanes asked for; at most 256 come
 * @returns the page, empty beyond lane 65,535, and where the next one begins (undefined: nowhere)
 * @throws AssayError SDK-007 where the deployment has no lens
 */
export async function viewLanes(
  context: AssayContext,
  args: { requester?: Address; first?: number; limit?: number } = {},
) {
  const requester = accountOr(context, args.requester);
  const range = [BigInt(args.first ?? 0), BigInt(args.limit ?? 256)] as const;
  const [page, next] = await read(context, { ...lensOf(context), functionName: "lanes", args: [requester, ...range] });
  return { lanes: page, next: next === 0n ? undefined : Number(next) };
}

/**
 * Up to 256 jobs as they stand, in the order given: whether the lane still holds them, price, deadline, verdict.
 * @throws AssayError SDK-007, SDK-030 (`Lens_PageTooLarge`)
 */
export function viewJobs(context: AssayContext, { jobs }: { jobs: readonly LensJob[] }) {
  const keys = jobs.map(({ terms, run, nonce, claimer, commitment }) => ({
    terms: packJobTerms(terms),
    run: run ? packRunWord(run) : 0n,
    nonce: nonce ?? zeroHash,
    claimer: claimer ?? zeroAddress,
    commitment: commitment ?? zeroHash,
  }));
  return read(context, { ...lensOf(context), functionName: "jobs", args: [keys] });
}

/**
 * Stake, pool, record, tier and capabilities of up to 256 providers, in the order given.
 * @throws AssayError SDK-007, SDK-030 (`Lens_PageTooLarge`)
 */
export function viewProviders(context: AssayContext, { providers }: { providers: readonly Address[] }) {
  return read(context, { ...lensOf(context), functionName: "providers", args: [providers] });
}

/**
 * One account's position in one call: stake, thaws, credit, votes, and what it has of the tokens and behind the providers named.
 * `getHoldings` finds the providers by itself, from logs.
 * @param args.account the wallet's when left out
 * @param args.tokens ASY when left out
 * @param args.delegatedTo providers; none when left out
 * @throws AssayError SDK-007, SDK-030 (`Lens_PageTooLarge`)
 */
export function viewPosition(
  context: AssayContext,
  args: { account?: Address; tokens?: readonly Address[]; delegatedTo?: readonly Address[] } = {},
) {
  const account = accountOr(context, args.account);
  const named = [tokensOr(context, args.tokens), args.delegatedTo ?? []] as const;
  return read(context, { ...lensOf(context), functionName: "position", args: [account, ...named] });
}

/**
 * What governance has set: fees, shares, periods, tiers, strategies by number, and the terms of the tokens named.
 * @throws AssayError SDK-007, SDK-030 (`Lens_PageTooLarge`)
 */
export function viewParameters(context: AssayContext, args: { tokens?: readonly Address[] } = {}) {
  return read(context, { ...lensOf(context), functionName: "parameters", args: [tokensOr(context, args.tokens)] });
}

/**
 * What the protocol's contracts hold of the tokens named, and what of it is owed where a contract keeps the sum.
 * @throws AssayError SDK-007, SDK-030 (`Lens_PageTooLarge`)
 */
export function viewAccounting(context: AssayContext, args: { tokens?: readonly Address[] } = {}) {
  return read(context, { ...lensOf(context), functionName: "accounting", args: [tokensOr(context, args.tokens)] });
}
