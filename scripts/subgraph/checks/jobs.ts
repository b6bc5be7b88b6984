import { type Hex, toHex, zeroAddress } from "viem";
import {
  foldJob,
  type Job,
  jobEventNames,
  packJobSpec,
  packJobTerms,
  resultCommitment,
  type TimedJobEvent,
} from "../../../sdk/src/index.ts";
import { type ChainView, type Log, littleEndian, mapSome } from "../chain.ts";
import type { Check, Rows } from "../check.ts";

const RULES = ["TIME", "BIDS", "DOLLARS"];
const MARKET = "JobMarketplace";

/** Jobs as the market's raw logs tell them, each with its own logs. */
export function foldedJobs(chain: ChainView): { id: Hex; job: Job; logs: Log[] }[] {
  const byJob = Map.groupBy(chain.of(MARKET, ...jobEventNames), (log) => log.hex("id"));
  return [...byJob].map(([id, logs]) => ({ id, logs, job: foldJob(logs.map(toEvent)) }));
}

function toEvent(log: Log): TimedJobEvent {
  return {
    contract: MARKET,
    eventName: log.name,
    args: log.args,
    address: log.address,
    blockNumber: log.block,
    blockHash: "0x",
    transactionHash: log.transaction,
    logIndex: log.index,
    timestamp: Number(log.time),
  } as unknown as TimedJobEvent;
}

/** Status, result and ending of every job; the lane's word says the same of the one that it holds (see lanes). */
function jobs(chain: ChainView): Rows {
  return new Map(foldedJobs(chain).map(({ id, job, logs }) => [id, jobRow(id, job, logs)]));
}

/** What a job was posted with: two packed structures, as the sdk unpacks them, but for what its lists ask for. */
function jobTerms(chain: ChainView): Rows {
  const rows = foldedJobs(chain).map(({ id, job: { terms, spec }, logs }) => {
    const { steps, programHash, inputs: manifest, ...shape } = spec;
    const { rampStart, rampLength, runTime, window, feeBps, policy, lane, generation } = terms;
    const { minReputation, minStake, capabilities, memoryClass } = terms;
    const { priceWeight, stakeWeight, reputationWeight } = terms;
    const row = {
      ...{ ...shape, manifest, words: packJobTerms(terms), spec: packJobSpec(spec), postedBlock: logs[0]!.block },
      ...{ rampStart, rampLength, runTime, window, feeBps, policy, lane, generation },
      ...{ minReputation, minStake, capabilities, memoryClass, priceWeight, stakeWeight, reputationWeight },
    };
    return [id, row] as const;
  });
  return new Map(rows);
}

function jobRow(id: Hex, job: Job, logs: readonly Log[]): Record<string, unknown> {
  const { terms, spec } = job;
  const { requester, token, maxPrice, minPrice, bond, claimBy } = terms;
  const claim = "provider" in job ? job : undefined;
  const result = "commitment" in job ? job : undefined;
  const first = (name: string) => logs.find((log) => log.name === name);
  const last = (name: string) => logs.findLast((log) => log.name === name);
  const end = logs.findLast(({ name }) => /^Job(Finalized|Cancelled|Expired|Rejected|Unresolved)$/.test(name));
  const posted = first("JobPosted")!;
  return {
    ...{ requester, token, maxPrice, minPrice, bond, claimBy, steps: spec.steps, programHash: spec.programHash },
    status: job.status,
    terms: id,
    rule: RULES[terms.rule],
    named: terms.provider === zeroAddress ? undefined : terms.provider,
    postedWithClaim: first("JobClaimed")?.transaction === posted.transaction,
    provider: claim?.provider,
    price: claim?.price,
    claim: last("JobClaimed")?.id,
    nonce: claim?.nonce,
    rescued: first("JobRescued") !== undefined,
    bestBid: last("BidPlaced")?.id,
    result: result?.commitment,
    fee: end?.args.fee,
    refund: end?.args.refund,
    penalty: end?.args.penalty ?? end?.args.forfeited,
    postedAt: posted.time,
    transaction: posted.transaction,
    claimedAt: last("JobClaimed")?.time,
    submittedAt: first("ResultSubmitted")?.time,
    endedAt: end?.time,
  };
}

/** What a log says of a job's life: kind, actor, amount. Statuses follow from the kinds before. */
const STEPS: Readonly<
  Record<string, (log: Log) => { kind: string; status?: string; actor: unknown; amount?: unknown }>
