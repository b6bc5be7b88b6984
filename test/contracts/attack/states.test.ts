import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { zeroAddress } from "viem";
import { jobId, unpackJobTerms } from "../../../sdk/src/codec/jobTerms.ts";
import { draftJob, type Job, laneStatus, STATUS } from "../../support/actor.ts";
import { createScene, DEPOSIT, type Scene, STAKE } from "../../support/scene.ts";
import { Refusal } from "../../support/world.ts";

let scene: Scene;
before(async () => {
  scene = await createScene();
});
beforeEach(() => scene.reset());
after(() => scene.world.close());

test("a whole life in one second: equal run words, and no state's preimage opens another's", async () => {
  const { world, requester, provider, anyone } = scene;
  const job = await requester.postNew();
  await provider.claim(job);
  const { run, nonce } = job;
  // Claimed: the nonce in the place of the commitment, the claimer forged, terms alone
  const refused = (name: string, args: readonly unknown[], status: number) =>
    anyone.refused(world.market, name, args, "Market_StaleJob", [job.id, status]);
  await refused("finalize", [job.terms, run, nonce], STATUS.claimed);
  await refused("reject", [job.terms, run, nonce], STATUS.claimed);
  await refused("resolveStalled", [job.terms, run, nonce], STATUS.claimed);
  await refused("cancel", [job.terms], STATUS.claimed);
  await provider.submit(job);
  assert.equal(job.run, run, "claimed and submitted in one second: the words are the same");
  // Submitted: the commitment in the place of the nonce, and the claim's own preimage again
  world.pass(job.fields.runTime + 1);
  await refused("expire", [job.terms, run, job.commitment, job.claimer], STATUS.submitted);
  await refused("expire", [job.terms, run, nonce, job.claimer], STATUS.submitted);
  await refused("expire", [job.terms, run, job.commitment, zeroAddress], STATUS.submitted);
  await refused("finalize", [job.terms, run, nonce], STATUS.submitted);
  // The sixteen spare bits of the run word are part of what is compared
  for (let bit = 0n; bit < 16n; bit++) {
    await refused("finalize", [job.terms, run ^ (1n << bit), job.commitment], STATUS.submitted);
  }
  await anyone.finalize(job);
  assert.equal((await provider.earned()).gross, job.fields.maxPrice);
});

/** The job with one bit of its terms turned, and all that follows from them. */
function flipped(job: Job, word: number, bit: number): Job {
  const terms = [...job.terms] as [bigint, bigint, bigint, bigint, bigint, bigint];
  terms[word]! ^= 1n << BigInt(bit);
  const fields = unpackJobTerms(terms);
  return { ...job, terms, fields, id: jobId(fields) };
}

test("no bit of the terms locks the escrow in: turned, it is refused at posting or every exit stays open", async () => {
  const { world, requester, provider, anyone } = scene;
  const job = draftJob(world, requester.address, {
    maxPrice: 2_000n,
    minPrice: 1_000n,
    rampStart: world.now,
    rampLength: 600,
    generation: 2,
    lane: 1,
  });
  const counts = { posted: 0, claimed: 0 };
  for (let word = 0; word < 4; word++) {
    // The upper bits of the first two words are requester and token: three of each stand for the rest.
    for (let bit = 0; bit < (word < 2 ? 99 : 256); bit++) {
      const other = flipped(job, word, bit);
      const name = `word ${word}, bit ${bit}`;
      const refusal = await requester.post(other).catch((error: unknown) => error);
      if (refusal instanceof Error) {
        assert.ok(
          refusal instanceof Refusal && /^(Market|Hub)_/.test(refusal.errorName),
          `${name}: ${refusal.message}`,
        );
        continue;
      }
      counts.posted += 1;
      const undo = await world.snapshot();
      world.now = other.fields.claimBy + 1;
      await anyone.cancel(other);
      assert.equal(await laneStatus(world, other), STATUS.cancelled, name);
      assert.equal(await requester.balance(), DEPOSIT, name);
      const { provider: named, bond, minReputation } = other.fields;
      if (named === zeroAddress && bond <= STAKE && minReputation <= 2_500) {
        await undo();
        counts.claimed += 1;
        await provider.claim(other);
        world.pass(other.fields.runTime + 1);
        await anyone.expire(other);
        assert.equal(await requester.balance(), DEPOSIT, name);
        assert.equal((await provider.stakes()).locked, 0n, name);
      }
      await scene.reset();
    }
  }
  assert.ok(counts.posted > 300 && counts.claimed > 150, JSON.stringify(counts));
});
