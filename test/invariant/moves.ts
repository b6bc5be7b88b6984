import { type Address, zeroAddress } from "viem";
import { draftJob, expireArgs, recordSubmission, sampleSpec, settleArgs, submitCall } from "../support/actor.ts";
import type { Random } from "../support/random.ts";
import type { Receipt, Target, World } from "../support/world.ts";
import type { Model, ModelJob, TokenBook, Verdict } from "./model.ts";

/** One random call, whether it must go through, and what it then does to the model. */
export interface Move {
  name: string;
  from: Address;
  to: Target;
  call: readonly [functionName: string, args: readonly unknown[]];
  allowed: boolean;
  apply(receipt: Receipt): void;
}

export interface Stage {
  world: World;
  model: Model;
  random: Random;
  requesters: readonly Address[];
  providers: readonly Address[];
  everyone: readonly Address[];
  strategy: Target;
}

const VERDICTS: readonly Verdict[] = ["pending", "accepted", "rejected"];
const LANES = 8;

/** Makes a move that somebody might make: mostly sensible, often enough stale, early, late or somebody else's. */
export function randomMove(stage: Stage): Move {
  const total = MOVES.reduce((sum, [weight]) => sum + weight, 0);
  let ticket = stage.random.below(total);
  for (const [weight, make] of MOVES) {
    if (ticket < weight) return make(stage) ?? pass(stage);
    ticket -= weight;
  }
  return pass(stage);
}

const MOVES: readonly (readonly [weight: number, make: (stage: Stage) => Move | undefined])[] = [
  [14, post],
  [16, claim],
  [14, submit],
  [10, finalize],
  [4, finalizeBatch],
  [3, cancel],
  [5, expire],
  [5, reject],
  [4, resolveStalled],
  [4, collect],
  [6, deposit],
  [4, withdraw],
  [4, stake],
  [2, requestThaw],
  [2, withdrawStake],
  [2, claimCredit],
  [2, burnForfeited],
  [1, payAuditFund],
  [2, setExposure],
  [2, setOperator],
  [2, setTerms],
  [3, answer],
  [1, configure],
  [1, pause],
];

function pass(stage: Stage): Move {
  return deposit(stage);
}

/** Mostly a job that can still move, sometimes any job there ever was. */
function someJob({ model, random }: Stage, status?: ModelJob["status"]): ModelJob | undefined {
  if (model.jobs.length === 0) return undefined;
  const live = model.jobs.filter((job) => (status ? job.status === status : job.status !== "ended"));
  return live.length > 0 && random.chance(85) ? random.pick(live) : random.pick(model.jobs.slice(-40));
}

function post({ world, model, random, requesters, providers }: Stage): Move {
  const from = random.pick(requesters);
  const book = random.pick(model.books);
  const lane = random.below(LANES);
  const last = model.lanes.get(`${from} ${lane}`)?.generation ?? 0;
  const maxPrice = 1n + random.amount(random.chance(5) ? 10n ** 12n : 10n ** 6n);
  const ramp = random.chance(50);
  const fields = {
    lane,
    generation: random.chance(92) ? last + 1 + random.below(3) : last,
    token: book.address,
    maxPrice,
    minPrice: ramp ? 1n + random.amount(maxPrice - 1n) : maxPrice,
    rampStart: ramp ? world.now + random.below(100) : 0,
    rampLength: ramp ? 1 + random.below(1_000) : 0,
    claimBy: world.now + 100 + random.below(3_000),
    runTime: 60 + random.below(600),
    window: 60 + random.below(600),
    feeBps: random.chance(96) ? book.feeBps : random.pick([book.feeBps + 1, Math.max(0, book.feeBps - 1)]),
    bond: book.minBond + random.amount(5_000n),
    policy: random.chance(60) ? 1 : 3,
    provider: random.chance(10) ? random.pick(providers) : zeroAddress,
  };
  const spec = sampleSpec({ steps: random.between(1, 100), refSeconds: random.below(2 ** 30) });
  const job: ModelJob = {
    ...draftJob(world, from, fields, spec),
    status: "open",
    provider: zeroAddress,
    submittedAt: 0,
  };
  return {
    name: "post",
    from,
    to: world.market,
    call: ["postJob", [job.terms, job.specWords]],
    allowed: model.canPost(job, from),
    apply: () => model.post(job),
  };
}

function claim(stage: Stage): Move | undefined {
  const { world, model, random, providers, everyone } = stage;
  const job = someJob(stage, "open");
  if (!job) return undefined;
  const provider = random.pick(providers);
  const operator = model.operators.get(provider)!;
  const from = random.chance(10) ? random.pick(everyone) : random.pick([provider, operator]);
  return {
    name: "claim",
    from,
    to: world.market,
    call: ["claim", [job.terms, provider]],
    allowed: model.canClaim(job, from, provider, world.now),
    apply: ({ events, timestamp }) => {
      job.nonce = events.find(({ name }) => name === "JobClaimed")!.args.nonce as ModelJob["nonce"];
      job.claimer = from;
      job.claimedAt = timestamp;
      job.run = (BigInt(provider) << 96n) | (BigInt(timestamp) << 56n);
      model.claim(job, provider);
    },
  };
}