> = {
  JobPosted: ({ args }) => ({
    kind: "POSTED",
    status: "OPEN",
    actor: args.requester,
    amount: BigInt((args.terms as bigint[])[0]!) & ((1n << 96n) - 1n),
  }),
  BidPlaced: ({ args }) => ({ kind: "BID", actor: args.bidder, amount: args.price }),
  JobClaimed: ({ args }) => ({ kind: "CLAIMED", status: "CLAIMED", actor: args.claimer, amount: args.price }),
  JobRescued: ({ args }) => ({ kind: "RESCUED", actor: args.rescuer, amount: args.penalty }),
  ResultSubmitted: ({ args }) => ({ kind: "SUBMITTED", status: "SUBMITTED", actor: args.provider }),
  JobFinalized: ({ args, sender }) => ({ kind: "FINALIZED", status: "FINALIZED", actor: sender, amount: args.price }),
  JobCancelled: ({ args, sender }) => ({ kind: "CANCELLED", status: "CANCELLED", actor: sender, amount: args.refund }),
  JobExpired: ({ args, sender }) => ({ kind: "EXPIRED", status: "EXPIRED", actor: sender, amount: args.refund }),
  JobRejected: ({ args, sender }) => ({ kind: "REJECTED", status: "REJECTED", actor: sender, amount: args.refund }),
  JobUnresolved: ({ args, sender }) => ({
    kind: "UNRESOLVED",
    status: "UNRESOLVED",
    actor: sender,
    amount: args.refund,
  }),
  ClaimSkipped: ({ args }) => ({ kind: "CLAIM_SKIPPED", actor: args.provider }),
  SettlementSkipped: ({ sender }) => ({ kind: "SETTLEMENT_SKIPPED", actor: sender }),
  Challenged: ({ args }) => ({ kind: "CHALLENGED", actor: args.challenger, amount: args.bond }),
  ResultRejected: ({ args }) => ({ kind: "CONVICTED", actor: args.payee }),
};

function jobEvents(chain: ChainView): Rows {
  const rows: Rows = new Map();
  const status = new Map<string, string>();
  const challenged = new Map<string, string>();
  for (const log of chain.logs) {
    if (log.contract !== MARKET && log.contract !== "RefereedDispute") continue;
    const step = STEPS[log.name]?.(log);
    if (!step) continue;
    if (log.name === "Challenged") challenged.set(log.hex("commitment"), log.hex("job"));
    const id = log.contract === MARKET ? log.hex("id") : challenged.get(log.hex("commitment"))!;
    if (step.status) status.set(id, step.status);
    // skipped members of a batch need not be jobs
    if (!status.has(id)) continue;
    rows.set(log.id, {
      ...stamp(log),
      ...step,
      amount: step.amount,
      job: id,
      status: status.get(id),
      block: log.block,
    });
  }
  return rows;
}

/** What every entry of a history has. */
export function stamp(log: Log): Record<string, unknown> {
  return { position: log.position, transaction: log.transaction, time: log.time };
}

function bids(chain: ChainView): Rows {
  return new Map(
    chain.of(MARKET, "BidPlaced").map((log) => {
      const { id: job, provider, bidder, price, quote, score } = log.args;
      return [log.id, { ...stamp(log), job, provider, bidder, price, quote, score }];
    }),
  );
}

function claims(chain: ChainView): Rows {
  const rescued = new Set<string>();
  const rows: Rows = new Map();
  for (const log of chain.of(MARKET, "JobRescued", "JobClaimed")) {
    if (log.name === "JobRescued") {
      rescued.add(log.hex("id"));
      continue;
    }
    const { id: job, provider, claimer, price, run, nonce } = log.args;
    const rescue = rescued.has(log.hex("id"));
    rows.set(log.id, { ...stamp(log), job, provider, claimer, price, run, nonce, rescue });
  }
  return rows;
}

function results(chain: ChainView): Rows {
  const nonces = new Map<string, Hex>();
  const rows: Rows = new Map();
  for (const log of chain.of(MARKET, "JobClaimed", "ResultSubmitted")) {
    const id = log.hex("id");
    if (log.name === "JobClaimed") {
      nonces.set(id, log.hex("nonce"));
      continue;
    }
    const { provider, outputDigest: output } = log.args;
    const { transaction, time } = log;
    const [runRoot, finalState] = [log.hex("runRoot"), log.hex("finalState")];
    const commitment = resultCommitment({ id, nonce: nonces.get(id)!, runRoot, finalState });
    rows.set(commitment, { job: id, provider, runRoot, finalState, output, transaction, time });
  }
  return rows;
}

