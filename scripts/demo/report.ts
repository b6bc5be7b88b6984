import { writeFileSync } from "node:fs";
import { formatUnits, type Hex } from "viem";
import type { DisputeFacts } from "./second-act.ts";
import type { RemoteFacts } from "./third-act.ts";
import type { View } from "./view.ts";

/** What the demo found out; `--json` writes the same, amounts in the smallest unit as decimal strings. */
export interface DemoFacts {
  job: Hex;
  provider: string;
  accuracy: number;
  heldOut: number;
  segments: number;
  runRoot: Hex;
  outputCid: string;
  /** Smallest unit of ASY. */
  pricePaid: bigint;
  fee: bigint;
  /** In-market balance of the provider, smallest unit of ASY. */
  providerBalanceBefore: bigint;
  providerBalanceAfter: bigint;
  gas: { post: number; claim: number; submit: number; finalize: number };
  /** Seconds from claim to submission, on the chain's clock. */
  runSeconds: number;
  dispute?: DisputeFacts;
  remote?: RemoteFacts;
  /** Where the closing table was read, and as of which block; absent where it was read from the chain. */
  index?: { url: string; block: number };
  /** Wall-clock seconds of the whole demo. */
  seconds: number;
}

const asy = (amount: bigint) => `${formatUnits(amount, 18)} ASY`;

/** The closing table. */
export function printFacts(view: View, facts: DemoFacts): void {
  const { gas } = facts;
  const total = gas.post + gas.claim + gas.submit + gas.finalize;
  view.table("What happened", [
    [
      "accuracy",
      `${(facts.accuracy * 100).toFixed(2)} % of ${facts.heldOut} held-out digits, evaluated by the requester`,
    ],
    ["segments", `${facts.segments}, under run root ${facts.runRoot}`],
    ["output", facts.outputCid],
    ["price paid", `${asy(facts.pricePaid)}, of which ${asy(facts.fee)} is the protocol's fee`],
    ["provider", `${facts.provider}`],
    ["  balance before", asy(facts.providerBalanceBefore)],
    ["  balance after", asy(facts.providerBalanceAfter)],
    [
      "gas",
      `post ${gas.post}, claim ${gas.claim}, submit ${gas.submit}, finalize ${gas.finalize}; ${total} in all (first use of every account)`,
    ],
    ["time", `${facts.runSeconds} s from claim to result, ${facts.seconds.toFixed(1)} s for everything`],
  ]);
  if (facts.dispute) printDispute(view, facts.dispute);
  if (facts.remote) printRemote(view, facts.remote);
  const { index } = facts;
  view.note(index ? `read from the index at block ${index.block}: ${index.url}` : "read from the chain");
}

function printDispute(view: View, dispute: DisputeFacts): void {
  const { rounds, gasTotal, gasTerminal, seconds } = dispute;
  view.table("The dispute", [
    ["fault", dispute.fault],
    [
      "court",
      `${rounds} rounds, ${gasTotal} gas for both sides, of which the judge's move ${gasTerminal}; ${seconds.toFixed(1)} s`,
    ],
    ["provider", `lost ${asy(dispute.providerLost)} of its stake`],
    ["challenger", `won ${asy(dispute.challengerWon)}, and has its bond back`],
    [
      "requester",
      `has its price back and ${asy(dispute.requesterRefunded)} in all; the job was done again by ${dispute.againProvider}`,
    ],
  ]);
}

function printRemote(view: View, remote: RemoteFacts): void {
  view.table("The user on another chain", [
    ["user", `${remote.user} on chain ${remote.chainId}`],
    ["paid", `${asy(remote.paid)}; ${asy(remote.change)} of change came back`],
    ["commitment", `${remote.commitment}, as her own chain knows it`],
    ["messages", `${remote.relaySeconds.toFixed(1)} s from chain to chain, two of three signers`],
  ]);
}

/** Writes the facts as JSON. */
export function writeFacts(path: string, facts: DemoFacts): void {
  const json = JSON.stringify(facts, (_, value) => (typeof value === "bigint" ? value.toString() : value), 2);
  writeFileSync(path, `${json}\n`);
}
