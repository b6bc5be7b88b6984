import { encodeAbiParameters, keccak256 } from "viem";
import { jobStatuses } from "../../../sdk/src/index.ts";
import { type ChainView, type Log, littleEndian, mapSome } from "../chain.ts";
import type { Check, Rows } from "../check.ts";
import { stamp } from "./jobs.ts";

const KINDS: Readonly<Record<string, string>> = {
  RemoteJobPosted: "POSTED",
  RemoteJobCancelled: "CANCELLED",
  RemoteResultSent: "RESULT_SENT",
  RemoteOutcomeSent: "OUTCOME_SENT",
  RemoteChangeTaken: "CHANGE_TAKEN",
  RemoteJobSent: "SENT",
  RemoteCancelSent: "CANCEL_SENT",
  RemoteResultReceived: "RESULT_RECEIVED",
  RemoteJobEnded: "ENDED",
  RemoteJobRefunded: "REFUNDED",
};
const PORTAL_STATUS = [undefined, "SENT", "ENDED", "REFUNDED"];
const WORDS = [{ type: "uint256[6]" }] as const;

const remoteLogs = (chain: ChainView) =>
  chain.of("JobHub", ...Object.keys(KINDS)).concat(chain.of("RemoteJobPortal", ...Object.keys(KINDS)));
const idOf = (log: Log) =>
  log.contract === "JobHub" ? log.hex("account") : `${log.hex("user")}${littleEndian(Number(log.args.index))}`;
const outcomeOf = (status: number) => (status === 0 ? undefined : jobStatuses[status]!.toUpperCase());

async function remoteJobs(chain: ChainView): Promise<Rows> {
  const rows = await mapSome([...Map.groupBy(remoteLogs(chain), idOf)], async ([id, logs]) => {
    return [id, logs[0]!.contract === "JobHub" ? atHome(logs) : await onSatellite(chain, logs)] as const;
  });
  return new Map(rows);
}

function shared(logs: readonly Log[]): Record<string, unknown> {
  const { args, time } = logs[0]!;
  const back = logs.slice(1).map(({ args: each }) => (each.change ?? each.amount ?? 0n) as bigint);
  const result = logs.findLast(({ args: each }) => each.commitment !== undefined)?.args;
  return {
    ...{ user: args.user, index: args.index, homeAccount: args.homeAccount, number: args.number },
    ...{ commitment: result?.commitment, finalState: result?.finalState, output: result?.outputDigest },
    ...{ back: back.reduce((sum, each) => sum + each, 0n), startedAt: time },
  };
}

function atHome(logs: readonly Log[]): Record<string, unknown> {
  const [{ args }] = logs as [Log];
  const outcome = logs.findLast(({ name }) => name === "RemoteOutcomeSent")?.args.outcome;
  return {
    ...shared(logs),
    ...{ account: args.account, chain: args.chainId, jobId: args.id, job: args.id, amount: undefined },
    ...{ status: outcome === undefined ? "POSTED" : "ENDED", outcome: outcomeOf(Number(outcome ?? 0)) },
  };
}

/** The portal says itself where a job stands. */
async function onSatellite(chain: ChainView, logs: readonly Log[]): Promise<Record<string, unknown>> {
  const { user, index, terms } = logs[0]!.args as {
    user: string;
    index: bigint;
    terms: [bigint, bigint, bigint, bigint, bigint, bigint];
  };
  const job = await chain.read<[bigint, bigint, number, number, string]>("RemoteJobPortal", "jobOf", user, index);
  const [number, amount, status, outcome, commitment] = job;
  return {
    ...shared(logs),
    ...{ number, amount, status: PORTAL_STATUS[status], outcome: outcomeOf(outcome) },
    commitment: BigInt(commitment) === 0n ? undefined : commitment,
    account: `0x${(terms[0] >> 96n).toString(16).padStart(40, "0")}`,
    jobId: keccak256(encodeAbiParameters(WORDS, [terms])),
    ...{ chain: undefined, job: undefined },
  };
}

function remoteEvents(chain: ChainView): Rows {
  return new Map(
    remoteLogs(chain).map((log) => {
      const { number, change, amount } = log.args;
      return [log.id, { ...stamp(log), remoteJob: idOf(log), kind: KINDS[log.name], number, amount: change ?? amount }];
    }),
  );
}

export const remoteChecks: Readonly<Record<string, Check>> = { RemoteJob: remoteJobs, RemoteJobEvent: remoteEvents };
