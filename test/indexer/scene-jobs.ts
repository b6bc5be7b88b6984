import { type Hex, keccak256, toHex, zeroAddress, zeroHash } from "viem";
import { type AssayClient, type Game, type JobSpec, partyWord, type SubmittedJob } from "../../sdk/src/index.ts";
import type { IndexedMarket } from "./harness.ts";
import { addressOf, pass } from "./steps.ts";

/** What a job computes, by names that mean nothing. */
export function spec(more: Partial<JobSpec> = {}): Omit<JobSpec, "judge"> {
  const hash = (name: string) => keccak256(toHex(name));
  const run = { steps: 40, segmentLength: 64, outIdx: 0, stateCount: 1, rulesVersion: 1, refSeconds: 60 };
  return {
    programHash: hash("program"),
    dataRoot: hash("data"),
    initState: hash("state"),
    ...run,
    inputs: hash("in"),
    ...more,
  };
}

/** A job of person 3 that a provider has answered. @param more its policy or bond, where they are not the usual ones */
export async function submitted(
  market: IndexedMarket,
  provider: AssayClient,
  price: bigint,
  more: { policy?: number; bond?: bigint } = {},
) {
  const requester = market.people[3]!;
  const { id, terms } = await requester.postJob({
    spec: { ...spec(), ...(more.policy ? { judge: zeroAddress } : {}) },
    price,
    ...more,
  });
  await provider.claimJob({ terms });
  const claimed = await provider.getJob({ id });
  const result = { runRoot: zeroHash, finalState: keccak256(toHex("final")), outputDigest: keccak256(toHex("out")) };
  await provider.submitResult({ ...(claimed as SubmittedJob), ...result });
  return (await provider.getJob({ id })) as SubmittedJob;
}

/** A job that is settled, too early at first. */
export async function finalized(market: IndexedMarket, provider: AssayClient, price: bigint): Promise<void> {
  const job = await submitted(market, provider, price, { policy: 1 });
  await market.people[2]!.finalizeBatch({ jobs: [job] });
  await pass(market, job.terms.window + 1);
  await market.people[2]!.finalizeBatch({ jobs: [job] });
}

/** The game of a challenger, as its last move left it. */
export async function gameOf(challenger: AssayClient, commitment: Hex, bond: bigint): Promise<Game> {
  const found = await challenger.getEvents({
    contract: "RefereedDispute",
    eventName: "Moved",
    args: { commitment, challenger: addressOf(challenger) },
  });
  const { clock, place, expect, pre } = found.at(-1)!.args;
  return { commitment, party: partyWord(addressOf(challenger), bond), clock, place, expect, pre };
}
