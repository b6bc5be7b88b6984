import assert from "node:assert/strict";
import { test } from "node:test";
import { type Hex, numberToHex } from "viem";
import { resultCommitment } from "../../../sdk/src/codec/commitments.ts";
import { unpackJobSpec } from "../../../sdk/src/codec/jobSpec.ts";
import { unpackJobTerms } from "../../../sdk/src/codec/jobTerms.ts";
import { claimedLaneWord, endedLaneWord, openLaneWord, submittedLaneWord } from "../../../sdk/src/codec/laneWord.ts";
import { packRunWord } from "../../../sdk/src/codec/runWord.ts";
import type { JobTerms, jobStatuses, RunWord } from "../../../sdk/src/codec/types.ts";
import { Actor, ASY_UNIT, type Job, sampleSpec } from "../../support/actor.ts";
import { createScene, MANNER, registerMock, tell, VERDICT } from "../../support/scene.ts";
import type { Event, World } from "../../support/world.ts";

interface Rebuilt {
  id: Hex;
  terms: readonly bigint[];
  fields: JobTerms;
  steps: number;
  run?: RunWord;
  nonce: Hex;
  claimer: Hex;
  commitment: Hex;
  lane: bigint;
}

const ENDS: Record<string, (typeof jobStatuses)[number]> = {
  JobFinalized: "finalized",
  JobExpired: "expired",
  JobCancelled: "cancelled",
  JobRejected: "rejected",
  JobUnresolved: "unresolved",
};

/** Everything a keeper needs of every job, out of the market's log and nothing else. */
function rebuild(events: readonly Event[]): Map<Hex, Rebuilt> {
  const jobs = new Map<Hex, Rebuilt>();
  for (const { name, args, timestamp } of events) {
    const id = args.id as Hex;
    const job = jobs.get(id);
    if (name === "JobPosted") {
      const terms = args.terms as readonly bigint[];
      const { steps } = unpackJobSpec(args.spec as readonly Hex[]);
      jobs.set(id, {
        id,
        terms,
        fields: unpackJobTerms(terms),
        steps,
        nonce: "0x",
        claimer: "0x",
        commitment: "0x",
        lane: openLaneWord(id),
      });
    } else if (name === "JobClaimed" && job) {
      job.run = { provider: args.provider as Hex, claimedAt: timestamp, span: 0, rescued: 0, quote: 0 };
      job.nonce = args.nonce as Hex;
      job.claimer = args.claimer as Hex;
      job.lane = claimedLaneWord(id, job.run, job.nonce, job.claimer);
    } else if (name === "ResultSubmitted" && job?.run) {
      job.run.span = timestamp - job.run.claimedAt;
      const finalState = args.finalState as Hex;
      job.commitment = resultCommitment({ id, nonce: job.nonce, runRoot: args.runRoot as Hex, finalState });
      job.lane = submittedLaneWord(id, job.run, job.commitment);
    } else if (ENDS[name] && job) {
      job.lane = endedLaneWord(job.fields.generation, ENDS[name]);
    }
  }
  return jobs;
}

async function checkLanes(world: World, jobs: Map<Hex, Rebuilt>): Promise<void> {
  const latest = new Map<string, Rebuilt>();
  for (const job of jobs.values()) latest.set(`${job.fields.requester} ${job.fields.lane}`, job);
  for (const job of latest.values()) {
    const args = [job.fields.requester, job.fields.lane];
    const [word] = await world.read<readonly [bigint, number]>(world.market, "laneOf", args);
    assert.equal(numberToHex(word), numberToHex(job.lane), `job ${job.id}`);
  }
}

test("Rebuild_From_Logs: every job is known from the log alone, and can be settled with what it says, JOB-07", async () => {
  const { world, requester, provider, anyone, operator } = await createScene();
  const strategy = await registerMock(world, 1);
  const second = await new Actor(world, 7).funded(1_000n * ASY_UNIT);
  await second.deposit(1_000n * ASY_UNIT);
  const live: Job[] = [];
  for (const [lane, owner] of [requester, second, requester, second, requester, requester].entries()) {
    const single = lane % 2 === 0;
    const spec = sampleSpec(single ? { steps: 10, stateCount: 64, outIdx: 63 } : {});
    const job = await owner.postNew(
      { lane, policy: lane >= 4 ? 3 : 1, maxPrice: 50n, minPrice: 1n, rampStart: world.now, rampLength: 9 },
      spec,
    );
    world.pass(1);
    live.push(job);
  }
  const [open, claimed, submitted, cancelled, rejected, stalled] = live as [Job, Job, Job, Job, Job, Job];
  for (const job of [claimed, submitted, rejected, stalled]) {
    await operator.claim(job, provider.address);
    world.pass(11);
  }
  for (const job of [submitted, rejected, stalled]) await operator.submit(job);
  await second.cancel(cancelled);
  const reposted = await second.postNew({ lane: 3, generation: 2 });
  await checkLanes(world, rebuild(await world.history(world.market)));

  const jobs = rebuild(await world.history(world.market));
  world.pass(40 * 86_400);
  const known = (job: Job) => jobs.get(job.id)!;
  const settle = (job: Job, functionName: string) => {
    const { terms, run, commitment } = known(job);
    return anyone.send(world.market, functionName, [terms, packRunWord(run!), commitment]);
  };
  await settle(submitted, "finalize");
  await tell(world, strategy, MANNER.answer, VERDICT.rejected);
  await settle(rejected, "reject");
  await tell(world, strategy, MANNER.revert);
  await settle(stalled, "resolveStalled");
  for (const job of [open, reposted]) await anyone.send(world.market, "cancel", [known(job).terms]);
  const late = known(claimed);
  await anyone.send(world.market, "expire", [late.terms, packRunWord(late.run!), late.nonce, late.claimer]);

  await checkLanes(world, rebuild(await world.history(world.market)));
  assert.equal(jobs.size, 7);
  await world.close();
});
