// Many jobs on a local chain, through the contracts' own functions.
import { type Address, encodeFunctionData, erc20Abi, keccak256, parseUnits, toHex, zeroAddress, zeroHash } from "viem";
import { mnemonicToAccount } from "viem/accounts";
import {
  type AssayClient,
  type Bid,
  bidTypedData,
  type ClaimedJob,
  createAssayClient,
  type Deployment,
  foldJob,
  type Job,
  type JobEvent,
  type JobSpec,
  type JobTerms,
  jobEventNames,
  jobMarketplaceAbi,
  NO_DEMANDS,
  type PostedJob,
  PRICE_RULE,
  type PreparedCall,
  packJobSpec,
  packJobTerms,
  parseAssayLogs,
  prepareAward,
  prepareFinalizeBatch,
  preparePlaceBid,
  prepareSubmit,
  type SubmittedJob,
  specHash,
} from "../../../sdk/src/index.ts";
import { type LocalChain, TEST_MNEMONIC } from "../../lib/devnet.ts";
import { logsBetween } from "../../lib/logs.ts";
import { type Call, pump } from "./pump.ts";

const ASY = (amount: string) => parseUnits(amount, 18);
const DAY = 86_400;
const REQUESTERS = [1, 2, 3, 4];
const PROVIDERS = [5, 6, 7, 8, 9, 10];
const BATCH = 128;
/** Gas limits, well above what each call takes. */
const GAS = { post: 90_000, claim: 90_000, call: 400_000, settle: 120_000 };
const LANES = 65_536;

/** A local chain with requesters and providers that have all they need. */
export interface Crowd {
  chain: LocalChain;
  deployment: Deployment;
  client: AssayClient;
  requesters: readonly Address[];
  providers: readonly Address[];
  /** Jobs posted so far. */
  posted: number;
}

/** Gives everybody tokens, lets requesters deposit and providers stake. */
export async function gatherCrowd(chain: LocalChain, deployment: Deployment): Promise<Crowd> {
  const client = (index: number) =>
    createAssayClient({ publicClient: chain.publicClient, walletClient: chain.wallet(index), deployment });
  const { address } = deployment.contracts.AssayToken;
  const give = async (index: number) => {
    const to = chain.wallet(index).account.address;
    const call = { abi: erc20Abi, address, functionName: "transfer", args: [to, ASY("4000000")] } as const;
    const hash = await chain.wallet(0).writeContract(call);
    await chain.publicClient.waitForTransactionReceipt({ hash });
    return client(index);
  };
  const addresses = (indices: number[]) => indices.map((index) => chain.wallet(index).account.address);
  for (const index of REQUESTERS) await (await give(index)).deposit({ amount: ASY("1000000") });
  for (const index of PROVIDERS) {
    const provider = await give(index);
    await provider.stake({ amount: ASY("3000000") });
    await provider.setExposure({ bps: 10_000 });
  }
  const [requesters, providers] = [addresses(REQUESTERS), addresses(PROVIDERS)];
  return { chain, deployment, client: client(REQUESTERS[0]!), requesters, providers, posted: 0 };
}

/** Posts `count` jobs in batches. @param bidding whether their price is found by bids */
export async function postJobs(crowd: Crowd, count: number, bidding: boolean): Promise<JobTerms[]> {
  const { chain, requesters } = crowd;
  const now = Number((await chain.publicClient.getBlock()).timestamp);
  const drafts = Array.from({ length: count }, () => draft(crowd, now, bidding));
  const calls = requesters.flatMap((from) =>
    slices(drafts.filter(({ terms }) => terms.requester === from)).map((slice) => {
      const items = slice.map(({ terms, spec }) => ({ terms: packJobTerms(terms), spec: packJobSpec(spec) }));
      const data = encodeFunctionData({ abi: jobMarketplaceAbi, functionName: "postBatch", args: [items] });
      return { from, to: marketOf(crowd), data, gas: 200_000 + GAS.post * slice.length };
    }),
  );
  await pump(chain, calls);
  return drafts.map(({ terms }) => terms);
}

