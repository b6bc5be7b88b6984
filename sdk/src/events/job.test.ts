import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { numberToHex } from "viem";
import { getJob } from "../actions/getJob.ts";
import { type JobChange, watchJobs } from "../actions/watchJobs.ts";
import { resultCommitment } from "../codec/commitments.ts";
import { packJobSpec, specHash } from "../codec/jobSpec.ts";
import { jobId, packJobTerms } from "../codec/jobTerms.ts";
import { endedLaneWord, openLaneWord } from "../codec/laneWord.ts";
import { packRunWord } from "../codec/runWord.ts";
import type { JobSpec, JobTerms } from "../codec/types.ts";
import { AssayError } from "../errors.ts";
import { fetchJobEvents, withTimestamps } from "../internal/jobEvents.ts";
import { agrees } from "../internal/laneCheck.ts";
import { address, bytes32, jobSpec, jobTerms } from "../testing/arbitraries.ts";
import { FakeChain, marketLog } from "../testing/chain.ts";
import { foldJob, type JobEventName, jobEventNames } from "./job.ts";

interface Facts {
  terms: JobTerms;
  spec: JobSpec;
  provider: `0x${string}`;
  claimer: `0x${string}`;
  hashes: `0x${string}`[];
}

const facts: fc.Arbitrary<Facts> = fc
  .record({
    terms: jobTerms,
    spec: jobSpec,
    provider: address,
    claimer: address,
    hashes: fc.array(bytes32, { minLength: 3, maxLength: 5 }),
  })
  .map((drawn) => ({ ...drawn, terms: { ...drawn.terms, specHash: specHash(drawn.spec) } }));

function argsOf({ terms, spec, provider, claimer, hashes }: Facts): Record<string, unknown> {
  const [nonce, runRoot, finalState] = hashes;
  const common = { id: jobId(terms), provider, requester: terms.requester, refund: 1n, price: 7n, fee: 1n };
  const packed = { terms: packJobTerms(terms), spec: packJobSpec(spec) };
  const result = { runRoot, finalState, outputDigest: runRoot };
  const run = packRunWord({ provider, claimedAt: CLAIMED_AT, span: 0, rescued: 0, quote: 9 });
  const bid = { bidder: claimer, quote: 9n, score: 5n };
  const rescue = { late: provider, rescuer: claimer };
  return { ...common, ...packed, ...result, ...bid, ...rescue, run, claimer, nonce, penalty: 0n, forfeited: 0n };
}

/** A chain on which one job's events happen, one a block. */
function chainWith(names: readonly JobEventName[], drawn: Facts): FakeChain {
  const chain = new FakeChain();
  for (const name of names) chain.mine([marketLog(chain.deployment, name, argsOf(drawn))]);
  return chain;
}

/** When the fake chain's second block is mined, where most jobs of these tests are claimed. */
const CLAIMED_AT = 1_700_000_024;

const LIVES: readonly [JobEventName[], string][] = [
  [["JobPosted"], "open"],
  [["JobPosted", "JobCancelled"], "cancelled"],
  [["JobPosted", "BidPlaced"], "open"],
  [["JobPosted", "BidPlaced", "BidPlaced", "JobCancelled"], "cancelled"],
  [["JobPosted", "BidPlaced", "JobClaimed", "ResultSubmitted"], "submitted"],
  [["JobPosted", "JobClaimed", "JobRescued", "JobClaimed", "ResultSubmitted"], "submitted"],
  [["JobPosted", "JobClaimed"], "claimed"],
  [["JobPosted", "JobClaimed", "JobExpired"], "expired"],
  [["JobPosted", "JobClaimed", "ResultSubmitted"], "submitted"],
  [["JobPosted", "JobClaimed", "ResultSubmitted", "JobFinalized"], "finalized"],
  [["JobPosted", "JobClaimed", "ResultSubmitted", "JobRejected"], "rejected"],
  [["JobPosted", "JobClaimed", "ResultSubmitted", "JobUnresolved"], "unresolved"],
];

test("every possible life is rebuilt from logs alone, with all preimages", async () => {
  await fc.assert(
    fc.asyncProperty(facts, fc.constantFrom(...LIVES), async (drawn, [names, status]) => {
      const job = await getJob(chainWith(names, drawn).context(), { id: jobId(drawn.terms) });
      assert.equal(job.status, status);
      assert.deepEqual(job.terms, drawn.terms);
      assert.deepEqual(job.spec, drawn.spec);
      assert.deepEqual(
        job.timeline.map(({ eventName, blockNumber }) => [eventName, Number(blockNumber)]),
        names.map((name, index) => [name, index + 1]),
      );
      if (!names.includes("ResultSubmitted")) return;
      assert.ok("commitment" in job);
      const [nonce, runRoot, finalState] = drawn.hashes as [`0x${string}`, `0x${string}`, `0x${string}`];
      assert.equal(job.commitment, resultCommitment({ id: job.id, nonce, runRoot, finalState }));
      assert.deepEqual(job.run, {
        provider: drawn.provider,
        claimedAt: CLAIMED_AT,
        span: job.submittedAt - CLAIMED_AT,
        rescued: 0,
        quote: 9,
      });
    }),
    { numRuns: 40 },
  );
});

