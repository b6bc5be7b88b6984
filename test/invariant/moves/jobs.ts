// The life of a job, from the posting to each of its ends.
import { zeroAddress } from "viem";
import {
  draftJob,
  expireArgs,
  recordSubmission,
  sampleSpec,
  settleArgs,
  settlement,
  submitCall,
} from "../../support/actor.ts";
import type { ModelJob } from "../model.ts";
import type { Move, Stage } from "./move.ts";

const LANES = 8;

/** Mostly a job that can still move, sometimes any job there ever was. */
function someJob({ model, random }: Stage, status?: ModelJob["status"]): ModelJob | undefined {
  if (model.jobs.length === 0) return undefined;
  const live = model.jobs.filter((job) => (status ? job.status === status : job.status !== "ended"));
  return live.length > 0 && random.chance(85) ? random.pick(live) : random.pick(model.jobs.slice(-40));
}

export function post({ world, model, random, requesters, providers }: Stage): Move {
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

export function claim(stage: Stage): Move | undefined {
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

export function submit(stage: Stage): Move | undefined {
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

export function finalize(stage: Stage): Move | undefined {
  const { model, world } = stage;
  return ending(stage, "finalize", "submitted", (job) => ({
    call: ["finalize", settleArgs(job)],
    allowed: model.canSettle(job, "accepted", world.now),
    apply: () => model.finalize(job),
  }));
}

export function finalizeBatch(stage: Stage): Move | undefined {
  const { model, random, world, everyone } = stage;
  const jobs = Array.from({ length: random.below(12) }, () => someJob(stage, "submitted")).filter(
    (job) => job !== undefined,
  );
  const items = jobs.map(settlement);
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

export function cancel(stage: Stage): Move | undefined {
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

export function expire(stage: Stage): Move | undefined {
  const { model, world } = stage;
  return ending(stage, "expire", "claimed", (job) => ({
    call: ["expire", expireArgs(job)],
    allowed: model.canExpire(job, world.now),
    apply: () => model.expire(job),
  }));
}

export function reject(stage: Stage): Move | undefined {
  const { model, world } = stage;
  return ending(stage, "reject", "submitted", (job) => ({
    call: ["reject", settleArgs(job)],
    allowed: model.canSettle(job, "rejected", world.now),
    apply: () => model.reject(job),
  }));
}

export function resolveStalled(stage: Stage): Move | undefined {
  const { model, world } = stage;
  return ending(stage, "resolveStalled", "submitted", (job) => ({
    call: ["resolveStalled", settleArgs(job)],
    allowed: model.canResolve(job, world.now),
    apply: () => model.refund(job, { toRequester: 0n, toFinder: 0n, toAudit: 0n, burned: 0n }),
  }));
}
