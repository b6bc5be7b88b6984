import type { Address, Chain, PublicClient, Transport } from "viem";
import {
  type Deployment,
  foldJob,
  type Job,
  type JobEvent,
  jobEventNames,
  jobMarketplaceAbi,
  packJobTerms,
  parseAssayLogs,
  stakingManagerAbi,
} from "../../sdk/src/index.ts";
import { allOf } from "./query.ts";

/** Where the index says something else than the chain. */
export interface Mismatch {
  /** `Job 0x…`, `Provider 0x…`. */
  entity: string;
  field: string;
  index: string;
  chain: string;
}

export interface Verified {
  block: bigint;
  entities: number;
  mismatches: Mismatch[];
}

export interface VerifyArgs {
  url: string;
  publicClient: PublicClient<Transport, Chain>;
  deployment: Deployment;
  /** The block as of which index and chain are compared. */
  block: bigint;
}

/** Derives every entity from the contracts' own reads and from raw logs, and compares it with the index, as of one block. */
export async function verifyIndex(args: VerifyArgs): Promise<Verified> {
  const found = (
    await Promise.all([verifyJobs(args), verifyBalances(args), verifyProviders(args), verifyEarnings(args)])
  ).flat();
  return { block: args.block, entities: found.length, mismatches: found.flatMap(({ mismatches }) => mismatches) };
}

interface Compared {
  mismatches: Mismatch[];
}

function compare(entity: string, index: Record<string, unknown>, chain: Record<string, unknown>): Compared {
  const text = (value: unknown) => (value === undefined || value === null ? "null" : String(value).toLowerCase());
  const mismatches = Object.entries(chain)
    .filter(([field, value]) => text(index[field]) !== text(value))
    .map(([field, value]) => ({ entity, field, index: text(index[field]), chain: text(value) }));
  return { mismatches };
}

/** Every id of `chain` must be in `index` and the other way round. */
function pair<T, U>(
  kind: string,
  index: Map<string, T>,
  chain: Map<string, U>,
  check: (id: string, a: T, b: U) => Compared,
) {
  const ids = new Set([...index.keys(), ...chain.keys()]);
  return [...ids].map((id) => {
    const [a, b] = [index.get(id), chain.get(id)];
    if (a !== undefined && b !== undefined) return check(id, a, b);
    const presence = { index: a === undefined ? "absent" : "present", chain: b === undefined ? "absent" : "present" };
    return { mismatches: [{ entity: `${kind} ${id}`, field: "id", ...presence }] };
  });
}

const JOB_FIELDS = `status requester { id } provider { id } claimer price nonce runRoot finalState output refund fee penalty
  token maxPrice minPrice rampStart rampLength bond claimBy runTime window feeBps policy lane generation named terms
  programHash dataRoot initState steps segmentLength manifest postedAt claimedAt submittedAt events { status }`;

interface IndexedJob extends Record<string, unknown> {
  status: string;
  requester: { id: string };
  provider: { id: string } | null;
  events: { status: string }[];
}

async function verifyJobs(args: VerifyArgs): Promise<Compared[]> {
  const { url, block } = args;
  const indexed = await allOf<IndexedJob>(url, "jobs", JOB_FIELDS, block);
  const jobs = await jobsFromLogs(args);
  const index = new Map(indexed.map((job) => [job.id, job]));
  const chain = new Map(jobs.map((job) => [job.id.toLowerCase(), job]));
  return pair("Job", index, chain, (id, found, job) => {
    const flat = { ...found, requester: found.requester.id, provider: found.provider?.id, events: found.events.length };
    return compare(`Job ${id}`, flat, expectedJob(job));
  });
}

/** Jobs as the market's raw logs tell them. */
async function jobsFromLogs(args: VerifyArgs): Promise<Job[]> {
  const { publicClient } = args;
  const events = (await marketEvents(args)).filter((event): event is JobEvent =>
    (jobEventNames as readonly string[]).includes(event.eventName),
  );
  const blocks = [...new Set(events.map(({ blockNumber }) => blockNumber))];
  const times = new Map<bigint, number>();
  for (const blockNumber of blocks)
    times.set(blockNumber, Number((await publicClient.getBlock({ blockNumber })).timestamp));
  const byJob = Map.groupBy(events, ({ args: { id } }) => id);
  return [...byJob.values()].map((group) =>
    foldJob(group.map((event) => ({ ...event, timestamp: times.get(event.blockNumber) ?? 0 }))),
  );
}