test("any other order of events is refused, never guessed at", async () => {
  const claim = "JobClaimed(,JobRescued,JobClaimed)*";
  const end = "(,(JobFinalized|JobRejected|JobUnresolved))?";
  const life = new RegExp(`^JobPosted(,BidPlaced)*(,JobCancelled|,${claim}(,JobExpired|,ResultSubmitted${end})?)?$`);
  for (const [names] of LIVES) assert.match(names.join(), life);
  const [drawn] = fc.sample(facts, { numRuns: 1, seed: 1 }) as [Facts];
  await fc.assert(
    fc.asyncProperty(fc.array(fc.constantFrom(...jobEventNames), { maxLength: 5 }), async (names) => {
      const chain = chainWith(names, drawn);
      const context = chain.context();
      const events = await fetchJobEvents(context, { fromBlock: 0n, toBlock: BigInt(chain.head.number) });
      const timed = await withTimestamps(context, events);
      if (life.test(names.join())) foldJob(timed);
      else
        assert.throws(
          () => foldJob(timed),
          (error) => error instanceof AssayError && error.code === "SDK-024",
        );
    }),
    { numRuns: 300 },
  );
});

test("a lane confirms a job only in the state its logs tell", async () => {
  const [drawn] = fc.sample(facts, { numRuns: 1, seed: 2 }) as [Facts];
  const terms = { ...drawn.terms, generation: 5 };
  const job = (names: JobEventName[]) => getJob(chainWith(names, { ...drawn, terms }).context(), { id: jobId(terms) });
  const open = await job(["JobPosted"]);
  assert.equal(agrees(open, openLaneWord(open.id)), true);
  assert.equal(agrees(open, 0n), false);
  assert.equal(agrees(open, endedLaneWord(5, "cancelled")), false);
  const cancelled = await job(["JobPosted", "JobCancelled"]);
  assert.equal(agrees(cancelled, endedLaneWord(5, "cancelled")), true);
  assert.equal(agrees(cancelled, endedLaneWord(6, "finalized")), true);
  assert.equal(agrees(cancelled, endedLaneWord(5, "finalized")), false);
  assert.equal(agrees(cancelled, endedLaneWord(4, "cancelled")), false);
});

test("watchJobs takes back what a reorganisation removed and reports what replaced it", {
  timeout: 60_000,
}, async () => {
  const [a, b] = fc.sample(facts, { numRuns: 2, seed: 3 }) as [Facts, Facts];
  const chain = new FakeChain();
  const posted = (drawn: Facts) => [marketLog(chain.deployment, "JobPosted", argsOf(drawn))];
  const seen: string[] = [];
  const errors: string[] = [];
  let wake = () => {};
  const until = async (count: number) => {
    while (seen.length + errors.length < count) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  const label = ({ args, removed }: JobChange) => `${removed ? "-" : "+"}${args.id === jobId(a.terms) ? "a" : "b"}`;
  const unwatch = watchJobs(chain.context(), {
    fromBlock: 1n,
    pollingInterval: 1,
    onChanges: (changes) => {
      seen.push(...changes.map(label));
      wake();
    },
    onError: ({ code }) => {
      errors.push(code);
      wake();
    },
  });
  try {
    chain.mine(posted(a));
    chain.mine();
    await until(1);
    chain.drop(2);
    chain.mine(posted(b));
    chain.mine();
    chain.mine(posted(a));
    await until(4);
    chain.failures.push(new Error("the endpoint stumbles"));
    await until(5);
    chain.drop(1);
    chain.mine();
    await until(6);
    assert.deepEqual(seen, ["+a", "-a", "+b", "+a", "-a"]);
    assert.equal(errors.length, 1);
  } finally {
    unwatch();
  }
});

test("a job id that no log names is SDK-020, with the blocks that were searched", async () => {
  const chain = chainWith([], fc.sample(facts, 1)[0] as Facts);
  chain.mine();
  await assert.rejects(
    getJob(chain.context(), { id: numberToHex(1, { size: 32 }) }),
    /SDK-020.*no event in blocks 1 to 1/,
  );
});