function submit(stage: Stage): Move | undefined {
  const { world, model, random, everyone } = stage;
  const job = someJob(stage, "claimed");
  if (!job) return undefined;
  const mandated = job.claimer === zeroAddress ? everyone : [job.claimer, job.provider];
  const from = random.pick(random.chance(10) ? everyone : mandated);
  return {
    name: "submit",
    from,
    to: world.market,
    call: submitCall(job, from),
    allowed: model.canSubmit(job, from, world.now),
    apply: ({ timestamp }) => {
      recordSubmission(job, timestamp);
      job.submittedAt = timestamp;
      job.status = "submitted";
    },
  };
}

type Ending = (job: ModelJob) => { call: Move["call"]; allowed: boolean; apply(): void };

function ending(stage: Stage, name: string, status: ModelJob["status"], make: Ending): Move | undefined {
  const job = someJob(stage, status);
  return job && { name, from: stage.random.pick(stage.everyone), to: stage.world.market, ...make(job) };
}

function finalize(stage: Stage): Move | undefined {
  const { model, world } = stage;
  return ending(stage, "finalize", "submitted", (job) => ({
    call: ["finalize", settleArgs(job)],
    allowed: model.canSettle(job, "accepted", world.now),
    apply: () => model.finalize(job),
  }));
}

function finalizeBatch(stage: Stage): Move | undefined {
  const { model, random, world, everyone } = stage;
  const jobs = Array.from({ length: random.below(12) }, () => someJob(stage, "submitted")).filter(
    (job) => job !== undefined,
  );
  const items = jobs.map(({ terms, run, commitment }) => ({ terms, run, commitment }));
  return {
    name: "finalizeBatch",
    from: random.pick(everyone),
    to: world.market,
    call: ["finalizeBatch", [items]],
    allowed: true,
    apply: () => {
      for (const job of jobs) if (model.canSettle(job, "accepted", world.now)) model.finalize(job);
    },
  };
}

function cancel(stage: Stage): Move | undefined {
  const { model, world, random, everyone } = stage;
  const job = someJob(stage, "open");
  if (!job) return undefined;
  const from = random.chance(60) ? job.fields.requester : random.pick(everyone);
  return {
    name: "cancel",
    from,
    to: world.market,
    call: ["cancel", [job.terms]],
    allowed: model.canCancel(job, from, world.now),
    apply: () => model.cancel(job),
  };
}

function expire(stage: Stage): Move | undefined {
  const { model, world } = stage;
  return ending(stage, "expire", "claimed", (job) => ({
    call: ["expire", expireArgs(job)],
    allowed: model.canExpire(job, world.now),
    apply: () => model.expire(job),
  }));
}

function reject(stage: Stage): Move | undefined {
  const { model, world } = stage;
  return ending(stage, "reject", "submitted", (job) => ({
    call: ["reject", settleArgs(job)],
    allowed: model.canSettle(job, "rejected", world.now),
    apply: () => model.reject(job),
  }));
}

function resolveStalled(stage: Stage): Move | undefined {
  const { model, world } = stage;
  return ending(stage, "resolveStalled", "submitted", (job) => ({
    call: ["resolveStalled", settleArgs(job)],
    allowed: model.canResolve(job, world.now),
    apply: () => model.refund(job, { toRequester: 0n, toFinder: 0n, toAudit: 0n, burned: 0n }),
  }));
}

function collect({ world, model, random, providers, everyone }: Stage): Move {
  const book = random.pick(model.books);
  const provider = random.pick(providers);
  return {
    name: "collect",
    from: random.pick(everyone),
    to: world.market,
    call: ["collect", [book.address, provider]],
    allowed: book.gross.get(provider) > 0n,
    apply: () => model.collect(book, provider),
  };
}

function deposit({ world, model, random, requesters }: Stage): Move {
  const book = random.pick(model.books);
  const from = random.pick(requesters);
  const amount = random.amount(2_000_000n);
  return {
    name: "deposit",
    from,
    to: world.market,
    call: ["deposit", [book.address, from, amount]],
    allowed: amount > 0n,
    apply: () => book.balances.add(from, amount),
  };
}

function withdraw({ world, model, random, everyone }: Stage): Move {
  const book: TokenBook = random.pick(model.books);
  const from = random.pick(everyone);
  const balance = book.balances.get(from);
  const amount = random.chance(80) ? random.amount(balance) : balance + random.amount(5n);
  return {
    name: "withdraw",
    from,
    to: world.market,
    call: ["withdraw", [book.address, from, amount]],
    allowed: amount > 0n && amount <= balance,
    apply: () => book.balances.add(from, -amount),
  };
}

