import { zeroAddress } from "viem";
import type { JobTerms } from "../../../sdk/src/codec/types.ts";
import { draftJob, type Job, sampleSpec } from "../../support/actor.ts";
import { type Stage, UNIT } from "./stage.ts";

const LANES = 12;

/** A new job of somebody's, under any rule of price, noted among the drafts. */
export function draft(stage: Stage, who: number): Job {
  const { world, random, people, tokens, providers, drafts } = stage;
  const token = random.pick(tokens);
  const maxPrice = 1n + random.amount(random.chance(5) ? UNIT : UNIT / 100n);
  const job = draftJob(
    world,
    people[who]!,
    {
      lane: random.below(LANES),
      // the time of the draft makes it new, and often it is not newer than what the lane knows
      generation: (world.now % 2 ** 31) + random.below(50),
      token: token.address,
      maxPrice,
      claimBy: world.now + 100 + random.below(3_000),
      runTime: 60 + random.below(600),
      window: 60 + random.below(600),
      feeBps: token === tokens[0] ? 250 : 100,
      bond: 1_000n + random.amount(UNIT / 100n),
      policy: random.chance(60) ? 1 : 3,
      provider: random.chance(10) ? random.pick(providers) : zeroAddress,
      ...priced(stage, maxPrice),
    },
    sampleSpec({ steps: random.between(1, 100) }),
  );
  drafts.set(job.id, job);
  return job;
}

function priced({ world, random }: Stage, maxPrice: bigint): Partial<JobTerms> {
  const minPrice = 1n + random.amount(maxPrice - 1n);
  const rule = random.pick(["fixed", "fixed", "ramp", "ramp", "bids", "bids", "dollars"] as const);
  if (rule === "fixed") return { minPrice: maxPrice };
  if (rule === "dollars") return { rule: 2, minPrice };
  const rampStart = world.now + random.below(100);
  if (rule === "ramp") return { minPrice, rampStart, rampLength: 1 + random.below(1_000) };
  const weights = { priceWeight: 1 + random.below(3), stakeWeight: random.below(3), reputationWeight: random.below(3) };
  return { rule: 1, minPrice, rampStart, ...weights };
}
