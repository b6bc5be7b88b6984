// Batch inference as a job: a network trained by one job scores a data set in another, and each prediction can be proven.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  assembleJob,
  decodeTensors,
  encodeManifest,
  encodeTensors,
  inferenceOf,
  type JobManifest,
  parseProgram,
  provePrediction,
  readPredictions,
  tensorRoot,
  verifyPrediction,
} from "../../exact/src/index.ts";
import { stateHash } from "../../sdk/src/index.ts";
import { fetchByDigest, uploadFile } from "../../storage/src/index.ts";
import {
  countOf,
  errorsOf,
  independentResult,
  type Market,
  openMarket,
  post,
  startTestNode,
  uploadInputs,
  uploadManifest,
  waitForPayment,
} from "./harness.ts";

let market: Market;
before(async () => {
  market = await openMarket();
});
after(() => market.close());

test("a trained network scores a data set as a paid job; the requester checks single predictions by the root on chain", async () => {
  await market.enrol(2);
  const node = await startTestNode(market, { account: 2 });
  const gateways = [market.storage.url];
  const training = await uploadInputs(market, 128, "to infer");
  const trained = await waitForPayment(market, (await post(market, training.spec)).id);
  const weights = decodeTensors((await fetchByDigest({ gateways, digest: trained.outputDigest })).bytes);

  const { dataset, manifest } = training;
  const { program, initial } = inferenceOf(parseProgram(manifest.program), weights, dataset.rows);
  const init = await uploadFile({ gateway: market.storage.url, bytes: encodeTensors(initial) });
  const inference: JobManifest = { ...manifest, program, init: { cid: init.cid.toString() } };
  const { spec, compiled } = await assembleJob(inference, { dataset, initial });
  const inputs = await uploadManifest(market, encodeManifest(inference));
  const job = await waitForPayment(market, (await post(market, { ...spec, inputs })).id);

  const state = decodeTensors((await fetchByDigest({ gateways, digest: job.outputDigest })).bytes);
  const { classes, logits } = readPredictions(state, dataset.rows);
  assert.equal(classes.length, 64);
  const shape = { batchSize: program.batchSize, steps: program.steps, classes: 4 };
  const roots = state.map(tensorRoot);
  assert.equal(stateHash(spec.steps, roots), job.finalState, "the roots are those that were committed");
  const root = roots[compiled.outIdx]!;
  for (const row of [0, 17, 63]) {
    const shown = verifyPrediction(provePrediction(state, row), root, shape);
    assert.deepEqual(shown, logits.slice(4 * row, 4 * row + 4));
  }
  const own = await independentResult({ manifest: inference, dataset, spec: { ...spec, inputs } }, job, initial);
  assert.equal(job.commitment, own.commitment);
  assert.equal(countOf(job, "JobFinalized"), 1);
  assert.deepEqual(errorsOf(node), []);
});