function stake({ world, model, random, providers }: Stage): Move {
  const from = random.pick(providers);
  const amount = random.amount(500_000n);
  return {
    name: "stake",
    from,
    to: world.staking,
    call: ["stakeFor", [from, amount]],
    allowed: amount > 0n,
    apply: () => model.stakes.add(from, amount),
  };
}

function requestThaw({ world, model, random, providers }: Stage): Move {
  const from = random.pick(providers);
  const free = model.free(from);
  const amount = random.chance(80) ? random.amount(free / 8n) : free + random.amount(5n);
  return {
    name: "requestThaw",
    from,
    to: world.staking,
    call: ["requestThaw", [amount]],
    allowed: amount > 0n && amount <= free && model.thawsOf(from).length < 32,
    apply: ({ timestamp }) => model.thaw(from, amount, timestamp),
  };
}

function withdrawStake({ world, model, random, providers, everyone }: Stage): Move {
  const provider = random.pick(providers);
  return {
    name: "withdrawStake",
    from: random.pick(everyone),
    to: world.staking,
    call: ["withdraw", [provider]],
    allowed: model.thawsOf(provider).some(({ readyAt }) => readyAt <= world.now),
    apply: ({ timestamp }) => model.withdrawThawed(provider, timestamp),
  };
}

function claimCredit({ world, model, random, everyone }: Stage): Move {
  const owed = everyone.filter((account) => model.credits.get(account) > 0n);
  const account = random.pick(owed.length > 0 && random.chance(80) ? owed : everyone);
  const credit = model.credits.get(account);
  return {
    name: "claimCredit",
    from: random.pick(everyone),
    to: world.staking,
    call: ["claimCredit", [account]],
    allowed: credit > 0n,
    apply: () => model.credits.add(account, -credit),
  };
}

function burnForfeited({ world, model, random, everyone }: Stage): Move {
  return {
    name: "burnForfeited",
    from: random.pick(everyone),
    to: world.staking,
    call: ["burnForfeited", []],
    allowed: model.burnDue > 0n,
    apply: () => model.burn(),
  };
}

function payAuditFund({ world, model, random, everyone }: Stage): Move {
  return {
    name: "payAuditFund",
    from: random.pick(everyone),
    to: world.staking,
    call: ["payAuditFund", []],
    allowed: model.auditDue > 0n,
    apply: () => {
      model.auditDue = 0n;
    },
  };
}

function setExposure({ world, model, random, providers }: Stage): Move {
  const from = random.pick(providers);
  const bps = random.pick([0, 1, 500, 2_000, 5_000, 10_000, 10_001, random.below(12_000)]);
  return {
    name: "setExposure",
    from,
    to: world.staking,
    call: ["setExposure", [bps]],
    allowed: bps <= 10_000,
    apply: () => model.expose(from, BigInt(bps)),
  };
}

function setOperator({ world, model, random, providers }: Stage): Move {
  const from = random.pick(providers);
  const operator = model.operators.get(from)!;
  return {
    name: "setOperator",
    from,
    to: world.staking,
    call: ["setOperator", [operator, true]],
    allowed: true,
    apply: () => model.allow(from, operator),
  };
}

/** Whom the strategy names, and whether it takes jobs. */
function setTerms({ world, model, random, everyone, strategy }: Stage): Move {
  const refuses = random.chance(20);
  const finder = random.chance(30) ? zeroAddress : random.pick(everyone);
  return {
    name: "setTerms",
    from: world.deployer,
    to: strategy,
    call: ["setTerms", [refuses, finder]],
    allowed: true,
    apply: () => Object.assign(model, { refuses, finder }),
  };
}

function answer({ world, model, random, strategy }: Stage): Move {
  const verdict = random.chance(40) ? "pending" : random.pick(VERDICTS);
  return {
    name: "answer",
    from: world.deployer,
    to: strategy,
    call: ["set", [0, VERDICTS.indexOf(verdict), 0]],
    allowed: true,
    apply: () => {
      model.answer = verdict;
    },
  };
}

function configure({ world, model, random }: Stage): Move {
  const book = random.pick(model.books);
  const feeBps = random.below(2_001);
  const minBond = random.amount(3_000n);
  return {
    name: "configure",
    from: world.deployer,
    to: world.market,
    call: ["configureToken", [book.address, true, feeBps, minBond]],
    allowed: true,
    apply: () => Object.assign(book, { feeBps, minBond }),
  };
}

function pause({ world, model, random }: Stage): Move {
  const bits = random.chance(70) ? 0 : random.below(4);
  return {
    name: "pause",
    from: world.deployer,
    to: world.market,
    call: ["setPause", [bits]],
    allowed: true,
    apply: () => {
      model.paused = bits;
    },
  };
}