async function lanes(chain: ChainView): Promise<Rows> {
  const found = new Map<string, { requester: Hex; lane: number; generation: bigint; job?: string; retired: boolean }>();
  for (const log of chain.of(MARKET, "JobPosted", "LaneRetired")) {
    const requester = log.hex("requester");
    const [, , , word = 0n] = (log.args.terms ?? []) as bigint[];
    const retired = log.name === "LaneRetired";
    const lane = retired ? Number(log.big("lane")) : Number((word >> 48n) & 0xffffn);
    const generation = retired ? log.big("generation") : (word >> 64n) & 0xffffffffn;
    const id = `${requester}${littleEndian(lane)}`;
    const job = retired ? found.get(id)?.job : log.hex("id");
    found.set(id, { requester, lane, generation, retired, ...(job ? { job } : {}) });
  }
  // a lane that holds no living job says its generation
  const rows = await mapSome([...found], async ([id, lane]) => {
    const [word, status] = await chain.read<[bigint, number]>(MARKET, "laneOf", lane.requester, lane.lane);
    const generation = status >= 4 ? word >> 8n : lane.generation;
    return [id, { ...lane, job: lane.job, generation }] as const;
  });
  return new Map(rows);
}

async function signers(chain: ChainView): Promise<Rows> {
  const last = new Map(chain.of(MARKET, "SignaturesRevoked").map((log) => [log.hex("signer"), log.time]));
  const rows = await mapSome([...last], async ([signer, revokedAt]) => {
    return [signer, { epoch: await chain.read<bigint>(MARKET, "epochOf", signer), revokedAt }] as const;
  });
  return new Map(rows);
}

function requesters(chain: ChainView): Rows {
  const rows: Rows = new Map(chain.of(MARKET, "LaneRetired").map((log) => [log.hex("requester"), { jobsPosted: 0 }]));
  for (const log of chain.of(MARKET, "JobPosted")) {
    const id = log.hex("requester");
    rows.set(id, { jobsPosted: Number(rows.get(id)?.jobsPosted ?? 0) + 1 });
  }
  return rows;
}

function demandRows(chain: ChainView): { demands: Rows; open: Map<string, string> } {
  const demands: Rows = new Map();
  const open = new Map<string, string>();
  const posted = new Set<string>();
  for (const log of chain.logs) {
    if (log.contract === MARKET && log.name === "JobPosted") posted.add(log.hex("id"));
    if (log.contract !== "DataDemands") continue;
    const demander = log.hex("demander");
    const { initial, tensor, index, root, fee, until, answerer, dtype, depth } = log.args;
    if (log.name === "Demanded") {
      const jobId = log.hex("job");
      const what = { jobId, job: posted.has(jobId) ? jobId : undefined, demander, initial, tensor, index, root };
      const rest = { fee, until, status: "OPEN", answerer: undefined, dtype: undefined, depth: undefined };
      demands.set(log.id, { ...what, ...rest, time: log.time });
      open.set(demander, log.id);
      continue;
    }
    const demand = demands.get(open.get(demander)!)!;
    Object.assign(demand, { status: log.name === "Answered" ? "ANSWERED" : "WITHHELD", answerer, dtype, depth });
    open.set(demander, "");
  }
  return { demands, open };
}

async function demanders(chain: ChainView): Promise<Rows> {
  const rows = await mapSome([...demandRows(chain).open], async ([account, open]) => {
    const { until } = await chain.read<{ until: number }>("DataDemands", "demandOf", account);
    // the contract knows whether one is open, the log which
    return [account, { open: until === 0 ? undefined : open || toHex("open on chain") }] as const;
  });
  return new Map(rows);
}

export const jobChecks: Readonly<Record<string, Check>> = {
  Job: jobs,
  JobTerms: jobTerms,
  JobEvent: jobEvents,
  Bid: bids,
  Claim: claims,
  Result: results,
  Lane: lanes,
  Signer: signers,
  Requester: requesters,
  DataDemand: (chain) => demandRows(chain).demands,
  DataDemander: demanders,
};
