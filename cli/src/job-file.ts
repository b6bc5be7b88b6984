import { capabilityNames, type PostJobArgs, type RampPrice } from "@assay/sdk";
import { type Address, isHex, parseUnits, size } from "viem";
import { z } from "zod";
import { addressOf, readInput } from "./arguments.ts";
import type { CliContext } from "./context.ts";
import { cliError } from "./errors.ts";
import { decimalsOf } from "./tokens.ts";

const word = z.custom<`0x${string}`>((value) => isHex(value) && size(value) === 32, "must be 0x and 64 hex digits");
const count = z.number().int().nonnegative();
const decimal = z.string().regex(/^\d+(\.\d{1,36})?$/, 'must be an amount as text, such as "2.5"');
const account = z.string().transform(addressOf);
const weight = count.max(65_535);

/** Amounts are in the job's token, bond and stake in ASY, all as text; times in seconds. */
const posting = z.strictObject({
  spec: z.strictObject({
    programHash: word,
    dataRoot: word,
    initState: word,
    inputs: word,
    steps: count,
    segmentLength: count,
    outIdx: count,
    stateCount: count,
    rulesVersion: count,
    refSeconds: count,
    judge: account.optional(),
  }),
  price: z.union([
    decimal,
    z.strictObject({ min: decimal, max: decimal, length: count.min(1) }),
    z.strictObject({
      max: decimal,
      min: decimal.optional(),
      bidding: count.min(1),
      weights: z.strictObject({ price: weight, stake: weight, reputation: weight }).partial().optional(),
    }),
    z.strictObject({ dollars: decimal, max: decimal }),
  ]),
  token: account.optional(),
  bond: decimal.optional(),
  claimBy: count.optional(),
  runTime: count.optional(),
  window: count.optional(),
  policy: count.optional(),
  provider: account.optional(),
  demands: z
    .strictObject({
      reputation: count.max(10_000),
      stake: decimal,
      capabilities: z.array(z.enum(capabilityNames)),
      memoryGiB: z.number().positive(),
    })
    .partial()
    .optional(),
});

const many = z.array(posting).min(1).max(256);

type Posting = z.output<typeof posting>;

/** A job of a file, as the client takes it. */
export type JobToPost = Omit<PostJobArgs, "lane" | "requester">;

/**
 * Reads the job of a file, or its list of jobs.
 * @throws CLI-003 naming the first field that is wrong
 */
export async function readJobs(context: CliContext, path: string): Promise<{ jobs: JobToPost[]; isList: boolean }> {
  // told apart first: what is wrong in a union of both would not be named
  const isList = Array.isArray(readInput(path, z.unknown()));
  const found = isList ? readInput(path, many) : [readInput(path, posting)];
  const now = Number((await context.client.publicClient.getBlock()).timestamp);
  const jobs: JobToPost[] = [];
  for (const one of found) jobs.push(await jobOf(context, one, now));
  return { jobs, isList };
}

/** Reads the only job of a file. @throws CLI-003 */
export async function readJob(context: CliContext, path: string): Promise<JobToPost> {
  const { jobs, isList } = await readJobs(context, path);
  const [job] = jobs;
  if (job && !isList) return job;
  throw cliError("CLI-003", {
    found: `${path}: a list of ${jobs.length} jobs`,
    wanted: "one job",
    hint: "use a file for each; see docs/voter.md for an example",
  });
}

async function jobOf(context: CliContext, { price, bond, demands, ...rest }: Posting, now: number): Promise<JobToPost> {
  const token = rest.token ?? context.client.deployment.contracts.AssayToken.address;
  const decimals = await decimalsOf(context, token);
  const { reputation, stake, capabilities = [], memoryGiB } = demands ?? {};
  const bits = capabilities.reduce((sum, name) => sum | (1n << BigInt(capabilityNames.indexOf(name))), 0n);
  return {
    ...rest,
    price: priceOf(price, (text) => units(text, decimals, token), now),
    ...(bond === undefined ? {} : { bond: units(bond, 18) }),
    demands: {
      capabilities: bits,
      ...(reputation === undefined ? {} : { minReputation: reputation }),
      ...(stake === undefined ? {} : { minStake: units(stake, 18) }),
      ...(memoryGiB === undefined ? {} : { memoryClass: Math.max(0, Math.ceil(Math.log2(memoryGiB))) }),
    },
  };
}

function priceOf(price: Posting["price"], amount: (text: string) => bigint, now: number): PostJobArgs["price"] {
  if (typeof price === "string") return amount(price);
  if ("dollars" in price) return { dollars: units(price.dollars, 18), max: amount(price.max) };
  if ("bidding" in price) {
    const { min, max, bidding, weights } = price;
    const range = { max: amount(max), ...(min === undefined ? {} : { min: amount(min) }) };
    return { ...range, until: now + bidding, ...(weights ? { weights: weights as Record<string, number> } : {}) };
  }
  return { min: amount(price.min), max: amount(price.max), length: price.length } satisfies RampPrice;
}

function units(text: string, decimals: number, token?: Address): bigint {
  if ((text.split(".")[1] ?? "").length <= decimals) return parseUnits(text, decimals);
  throw cliError("CLI-003", {
    found: `the amount ${text}`,
    wanted: `at most ${decimals} decimals${token ? `, as token ${token} has` : ""}`,
    hint: "see docs/voter.md for an example",
  });
}

/** The most that a job can cost, in its token's smallest unit. */
export function mostOf({ price }: Pick<PostJobArgs, "price">): bigint {
  return typeof price === "bigint" ? price : price.max;
}
