import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type Address, type Hex, keccak256, numberToHex, toHex, zeroAddress } from "viem";
import { listJobs } from "./actions/listJobs.ts";
import { packJobSpec, specHash } from "./codec/jobSpec.ts";
import { jobId, packJobTerms, unpackJobTerms } from "./codec/jobTerms.ts";
import { isEnded } from "./codec/laneWord.ts";
import { packRunWord } from "./codec/runWord.ts";
import type { JobSpec, JobStatus } from "./codec/types.ts";
import { foldJob, type Job, type JobEventName } from "./events/job.ts";
import { eventsNamed, parseAssayLogs } from "./events/parse.ts";
import { laneWordOf } from "./internal/laneCheck.ts";
import { JobIndex } from "./jobIndex.ts";
import { jobSpec, jobTerms } from "./testing/arbitraries.ts";
import { FakeChain, marketLog } from "./testing/chain.ts";

const ALIVE = ["open", "claimed", "submitted"] as const;
const PROVIDER: Address = `0x${"aa".repeat(20)}`;
const [SPEC] = fc.sample(jobSpec, { numRuns: 1, seed: 7 }) as [JobSpec];
const [TERMS] = fc.sample(jobTerms, { numRuns: 1, seed: 7 });
const NEXT: Partial<Record<JobStatus, readonly JobEventName[]>> = {
  open: ["JobClaimed", "BidPlaced", "JobCancelled"],
  claimed: ["ResultSubmitted", "JobExpired"],
  submitted: ["JobFinalized", "JobRejected", "JobUnresolved"],
};

/** A market on a fake chain: its jobs as the blocks of the moment tell them. */
class Market {
  readonly chain = new FakeChain();
  #made = 0;

  constructor() {
    this.chain.laneOf = (requester, lane) => {
      const job = this.jobs().find(({ terms }) => terms.requester === requester && BigInt(terms.lane) === lane);
      return job ? laneWordOf(job) : 0n;
    };
  }

  jobs(): Job[] {
    const { chain } = this;
    const lives = new Map<Hex, Parameters<typeof foldJob>[0][number][]>();
    for (let number = 0; number <= chain.head.number; number++) {
      const { hash, logs, timestamp } = chain.blockAt(number);
      const place = { blockNumber: BigInt(number), blockHash: hash, transactionHash: hash };
      const mined = logs.map((log, logIndex) => ({ ...log, ...place, logIndex }));
      for (const event of parseAssayLogs(chain.deployment, mined)) {
        if (event.contract !== "JobMarketplace" || !("id" in event.args)) continue;
        const [known] = eventsNamed([event], "JobMarketplace", ...EVENTS);
        if (known) lives.set(known.args.id, [...(lives.get(known.args.id) ?? []), { ...known, timestamp }]);
      }
    }
    return [...lives.values()].map((events) => foldJob(events));
  }

  post(): void {
    this.#made += 1;
    const terms = unpackJobTerms(
      packJobTerms({ ...TERMS!, lane: this.#made, provider: zeroAddress, specHash: specHash(SPEC) }),
    );
    this.#mine("JobPosted", {
      id: jobId(terms),
      requester: terms.requester,
      terms: packJobTerms(terms),
      spec: packJobSpec(SPEC),
    });
  }

  /** Moves a living job on, in one of the ways that its status allows. */
  advance(which: number, way: number): void {
    const living = this.jobs().filter(({ status }) => !isEnded(status));
    const job = living[which % Math.max(1, living.length)];
    if (!job) {
      this.post();
      return;
    }
    const ways = NEXT[job.status]!;
    const run = packRunWord({ provider: PROVIDER, claimedAt: 1_700_000_000, span: 0, rescued: 0, quote: 9 });
    const word = keccak256(toHex(`${job.id} ${way}`));
    const claim = {
      provider: PROVIDER,
      claimer: PROVIDER,
      requester: job.terms.requester,
      run,
      nonce: word,
      price: 7n,
    };
    const bid = { bidder: PROVIDER, quote: 9n, score: BigInt(way) };
    const result = { runRoot: word, finalState: word, outputDigest: word };
    const end = { refund: 1n, fee: 1n, penalty: 0n, forfeited: 0n };
    this.#mine(ways[way % ways.length]!, { id: job.id, ...claim, ...bid, ...result, ...end });
  }

