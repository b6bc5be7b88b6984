import { parseProgram, x24Digits } from "@assay/exact";
import { finalizableAt, type RemoteJobInfo, type SubmittedJob, satelliteTokenAbi } from "@assay/sdk";
import { formatUnits, type Hex, keccak256, parseUnits, toHex } from "viem";
import { loadDigits, packDigits } from "../lib/digits.ts";
import type { DemoNetwork } from "./network.ts";
import { prepareJob, receiveModel } from "./requester.ts";
import type { SecondChain } from "./second-chain.ts";
import type { View } from "./view.ts";

const ASY = (amount: string) => parseUnits(amount, 18);
const asy = (amount: bigint) => `${formatUnits(amount, 18)} ASY`;
const STEPS = 256;
const FUNDS = ASY("100");
const PRICE = { min: ASY("20"), max: ASY("40"), length: 600 };
const SEED = keccak256(toHex("assay demo, third act"));
const LOOK_MS = 100;
const TIMEOUT_MS = 300_000;

/** What the third act found out; amounts in the smallest unit of ASY. */
export interface RemoteFacts {
  job: Hex;
  /** The user's chain. */
  chainId: number;
  user: string;
  paid: bigint;
  change: bigint;
  /** As the user's own chain knows them. */
  commitment: Hex;
  finalState: Hex;
  accuracy: number;
  /** Wall-clock seconds of a transfer from chain to chain, and from the job's end to its change. */
  relaySeconds: number;
  endSeconds: number;
}

/** Somebody on another chain pays with the ASY she holds there; the model's commitment and the change come back to her. */
export async function playRemoteJob(
  network: DemoNetwork,
  second: Promise<SecondChain>,
  view: View,
): Promise<RemoteFacts> {
  const { gateway, pass } = network;
  view.heading("A user on another chain");
  const { chains, funder, user } = await second;
  const { chainId } = chains.satelliteDeployment;
  const me = user.satellite.walletClient!.account!.address;
  view.done(
    "a second chain, linked by Axelar's own gateways: two of three signers approve each message",
    chains.satellite.url,
  );
  const balance = () =>
    user.satellite.publicClient.readContract({
      address: chains.satelliteDeployment.contracts.SatelliteToken.address,
      abi: satelliteTokenAbi,
      functionName: "balanceOf",
      args: [me],
    });
  const sentAt = performance.now();
  await funder.bridge.transfer({ from: "home", to: me, amount: FUNDS });
  await until("the transfer arrives", async () => (await balance()) === FUNDS || undefined);
  const relaySeconds = (performance.now() - sentAt) / 1000;
  view.done(`${asy(FUNDS)} crossed to her in ${relaySeconds.toFixed(1)} s`, me);

  const digits = loadDigits();
  const program = parseProgram({ ...x24Digits(), steps: STEPS });
  const dataset = packDigits(digits.train, program.input.bits);
  const { spec, compiled } = await prepareJob(gateway, program, dataset, SEED, () => {});
  const { id, ticket } = await user.remoteJob.post({ spec, price: PRICE });
  const { index } = ticket;
  view.done(`she posts a training of ${STEPS} steps there and pays ${asy(PRICE.max)}`, `job ${id}`);
  const reach = (what: string, isSo: (info: RemoteJobInfo) => boolean) =>
    until(what, async () => {
      const info = await user.remoteJob.status({ index });
      return isSo(info) ? info : undefined;
    });
  await reach("the job is posted at home", ({ job }) => job !== undefined);
  view.done("the market at home has it; nodes there bid for it as for any other");
  const submitted = await reach("its result stands", ({ job }) => job?.status === "submitted");
  const { provider, submittedAt } = submitted.job as SubmittedJob;
  view.done("a node at home has run it", `by ${provider}`);
  const { result } = await reach("the result is known there", (info) => info.result !== undefined);
  const { commitment, finalState, outputDigest } = result!;
  view.done("its commitment is on her chain", commitment);
  await pass(finalizableAt(submitted.job as SubmittedJob) - submittedAt);
  await reach("it is paid", ({ job }) => job?.status === "finalized");
  const endedAt = performance.now();
  await reach("the change is back", ({ done }) => done);
  const endSeconds = (performance.now() - endedAt) / 1000;
  const change = (await balance()) - (FUNDS - PRICE.max);
  view.done(
    `the provider is paid; ${asy(change)} of change are back with her`,
    `${endSeconds.toFixed(1)} s after the end`,
  );
  const delivered = { spec, finalState, outputDigest } as unknown as SubmittedJob;
  const model = await receiveModel(gateway, compiled, delivered, packDigits(digits.heldOut, program.input.bits));
  view.done("her weights have the state that her own chain was told", `${(model.accuracy * 100).toFixed(2)} %`);
  const paid = PRICE.max - change;
  const facts = { job: id, chainId, user: me, paid, change, commitment, finalState };
  return { ...facts, accuracy: model.accuracy, relaySeconds, endSeconds };
}

async function until<T>(what: string, find: () => Promise<T | undefined>): Promise<T> {
  for (const end = Date.now() + TIMEOUT_MS; ; ) {
    const found = await find();
    if (found !== undefined) return found;
    if (Date.now() > end) throw new Error(`waited ${TIMEOUT_MS / 1000} s until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}
