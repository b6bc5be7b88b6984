import assert from "node:assert/strict";
import { type Address, type Hex, isAddressEqual, keccak256, maxUint256, toHex, zeroAddress } from "viem";
import { resultCommitment, stateHash } from "../../sdk/src/codec/commitments.ts";
import { packJobSpec, specHash } from "../../sdk/src/codec/jobSpec.ts";
import { jobId, packJobTerms } from "../../sdk/src/codec/jobTerms.ts";
import { packRunWord, unpackRunWord } from "../../sdk/src/codec/runWord.ts";
import { type JobSpec, type JobTerms, NO_DEMANDS, type SpecWords, type TermsWords } from "../../sdk/src/codec/types.ts";
import type { SigningDomain } from "../../sdk/src/eip712/domain.ts";
import { type Bid, bidTypedData, orderTypedData } from "../../sdk/src/eip712/market.ts";
import type { Receipt, Target, World } from "./world.ts";

export const ASY_UNIT = 10n ** 18n;
export const ZERO_HASH: Hex = `0x${"0".repeat(64)}`;

/** A job with every preimage that its next transaction needs. */
export interface Job {
  fields: JobTerms;
  spec: JobSpec;
  terms: TermsWords;
  specWords: SpecWords;
  id: Hex;
  run: bigint;
  nonce: Hex;
  claimer: Address;
  runRoot: Hex;
  finalRoots: Hex[];
  commitment: Hex;
  claimedAt: number;
}

/** A spec of a small training run: 100 steps in segments of 32, three tensors. */
export function sampleSpec(overrides: Partial<JobSpec> = {}): JobSpec {
  return {
    programHash: keccak256("0x01"),
    dataRoot: keccak256("0x02"),
    initState: keccak256("0x03"),
    steps: 100,
    segmentLength: 32,
    outIdx: 2,
    stateCount: 3,
    rulesVersion: 1,
    refSeconds: 60,
    inputs: keccak256("0x04"),
    judge: zeroAddress,
    ...overrides,
  };
}

/** Puts a job together, unsent. `claimBy` is a day from `now`, the price fixed unless the overrides say otherwise. */
export function draftJob(
  world: World,
  requester: Address,
  overrides: Partial<JobTerms> = {},
  spec: JobSpec = sampleSpec(),
): Job {
  const maxPrice = overrides.maxPrice ?? 100n * ASY_UNIT;
  const fields: JobTerms = {
    requester,
    maxPrice,
    token: world.asy.address,
    minPrice: maxPrice,
    bond: 50n * ASY_UNIT,
    rampStart: 0,
    rampLength: 0,
    claimBy: world.now + 86_400,
    runTime: 3_600,
    feeBps: 250,
    minReputation: 0,
    provider: zeroAddress,
    generation: 1,
    lane: 0,
    window: 600,
    policy: 1,
    version: 2,
    specHash: specHash(spec),
    ...NO_DEMANDS,
    ...overrides,
  };
  return {
    fields,
    spec,
    terms: packJobTerms(fields),
    specWords: packJobSpec(spec),
    id: jobId(fields),
    run: 0n,
    nonce: ZERO_HASH,
    claimer: zeroAddress,
    runRoot: spec.steps <= spec.segmentLength ? ZERO_HASH : keccak256("0x05"),
    finalRoots: Array.from({ length: spec.stateCount }, (_, index) => keccak256(toHex(`root ${index}`))),
    commitment: ZERO_HASH,
    claimedAt: 0,
  };
}

/** Somebody with an account, and what they can do. Verbs send; each returns its receipt. */
export class Actor {
  readonly world: World;
  readonly address: Address;

  constructor(world: World, index: number) {
    this.world = world;
    this.address = world.accounts[index]!;
  }

  send(to: Target, functionName: string, args: readonly unknown[] = []): Promise<Receipt> {
    return this.world.send(this.address, to, functionName, args);
  }

  refused(to: Target, functionName: string, args: readonly unknown[], error: string, values?: readonly unknown[]) {
    return this.world.refused(this.address, to, [functionName, args], error, values);
  }

  /** Receives ASY from the deployer and lets market and staking pull it. */
  async funded(amount: bigint): Promise<this> {
    const { world } = this;
    await world.send(world.deployer, world.asy, "transfer", [this.address, amount]);
    await this.send(world.asy, "approve", [world.market.address, maxUint256]);
    await this.send(world.asy, "approve", [world.staking.address, maxUint256]);
    await this.send(world.asy, "approve", [world.pools.address, maxUint256]);
    return this;
  }

  deposit(amount: bigint, token: Target = this.world.asy): Promise<Receipt> {
    return this.send(this.world.market, "deposit", [token.address, this.address, amount]);
  }

  stake(amount: bigint): Promise<Receipt> {
    return this.send(this.world.staking, "stakeFor", [this.address, amount]);
  }

  post(job: Job): Promise<Receipt> {
    return this.send(this.world.market, "postJob", [job.terms, job.specWords]);
  }

  /** Drafts a job and posts it. */
  async postNew(overrides: Partial<JobTerms> = {}, spec?: JobSpec): Promise<Job> {
    const job = draftJob(this.world, this.address, overrides, spec);
    await this.post(job);
    return job;
  }

  /** Claims and notes in the job what the claim drew. */
  async claim(job: Job, provider: Address = this.address): Promise<Receipt> {
    const receipt = await this.send(this.world.market, "claim", [job.terms, provider]);
    recordClaim(job, receipt);
    return receipt;
  }