  #mine(name: JobEventName, args: Record<string, unknown>): void {
    this.chain.mine([marketLog(this.chain.deployment, name, args)]);
  }
}

const EVENTS = [
  "JobPosted",
  "BidPlaced",
  "JobClaimed",
  "ResultSubmitted",
  "JobFinalized",
  "JobExpired",
  "JobCancelled",
  "JobRejected",
  "JobUnresolved",
] as const;

const facts = (jobs: readonly Job[]) =>
  jobs.map(({ id, status, timeline }) => `${id} ${status} ${timeline.map(({ blockHash }) => blockHash)}`).sort();
const alive = (market: Market) => market.jobs().filter(({ status }) => !isEnded(status));

/** Looks until the index says what the chain says. */
async function agreed(index: JobIndex, market: Market): Promise<void> {
  for (let tries = 0; tries < 500; tries++) {
    await index.refresh();
    if (facts(index.all()).join() === facts(alive(market)).join()) return;
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  assert.deepEqual(facts(index.all()), facts(alive(market)));
}

const step = fc.oneof(
  { weight: 3, arbitrary: fc.constant({ do: "post" } as const) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant("advance" as const), which: fc.nat(20), way: fc.nat(5) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("fork" as const), depth: fc.integer({ min: 1, max: 6 }) }) },
);

test("an index that follows the chain knows what one that reads it anew knows, through any reorganisation", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), fc.array(step, { maxLength: 14 }), async (before, after) => {
      const market = new Market();
      const take = (taken: typeof before) => {
        for (const one of taken) {
          if (one.do === "post") market.post();
          else if (one.do === "advance") market.advance(one.which, one.way);
          else {
            const { number } = market.chain.head;
            if (number > 0) market.chain.drop(Math.min(one.depth, number));
            market.post();
          }
        }
      };
      take(before);
      const index = new JobIndex(market.chain.context(), { doubtMs: 0 });
      await index.open(1, () => {});
      try {
        await agreed(index, market);
        for (let at = 0; at < after.length; at += 3) {
          take(after.slice(at, at + 3));
          await agreed(index, market);
        }
      } finally {
        index.close();
      }
      const anew = await listJobs(market.chain.context(), { status: ALIVE });
      assert.deepEqual(facts(anew), facts(alive(market)));
    }),
    { numRuns: 40 },
  );
});

test("several statuses cost one reading of the logs, and news cost no reading of the past", async () => {
  const market = new Market();
  for (let n = 0; n < 30; n++) market.post();
  for (let n = 0; n < 40; n++) market.advance(n, n);
  const { chain } = market;
  chain.maxRange = 25;
  const context = chain.context();
  const start = chain.ranges.length;
  const jobs = await listJobs(context, { status: ALIVE });
  assert.equal(jobs.length, alive(market).length);
  const blocks = chain.ranges.slice(start).reduce((sum, [from, to]) => sum + to - from + 1, 0);
  assert.equal(blocks, chain.head.number, "each block once");

  const index = new JobIndex(context, { reorgDepth: 5, doubtMs: 0 });
  await index.open(1, () => {});
  await agreed(index, market);
  const opened = chain.ranges.length;
  const head = chain.head.number;
  for (let n = 0; n < 10; n++) market.advance(n, n);
  await agreed(index, market);
  index.close();
  assert.ok(
    chain.ranges.slice(opened).every(([from]) => from > head - 5),
    "only new blocks and those that may be replaced",
  );
});

