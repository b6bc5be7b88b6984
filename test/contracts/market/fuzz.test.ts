// Random words at the market's entry: what is accepted can always be decoded and moved on later, and what is refused
// leaves nothing behind. FC_SEED repeats a run.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import fc from "fast-check";
import { type Hex, numberToHex } from "viem";
import { packJobTerms, unpackJobTerms } from "../../../sdk/src/codec/jobTerms.ts";
import { priceAt } from "../../../sdk/src/codec/priceAt.ts";
import { draftJob, type Job, recordSubmission, settleArgs } from "../../support/actor.ts";
import { createScene, DEPOSIT, type Scene } from "../../support/scene.ts";
import { Refusal } from "../../support/world.ts";

const PARAMETERS = { numRuns: 400, ...(process.env.FC_SEED ? { seed: Number(process.env.FC_SEED) } : {}) };

let scene: Scene;
before(async () => {
  scene = await createScene();
});
after(() => scene.world.close());

/** Good terms with some bits turned over, so that many are accepted and many are not. */
const flips = fc.array(fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 255 })), { maxLength: 3 });

async function accepted(job: Job): Promise<boolean> {
  try {
    await scene.requester.post(job);
    return true;
  } catch (error) {
    assert.ok(error instanceof Refusal);
    assert.notEqual(error.errorName, "unknown");
    return false;
  }
}

describe("testFuzz_Entry, JOB-08", () => {
  test("accepted words decode to themselves and can be cancelled for exactly what was escrowed", async () => {
    let taken = 0;
    await fc.assert(
      fc.asyncProperty(flips, fc.integer({ min: 1, max: 2 ** 32 - 1 }), async (turned, generation) => {
        await scene.reset();
        const { world, requester } = scene;
        const ramp = { minPrice: 7n, rampStart: world.now, rampLength: 500, generation };
        const job = draftJob(world, requester.address, ramp);
        const words = [...job.terms] as [bigint, bigint, bigint, bigint, bigint, bigint];
        for (const [word, bit] of turned) words[word]! ^= 1n << BigInt(bit);
        job.terms = words;
        if (!(await accepted(job))) {
          assert.equal(await requester.balance(), DEPOSIT);
          return;
        }
        taken += 1;
        const fields = unpackJobTerms(words);
        assert.deepEqual(packJobTerms(fields), words);
        assert.equal(await requester.balance(), DEPOSIT - fields.maxPrice);
        world.now = fields.claimBy + 1;
        await scene.anyone.cancel(job);
        assert.equal(await requester.balance(), DEPOSIT);
      }),
      PARAMETERS,
    );
    assert.ok(taken > PARAMETERS.numRuns / 10, `${taken} were accepted`);
  });

  test("the escrow's arithmetic: price and refund, fee and net, penalty and rest always add up", async () => {
    const prices = fc.tuple(fc.bigInt({ min: 1n, max: DEPOSIT }), fc.bigInt({ min: 1n, max: DEPOSIT }));
    const bonds = fc.bigInt({ min: 10n ** 19n, max: 10n ** 21n });
    const times = fc.tuple(fc.integer({ min: 1, max: 5_000 }), fc.integer({ min: 0, max: 6_000 }));
    await fc.assert(
      fc.asyncProperty(prices, bonds, times, fc.boolean(), async ([one, two], bond, [rampLength, wait], delivers) => {
        await scene.reset();
        const { world, requester, provider, anyone, treasury } = scene;
        const [minPrice, maxPrice] = one < two ? [one, two] : [two, one];
        const job = await requester.postNew({ minPrice, maxPrice, bond, rampStart: world.now, rampLength });
        world.pass(wait);
        await provider.claim(job);
        const price = priceAt(job.fields, world.now);
        assert.equal(await requester.balance(), DEPOSIT - price);
        const { stake } = await provider.stakes();
        if (delivers) {
          await provider.submit(job);
          world.pass(job.fields.window);
          await anyone.finalize(job);
          await anyone.send(world.market, "collect", [world.asy.address, provider.address]);
          assert.equal((await provider.balance()) + (await treasury.balance()), price);
          assert.equal(await treasury.balance(), (price * 250n) / 10_000n);
          assert.equal((await provider.stakes()).free, stake);
        } else {
          world.pass(job.fields.runTime + 1);
          await anyone.expire(job);
          assert.equal(await requester.balance(), DEPOSIT);
          const credit = await world.read<bigint>(world.staking, "creditOf", [requester.address]);
          const burned = await world.read<bigint>(world.staking, "burnDue");
          assert.equal(credit, (bond * 45n) / 1_000n);
          assert.equal(credit + burned, bond / 10n);
          assert.equal((await provider.stakes()).free, stake - bond / 10n);
        }
      }),
      { ...PARAMETERS, numRuns: 200 },
    );
  });

  test("random preimages open nothing", async () => {
    await scene.reset();
    const { world, requester, provider, anyone } = scene;
    const job = await requester.postNew();
    await provider.claim(job);
    recordSubmission(job, world.now);
    const word = fc.bigInt({ min: 0n, max: 2n ** 256n - 1n });
    await fc.assert(
      fc.asyncProperty(fc.tuple(word, word, word), async ([run, commitment, nonce]) => {
        const guess: Hex = numberToHex(commitment, { size: 32 });
        await assert.rejects(anyone.send(world.market, "finalize", [job.terms, run, guess]), Refusal);
        await assert.rejects(anyone.send(world.market, "reject", [job.terms, run, guess]), Refusal);
        const lost = [job.terms, run, numberToHex(nonce, { size: 32 }), provider.address];
        await assert.rejects(anyone.send(world.market, "expire", lost), Refusal);
      }),
      { ...PARAMETERS, numRuns: 100 },
    );
    await anyone.refused(world.market, "finalize", settleArgs(job), "Market_StaleJob");
  });
});