  /** Submits and notes in the job what the next step needs. */
  async submit(job: Job): Promise<Receipt> {
    const receipt = await this.send(this.world.market, ...submitCall(job, this.address));
    recordSubmission(job, receipt.timestamp);
    return receipt;
  }

  /** Signs EIP-712 data with the account's key. */
  async sign(data: { domain: object; types: object; primaryType: string; message: object }): Promise<Hex> {
    const json = JSON.parse(JSON.stringify(data, (_, value) => (typeof value === "bigint" ? value.toString() : value)));
    json.types.EIP712Domain = [
      { name: "name", type: "string" },
      { name: "version", type: "string" },
      { name: "chainId", type: "uint256" },
      { name: "verifyingContract", type: "address" },
    ];
    const params = [this.address, JSON.stringify(json)];
    return (await this.world.provider.request({ method: "eth_signTypedData_v4", params })) as Hex;
  }

  /** Signs the order for a drafted job of its own. */
  async signOrder(job: Job, epoch = 0n, domain = marketDomain(this.world)): Promise<Hex> {
    return this.sign(orderTypedData(domain, job.fields, epoch));
  }

  /** Signs a bid of its own. */
  async signBid(job: Job, bid: Bid, epoch = 0n, domain = marketDomain(this.world)): Promise<Hex> {
    return this.sign(bidTypedData(domain, job.id, bid, epoch));
  }

  finalize(job: Job): Promise<Receipt> {
    return this.send(this.world.market, "finalize", settleArgs(job));
  }

  cancel(job: Job): Promise<Receipt> {
    return this.send(this.world.market, "cancel", [job.terms]);
  }

  expire(job: Job): Promise<Receipt> {
    return this.send(this.world.market, "expire", expireArgs(job));
  }

  reject(job: Job): Promise<Receipt> {
    return this.send(this.world.market, "reject", settleArgs(job));
  }

  resolveStalled(job: Job): Promise<Receipt> {
    return this.send(this.world.market, "resolveStalled", settleArgs(job));
  }

  /** In-market balance. */
  balance(token: Target = this.world.asy): Promise<bigint> {
    return this.world.read(this.world.market, "balanceOf", [token.address, this.address]);
  }

  async earned(token: Target = this.world.asy): Promise<{ gross: bigint; fee: bigint }> {
    const args = [token.address, this.address];
    const [gross, fee] = await this.world.read<readonly [bigint, bigint]>(this.world.market, "earnedOf", args);
    return { gross, fee };
  }

  async stakes(): Promise<{ stake: bigint; locked: bigint; free: bigint }> {
    const { world } = this;
    const found = await world.read<readonly [bigint, bigint, bigint]>(world.staking, "stakeOf", [this.address]);
    return { stake: found[0], locked: found[1], free: found[2] };
  }

  /** Tokens in the account itself. */
  wallet(token: Target = this.world.asy): Promise<bigint> {
    return this.world.read(token, "balanceOf", [this.address]);
  }
}

/** The market's signing domain. */
export function marketDomain(world: World): SigningDomain {
  return { name: "Assay job market", version: "2", chainId: 31337, verifyingContract: world.market.address };
}

/** Notes in the job what a receipt's JobClaimed drew. */
export function recordClaim(job: Job, receipt: Receipt): void {
  const claimed = receipt.events.find(({ name }) => name === "JobClaimed");
  assert.ok(claimed, "JobClaimed is emitted");
  job.nonce = claimed.args.nonce as Hex;
  job.claimer = claimed.args.claimer as Address;
  job.claimedAt = receipt.timestamp;
  job.run = claimed.args.run as bigint;
}

export function submitArgs(job: Job): readonly unknown[] {
  return [job.terms, job.run, job.nonce, job.runRoot, finalStateOf(job), keccak256("0x06")];
}

/** The call by which this sender submits: others than the claimer name it. */
export function submitCall(job: Job, sender: Address): [functionName: string, args: readonly unknown[]] {
  const args = submitArgs(job);
  if (isAddressEqual(sender, job.claimer)) return ["submit", args];
  return ["submitForClaimer", args.toSpliced(3, 0, job.claimer)];
}

/** A member of a batch of settlements. */
export function settlement({ terms, run, commitment }: Job) {
  return { terms, run, commitment };
}

export function settleArgs(job: Job): readonly unknown[] {
  return [job.terms, job.run, job.commitment];
}

export function expireArgs(job: Job): readonly unknown[] {
  return [job.terms, job.run, job.nonce, job.claimer];
}

/** DSP-05 of the job's final roots. */
export function finalStateOf({ spec, finalRoots }: Job): Hex {
  return stateHash(spec.steps, finalRoots);
}

/** What a submission at this time turns the job's preimages into. */
export function recordSubmission(job: Job, at: number): void {
  job.run = packRunWord({ ...unpackRunWord(job.run), span: at - job.claimedAt });
  const finalState = finalStateOf(job);
  job.commitment = resultCommitment({ id: job.id, nonce: job.nonce, runRoot: job.runRoot, finalState });
}

/** The status a job's lane shows. */
export async function laneStatus(world: World, job: Job): Promise<number> {
  const args = [job.fields.requester, job.fields.lane];
  const [, status] = await world.read<readonly [bigint, number]>(world.market, "laneOf", args);
  return status;
}

export const STATUS = {
  none: 0,
  open: 1,
  claimed: 2,
  submitted: 3,
  finalized: 4,
  expired: 5,
  cancelled: 6,
  rejected: 7,
  unresolved: 8,
} as const;