test("a job whose logs do not fit together keeps no other from being seen", async () => {
  const market = new Market();
  market.post();
  const left: string[] = [];
  const index = new JobIndex(market.chain.context(), { doubtMs: 0, onUnreadable: (_, { code }) => left.push(code) });
  await index.open(1, () => {});
  const [job] = market.jobs() as [Job];
  const word = numberToHex(1, { size: 32 });
  const result = { id: job.id, provider: PROVIDER, runRoot: word, finalState: word, outputDigest: word };
  market.chain.mine([marketLog(market.chain.deployment, "ResultSubmitted", result)]);
  while (left.length === 0) {
    await index.refresh();
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  assert.deepEqual(left, ["SDK-024"]);
  assert.deepEqual(index.all(), []);
  market.chain.drop(1);
  market.post();
  await agreed(index, market);
  index.close();
});

/** Waits until something holds, a few seconds at most. */
async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; tries < 3000 && !holds(); tries++) await new Promise((resolve) => setTimeout(resolve, 1));
  assert.ok(holds());
}

test("a job that an endpoint does not know for a moment is not forgotten, one that it never knows again is", async () => {
  const market = new Market();
  market.post();
  const index = new JobIndex(market.chain.context(), { doubtMs: 20 });
  await index.open(1_000_000, () => {});
  const [job] = market.jobs() as [Job];
  market.chain.behind = 1;
  assert.equal((await index.reload(job.id))?.status, "open");
  for (let looks = 0; looks < 5; looks++) await index.refresh();
  assert.equal(index.all().length, 1, "so soon it is not believed, however often it is heard");
  market.chain.behind = 0;
  market.advance(0, 0);
  await index.refresh();
  assert.equal(index.get(job.id)?.status, "claimed", "it was read again, though no look told of it");
  market.chain.drop(2);
  await index.reload(job.id);
  const began = performance.now();
  while (index.all().length > 0 && performance.now() - began < 5000) await index.refresh();
  assert.deepEqual(index.all(), []);
  assert.ok(performance.now() - began >= 19);
  index.close();
});

test("an older reading does not take the place of what is known, unless the chain has taken it back", async () => {
  const market = new Market();
  const { chain } = market;
  market.post();
  const [job] = market.jobs() as [Job];
  const index = new JobIndex(chain.context());
  await index.open(1, () => {});
  market.advance(0, 0);
  await until(() => index.get(job.id)?.status === "claimed");
  chain.behind = 1;
  assert.equal((await index.reload(job.id))?.status, "claimed");
  chain.behind = 0;
  await index.refresh();
  assert.equal(index.get(job.id)?.status, "claimed");
  chain.drop(1);
  market.post();
  await until(() => index.get(job.id)?.status === "open");
  await agreed(index, market);
  index.close();
});

test("what happens to a job while it is read is not lost", async () => {
  const market = new Market();
  const { chain } = market;
  market.post();
  const [job] = market.jobs() as [Job];
  const index = new JobIndex(chain.context());
  let news = 0;
  await index.open(1, () => {
    news += 1;
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  chain.held = promise;
  const reading = index.reload(job.id); // up to a block in which it is still open
  market.advance(0, 0);
  await until(() => news > 0);
  resolve();
  await reading;
  await agreed(index, market);
  index.close();
});

test("logs that an endpoint has later than the block are not missed", async () => {
  const market = new Market();
  const { chain } = market;
  const index = new JobIndex(chain.context());
  await index.open(1, () => {});
  chain.logsBehind = 1;
  const asked = chain.ranges.length;
  market.post();
  await until(() => chain.ranges.slice(asked).some(([, to]) => to === chain.head.number));
  await new Promise((resolve) => setTimeout(resolve, 5));
  assert.deepEqual(index.all(), []);
  chain.logsBehind = 0;
  chain.mine();
  await until(() => index.all().length === 1);
  await agreed(index, market);
  index.close();
});