async function marketEvents({ publicClient, deployment, block }: VerifyArgs) {
  const { address, startBlock } = deployment.contracts.JobMarketplace;
  const fromBlock = BigInt(startBlock ?? deployment.startBlock);
  return parseAssayLogs(deployment, await publicClient.getLogs({ address, fromBlock, toBlock: block }));
}

function expectedJob(job: Job): Record<string, unknown> {
  const { terms, spec } = job;
  const claim = "provider" in job ? job : undefined;
  const result = "commitment" in job ? job : undefined;
  return {
    status: job.status,
    requester: terms.requester,
    provider: claim?.provider,
    claimer: claim?.claimer,
    price: claim?.price,
    nonce: claim?.nonce,
    runRoot: result?.runRoot,
    finalState: result?.finalState,
    output: result?.outputDigest,
    token: terms.token,
    maxPrice: terms.maxPrice,
    minPrice: terms.minPrice,
    rampStart: terms.rampStart,
    rampLength: terms.rampLength,
    bond: terms.bond,
    claimBy: terms.claimBy,
    runTime: terms.runTime,
    window: terms.window,
    feeBps: terms.feeBps,
    policy: terms.policy,
    lane: terms.lane,
    generation: terms.generation,
    named: BigInt(terms.provider) === 0n ? undefined : terms.provider,
    terms: packJobTerms(terms),
    programHash: spec.programHash,
    dataRoot: spec.dataRoot,
    initState: spec.initState,
    steps: spec.steps,
    segmentLength: spec.segmentLength,
    manifest: spec.inputs,
    events: job.timeline.length,
  };
}

interface Holding extends Record<string, unknown> {
  token: Address;
}

async function verifyBalances({ url, publicClient, deployment, block }: VerifyArgs): Promise<Compared[]> {
  const market = { abi: jobMarketplaceAbi, address: deployment.contracts.JobMarketplace.address } as const;
  const indexed = await allOf<Holding & { account: Address }>(url, "marketBalances", "token account amount", block);
  return Promise.all(
    indexed.map(async ({ id, token, account, amount }) => {
      const call = { ...market, functionName: "balanceOf", args: [token, account], blockNumber: block } as const;
      return compare(`MarketBalance ${id}`, { amount }, { amount: await publicClient.readContract(call) });
    }),
  );
}

async function verifyEarnings({ url, publicClient, deployment, block }: VerifyArgs): Promise<Compared[]> {
  const market = { abi: jobMarketplaceAbi, address: deployment.contracts.JobMarketplace.address } as const;
  type Earned = Holding & { provider: { id: Address } };
  const indexed = await allOf<Earned>(url, "earnings_collection", "token provider { id } gross fee", block);
  return Promise.all(
    indexed.map(async ({ id, token, provider, gross, fee }) => {
      const call = { ...market, functionName: "earnedOf", args: [token, provider.id], blockNumber: block } as const;
      const [wantedGross, wantedFee] = await publicClient.readContract(call);
      return compare(`Earnings ${id}`, { gross, fee }, { gross: wantedGross, fee: wantedFee });
    }),
  );
}

async function verifyProviders({ url, publicClient, deployment, block }: VerifyArgs): Promise<Compared[]> {
  const staking = {
    abi: stakingManagerAbi,
    address: deployment.contracts.StakingManager.address,
    blockNumber: block,
  } as const;
  type Worker = Record<string, unknown> & { id: Address; thaws: { amount: string; readyAt: string }[] };
  const fields =
    "stake locked exposureBps thaws(where: { withdrawn: false }, first: 1000, orderBy: readyAt) { amount readyAt }";
  const indexed = await allOf<Worker>(url, "providers", fields, block);
  return Promise.all(
    indexed.map(async (worker) => {
      const [[stake, locked], exposureBps, thaws] = await Promise.all([
        publicClient.readContract({ ...staking, functionName: "stakeOf", args: [worker.id] }),
        publicClient.readContract({ ...staking, functionName: "exposureOf", args: [worker.id] }),
        publicClient.readContract({ ...staking, functionName: "thawsOf", args: [worker.id] }),
      ]);
      const total = (list: readonly { amount: bigint | string }[]) =>
        list.reduce((sum, thaw) => sum + BigInt(thaw.amount), 0n);
      const found = { ...worker, thawing: worker.thaws.length, thawingTotal: total(worker.thaws) };
      const wanted = { stake, locked, exposureBps, thawing: thaws.length, thawingTotal: total(thaws) };
      return compare(`Provider ${worker.id}`, found, wanted);
    }),
  );
}
