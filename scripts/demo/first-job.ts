import { x24Digits } from "@assay/exact";
import { finalizableAt, type SubmittedJob, waitForJob } from "@assay/sdk";
import { formatUnits, keccak256, parseUnits, toHex } from "viem";
import { loadDigits, packDigits } from "../lib/digits.ts";
import type { DemoNetwork } from "./network.ts";
import type { DemoFacts } from "./report.ts";
import { prepareJob, receiveModel, saveModel } from "./requester.ts";
import { watchTraining } from "./training.ts";
import type { View } from "./view.ts";

const PRICE = { min: parseUnits("40", 18), max: parseUnits("100", 18), length: 600 };
const SEED = keccak256(toHex("assay demo"));
const LOOK_MS = 200;
const TIMEOUT_MS = 600_000;
const MIB = 2 ** 20;

/**
 * The whole life of one job, told as it happens.
 * @param modelDir where to keep the trained model, if anywhere
 */
export async function playFirstJob(
  network: DemoNetwork,
  view: View,
  modelDir: string | undefined,
): Promise<Omit<DemoFacts, "seconds">> {
  const { requester, gateway } = network;
  view.heading("A job is posted");
  const program = x24Digits();
  const digits = loadDigits();
  const dataset = packDigits(digits.train, program.input.bits);
  const { spec, compiled, datasetCid } = await prepareJob(gateway, program, dataset, SEED, (progress) => {
    const { bytesDone, bytesTotal = bytesDone } = progress;
    view.progress(
      "upload",
      bytesDone / bytesTotal,
      `${(bytesDone / MIB).toFixed(1)} of ${(bytesTotal / MIB).toFixed(1)} MiB`,
    );
  });
  view.done(`${dataset.rows} digits uploaded`, datasetCid);
  const { id } = await requester.postJob({ spec, price: PRICE });
  view.done("posted: 100 ASY in escrow, the price rises from 40 until somebody claims", `job ${id}`);

  const wait = async (status: "claimed" | "submitted" | "finalized") =>
    (await waitForJob(requester, { id, status, pollingInterval: LOOK_MS, timeout: TIMEOUT_MS })) as SubmittedJob;
  const claimed = await wait("claimed");
  const { available: balanceBefore } = await requester.getBalance({ account: claimed.provider });
  view.done(`claimed at ${formatUnits(claimed.price, 18)} ASY`, `by ${claimed.provider}`);
  view.note(`nonce ${claimed.nonce} fixes the order of the data`);

  view.heading(`${program.name}: ${program.steps} steps in exact integers`);
  await watchTraining(network.nodes, id, view, wait("submitted"));
  const submitted = await wait("submitted");
  view.done(`result committed: ${compiled.segments} segments`, `run root ${submitted.runRoot}`);
  const window = finalizableAt(submitted) - submitted.submittedAt;
  view.note(
    `anyone may object for ${window} s, and take the provider to court; nobody does, and the clock is set ahead`,
  );
  await network.pass(window);
  const final = await wait("finalized");
  view.done("finalized: the provider has earned its price");

  view.heading("The requester gets its model");
  const heldOut = packDigits(digits.heldOut, program.input.bits);
  const model = await receiveModel(gateway, compiled, final, heldOut);
  view.done("the weights have the roots that were committed on chain", model.outputCid);
  if (modelDir) {
    saveModel(modelDir, compiled, model.state);
    view.done("kept as a tfjs LayersModel", modelDir);
  }
  const { net, fee } = await requester.collect({ provider: final.provider });
  const { available: balanceAfter } = await requester.getBalance({ account: final.provider });
  return {
    job: id,
    provider: final.provider,
    accuracy: model.accuracy,
    heldOut: heldOut.rows,
    segments: compiled.segments,
    runRoot: final.runRoot,
    outputCid: model.outputCid,
    pricePaid: net + fee,
    fee,
    providerBalanceBefore: balanceBefore,
    providerBalanceAfter: balanceAfter,
    gas: await gasOf(network, final),
    runSeconds: final.submittedAt - final.claimedAt,
  };
}

/** Gas of the job's four transactions, from their receipts. */
async function gasOf({ chain }: DemoNetwork, job: SubmittedJob): Promise<DemoFacts["gas"]> {
  const used = async (eventName: string) => {
    const event = job.timeline.find((entry) => entry.eventName === eventName);
    if (!event) throw new Error(`found no ${eventName} in the job's timeline, wanted one`);
    return Number((await chain.publicClient.getTransactionReceipt({ hash: event.transactionHash })).gasUsed);
  };
  return {
    post: await used("JobPosted"),
    claim: await used("JobClaimed"),
    submit: await used("ResultSubmitted"),
    finalize: await used("JobFinalized"),
  };
}