function draft(crowd: Crowd, now: number, bidding: boolean): { terms: JobTerms; spec: JobSpec } {
  const { deployment, requesters } = crowd;
  const number = crowd.posted++;
  const requester = requesters[number % requesters.length]!;
  const lane = Math.floor(number / requesters.length);
  if (lane >= LANES) throw new Error(`found no lane for job ${number}, wanted fewer jobs`);
  const spec: JobSpec = {
    programHash: keccak256(toHex(number % 10)),
    dataRoot: keccak256(toHex(number)),
    initState: keccak256("0x03"),
    steps: 100 + (number % 900),
    segmentLength: 64,
    outIdx: 0,
    stateCount: 1,
    rulesVersion: 1,
    refSeconds: 60,
    inputs: keccak256("0x04"),
    judge: zeroAddress,
  };
  const maxPrice = ASY("1") + BigInt(number % 1000) * ASY("0.001");
  const rule = bidding
    ? { minPrice: 1n, rampStart: now + 5 * DAY, rule: PRICE_RULE.bids, priceWeight: 1 }
    : { minPrice: maxPrice, rampStart: 0 };
  const terms: JobTerms = {
    requester,
    maxPrice,
    token: deployment.contracts.AssayToken.address,
    bond: ASY("10"),
    rampLength: 0,
    claimBy: now + 10 * DAY,
    runTime: 10 * DAY,
    feeBps: 250,
    minReputation: 0,
    provider: zeroAddress,
    generation: 1,
    lane,
    window: 600,
    policy: 1,
    version: 2,
    specHash: specHash(spec),
    ...NO_DEMANDS,
    ...rule,
  };
  return { terms, spec };
}

/** Lets providers claim jobs in batches, each provider its share. */
export async function claimJobs(crowd: Crowd, jobs: readonly JobTerms[]): Promise<void> {
  const { chain, providers } = crowd;
  const calls = slices(jobs).map((slice, position) => {
    const from = providers[position % providers.length]!;
    const args = [slice.map(packJobTerms), from] as const;
    const data = encodeFunctionData({ abi: jobMarketplaceAbi, functionName: "claimBatch", args });
    return { from, to: marketOf(crowd), data, gas: 200_000 + GAS.claim * slice.length };
  });
  await pump(chain, calls);
}

/** Plays jobs to their end: two bids and an award for those that take bids, a batch of claims for the others. */
export async function playJobs(crowd: Crowd, count: number): Promise<void> {
  const fromBlock = (await crowd.chain.publicClient.getBlockNumber({ cacheTime: 0 })) + 1n;
  const bidding = await postJobs(crowd, Math.floor(count / 2), true);
  const plain = await postJobs(crowd, count - bidding.length, false);
  for (const round of [0, 1]) await bidForAll(crowd, fromBlock, round);
  const standing = (await jobsSince(crowd, fromBlock)).filter((job): job is PostedJob => job.status === "open");
  const awards = standing.filter((job) => job.standing);
  expectCount("jobs with a bid", awards.length, bidding.length);
  await send(crowd, awards, (job) => ({ from: job.terms.requester, call: prepareAward(crowd.client, job) }));
  await claimJobs(crowd, plain);
  await submitAndSettle(crowd, fromBlock, count);
}

