import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { numberToHex, zeroAddress } from "viem";
import { jobId } from "../../../sdk/src/codec/jobTerms.ts";
import { draftJob, type Job, laneStatus, STATUS } from "../../support/actor.ts";
import { createScene, DEPOSIT, type Scene, STAKE } from "../../support/scene.ts";

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

/** The job with one bit of its terms turned, and the id that follows from them. */
function flipped(job: Job, word: number, bit: number): Job {
  const terms = job.terms.map((value, index) => (index === word ? value ^ (1n << BigInt(bit)) : value));
  return { ...job, terms: terms as unknown as Job["terms"] };
}

test("no bit of the terms can lock the escrow in: each turned bit is refused at posting or the job can be left", async () => {
  const { world, requester, anyone } = scene;
  const unit = 1_000n;
  // High bits of the price must stay within the deposit, so that the flips are refused for their own sake.
  const job = draftJob(world, requester.address, {
    maxPrice: 2n * unit,
    minPrice: unit,
    rampStart: world.now,
    rampLength: 600,
    generation: 2,
    lane: 1,
  });
  const lane = async (of: Job) => {
    const args = [requester.address, Number((of.terms[3] >> 48n) & 0xffffn)];
    return (await world.read<readonly [bigint, number]>(world.market, "laneOf", args))[1];
  };
  let accepted = 0;
  for (let word = 0; word < 4; word++) {
    for (let bit = 0; bit < 256; bit++) {
      // Requester and token are whole addresses: three bits of each stand for the rest.
      if (word < 2 && bit > 98) continue;
      const other = flipped(job, word, bit);
      const { generation } = { generation: (other.terms[3] >> 64n) & 0xffff_ffffn };
      const call = [other.terms, other.specWords] as const;
      try {
        await requester.send(world.market, "postJob", call);
      } catch {
        continue;
      }
      accepted += 1;
      assert.equal(await lane(other), STATUS.open);
      await world.read(world.market, "priceAt", [other.terms, world.now]);
      const undo = await world.snapshot();
      world.pass(30 * 86_400 + 1);
      await anyone.send(world.market, "cancel", [other.terms]);
      assert.equal(await requester.balance(), DEPOSIT, `word ${word}, bit ${bit}: everything came back`);
      assert.equal(await lane(other), STATUS.cancelled);
      assert.ok(generation > 0n);
      await undo();
      await requester.send(world.market, "cancel", [other.terms]);
      await scene.reset();
    }
  }
  assert.ok(accepted > 300, `${accepted} flips were accepted`);
});