async function bidForAll(crowd: Crowd, fromBlock: bigint, round: number): Promise<void> {
  const { chain, providers, deployment } = crowd;
  const verifyingContract = deployment.contracts.JobMarketplace.address;
  const domain = { name: "Assay job market", version: "2", chainId: deployment.chainId, verifyingContract };
  const signers = new Map(
    PROVIDERS.map((index) => [index, mnemonicToAccount(TEST_MNEMONIC, { addressIndex: index })] as const),
  );
  const open = (await jobsSince(crowd, fromBlock)).filter((job): job is PostedJob => job.status === "open");
  const jobs = open.filter(({ terms }) => terms.rule === PRICE_RULE.bids);
  const calls: Call[] = [];
  for (const [position, job] of jobs.entries()) {
    const index = PROVIDERS[(position + round) % PROVIDERS.length]!;
    const provider = providers[(position + round) % providers.length]!;
    const price = job.terms.maxPrice / BigInt(round + 2);
    const bid: Bid = { provider, bidder: provider, price, expiry: job.terms.claimBy };
    const signature = await signers.get(index)!.signTypedData(bidTypedData(domain, job.id, bid, 0n));
    calls.push(callOf(provider, preparePlaceBid(crowd.client, { ...job, bid, signature })));
  }
  await pump(chain, calls);
}

async function submitAndSettle(crowd: Crowd, fromBlock: bigint, count: number): Promise<void> {
  const { chain, client } = crowd;
  const claimed = (await jobsSince(crowd, fromBlock)).filter((job): job is ClaimedJob => job.status === "claimed");
  expectCount("claimed jobs", claimed.length, count);
  await send(crowd, claimed, (job) => {
    const runRoot = job.spec.steps > job.spec.segmentLength ? keccak256("0x05") : zeroHash;
    const result = { ...job, runRoot, finalState: keccak256(job.id), outputDigest: keccak256("0x06") };
    return { from: job.claimer, call: prepareSubmit(client, result) };
  });
  const submitted = (await jobsSince(crowd, fromBlock)).filter(
    (job): job is SubmittedJob => job.status === "submitted",
  );
  expectCount("submitted jobs", submitted.length, count);
  await chain.testClient.increaseTime({ seconds: 3_600 });
  await chain.testClient.mine({ blocks: 1 });
  const batches = slices(submitted).map((jobs) =>
    callOf(crowd.requesters[0]!, prepareFinalizeBatch(client, { jobs }), 200_000 + GAS.settle * jobs.length),
  );
  await pump(chain, batches);
  const ended = (await jobsSince(crowd, fromBlock)).filter(({ status }) => status === "finalized");
  expectCount("finalized jobs", ended.length, count);
}

async function send<T>(
  crowd: Crowd,
  items: readonly T[],
  make: (item: T) => { from: Address; call: PreparedCall },
): Promise<void> {
  const calls = items.map((item) => {
    const { from, call } = make(item);
    return callOf(from, call);
  });
  await pump(crowd.chain, calls);
}

function callOf(from: Address, { to, data }: PreparedCall, gas = GAS.call): Call {
  return { from, to, data, gas };
}

/** The jobs of these blocks, as their logs tell. */
async function jobsSince({ chain, deployment }: Crowd, fromBlock: bigint): Promise<Job[]> {
  const { address } = deployment.contracts.JobMarketplace;
  const toBlock = await chain.publicClient.getBlockNumber({ cacheTime: 0 });
  const logs = await logsBetween(chain.publicClient, { address, fromBlock, toBlock });
  const names = jobEventNames as readonly string[];
  const events = parseAssayLogs(deployment, logs).filter((event): event is JobEvent => names.includes(event.eventName));
  const times = new Map<bigint, number>();
  for (const { eventName, blockNumber } of events) {
    if (eventName !== "ResultSubmitted" || times.has(blockNumber)) continue;
    times.set(blockNumber, Number((await chain.publicClient.getBlock({ blockNumber })).timestamp));
  }
  const timed = events.map((event) => ({ ...event, timestamp: times.get(event.blockNumber) ?? 0 }));
  return [...Map.groupBy(timed, ({ args }) => args.id).values()].map((group) => foldJob(group));
}

function slices<T>(items: readonly T[], size = BATCH): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));
}

function marketOf({ deployment }: Crowd): Address {
  return deployment.contracts.JobMarketplace.address;
}

function expectCount(what: string, found: number, wanted: number): void {
  if (found !== wanted) throw new Error(`found ${found} ${what}, wanted ${wanted}`);
}
