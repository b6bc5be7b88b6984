import { type Hex, numberToHex } from "viem";
import { type ChainView, type Log, littleEndian, mapSome } from "../chain.ts";
import type { Check, Rows } from "../check.ts";
import { stamp } from "./jobs.ts";

const GOVERNOR = "AssayGovernor";
const TIMELOCK = "ProtocolTimelock";
const COUNCIL = "ParameterCouncil";
const TREASURY = "Treasury";
const GRANTS = "QuadraticGrants";
const SUPPORT = ["AGAINST", "FOR", "ABSTAIN"];

async function proposals(chain: ChainView): Promise<Rows> {
  const waiting = operationsByTransaction(chain);
  const rows = await mapSome(chain.of(GOVERNOR, "ProposalCreated"), async (log) => {
    const id = log.big("proposalId");
    const read = <T>(name: string) => chain.read<T>(GOVERNOR, name, id);
    const of = (name: string) => chain.of(GOVERNOR, name).find((each) => each.big("proposalId") === id);
    const [against, votesFor, abstain] = await read<[bigint, bigint, bigint]>("proposalVotes");
    const [queued, canceled, executed] = [of("ProposalQueued"), of("ProposalCanceled"), of("ProposalExecuted")];
    const state = await read<number>("state");
    // 2 canceled, 7 executed, 5 queued; of the others nothing has happened since the creation
    const status = { 2: "CANCELED", 7: "EXECUTED", 5: "QUEUED" }[state] ?? (queued ? "QUEUED" : "CREATED");
    const row = {
      proposer: await read<string>("proposalProposer"),
      status,
      targets: log.args.targets,
      values: log.args.values,
      calldatas: log.args.calldatas,
      description: log.args.description,
      voteStart: await read<bigint>("proposalSnapshot"),
      voteEnd: await read<bigint>("proposalDeadline"),
      forVotes: votesFor,
      againstVotes: against,
      abstainVotes: abstain,
      eta: queued?.args.etaSeconds,
      operation: queued && waiting.get(queued.transaction),
      createdAt: log.time,
      endedAt: (canceled ?? executed)?.time,
    };
    return [String(id), row] as const;
  });
  return new Map(rows);
}

/** Queueing schedules one operation, in the same transaction. */
function operationsByTransaction(chain: ChainView): Map<Hex, Hex> {
  return new Map(chain.of(TIMELOCK, "CallScheduled").map((log) => [log.transaction, log.hex("id")]));
}

async function votes(chain: ChainView): Promise<Rows> {
  const rows: Rows = new Map();
  const id = (log: Log, voter: string) => numberToHex(log.big("proposalId"), { size: 32 }) + log.hex(voter).slice(2);
  for (const log of chain.of(GOVERNOR, "VoteCast", "OverrideVoteCast", "VoteReduced")) {
    if (log.name === "VoteReduced") {
      const row = rows.get(id(log, "delegate"))!;
      row.reduced = (row.reduced as bigint) + log.big("weight");
      continue;
    }
    const { proposalId, voter, weight, reason } = log.args;
    const override = log.name === "OverrideVoteCast";
    const seen = await chain.read<boolean>(GOVERNOR, override ? "hasVotedOverride" : "hasVoted", proposalId, voter);
    rows.set(id(log, "voter") + (override ? "01" : ""), {
      ...stamp(log),
      proposal: proposalId,
      voter: seen ? voter : "the governor knows no vote",
      support: SUPPORT[Number(log.args.support)],
      weight,
      reduced: 0n,
      override,
      reason,
    });
  }
  return rows;
}

function reductions(chain: ChainView): Rows {
  return new Map(
    chain.of(GOVERNOR, "VoteReduced").map((log) => {
      const { proposalId: proposal, delegate: representative, weight } = log.args;
      const { transaction, time } = log;
      const support = SUPPORT[Number(log.args.support)];
      return [log.id, { proposal, representative, support, weight, transaction, time }];
    }),
  );
}

async function operations(chain: ChainView): Promise<Rows> {
  const scheduled = new Map(chain.of(TIMELOCK, "CallScheduled").map((log) => [log.hex("id"), log]));
  const rows = await mapSome([...scheduled], async ([id, log]) => {
    const last = (name: string) => chain.of(TIMELOCK, name).findLast((each) => each.hex("id") === id);
    const readyAt = log.time + log.big("delay");
    const there = await chain.read<bigint>(TIMELOCK, "getTimestamp", id);
    // zero: none, or cancelled; one: done
    const status = there === 0n ? "CANCELLED" : there === 1n ? "EXECUTED" : "SCHEDULED";
    const end = status === "CANCELLED" ? last("Cancelled") : status === "EXECUTED" ? last("CallExecuted") : undefined;
    const row = {
      status: there > 1n && there !== readyAt ? `ready at ${there} on chain` : status,
      predecessor: log.args.predecessor,
      salt: last("CallSalt")?.args.salt ?? `0x${"00".repeat(32)}`,
      delay: log.args.delay,
      scheduledAt: log.time,
      readyAt,
      endedAt: end?.time,
    };
    return [id, row] as const;
  });
  return new Map(rows);
}

function calls(chain: ChainView): Rows {
  const rows: Rows = new Map();
  for (const log of chain.of(TIMELOCK, "CallScheduled", "CallExecuted")) {
    const index = Number(log.args.index);
    const id = log.hex("id") + littleEndian(index);
    if (log.name === "CallExecuted") rows.get(id)!.executed = true;
    else {
      const { target, value, data } = log.args;
      rows.set(id, { operation: log.hex("id"), index, target, value, data, executed: false });
    }
  }
  return rows;
}

async function ranges(chain: ChainView): Promise<Rows> {
  const named = new Map(
    chain.of(COUNCIL, "RangeSet", "Moved").map((log) => [log.hex("target") + log.hex("setter").slice(2), log]),
  );
  const rows = await mapSome([...named], async ([id, { args }]) => {
    const { target, setter } = args;
    const [min, max, movedAt] = await chain.read<[bigint, bigint, bigint]>(COUNCIL, "rangeOf", target, setter);
    return [id, { target, setter, min, max, movedAt }] as const;
  });
  return new Map(rows);
}

function moves(chain: ChainView): Rows {
  return new Map(
    chain.of(COUNCIL, "Moved").map((log) => {
      const range = log.hex("target") + log.hex("setter").slice(2);
      return [log.id, { ...stamp(log), range, value: log.args.value, sender: log.sender }];
    }),
  );
}

async function roles(chain: ChainView): Promise<Rows> {
  const named = new Map(
    chain.of("ProtocolAuthority", "RoleGranted", "RoleRevoked").map((log) => {
      const id = numberToHex(log.big("roleId"), { size: 8 }) + log.hex("account").slice(2);
      return [id, { role: log.big("roleId"), account: log.hex("account"), log }];
    }),
  );
  const rows = await mapSome([...named], async ([id, { role, account, log }]) => {
    const [since, delay] = await chain.read<[number, number]>("ProtocolAuthority", "getAccess", role, account);
    const active = since !== 0;
    return [id, { role, account, active, delay, since: active ? since : log.time }] as const;
  });
  return new Map(rows);
}

async function treasuryAccounts(chain: ChainView): Promise<Rows> {
  const tokens = new Set(chain.of(TREASURY, "Paid", "Granted").map((log) => log.hex("token")));
  const rows = await mapSome([...tokens], async (token) => {
    const [, , paid, granted] = await chain.read<bigint[]>(TREASURY, "accountOf", token);
    return [token, { paid, granted }] as const;
  });
  return new Map(rows);
}

async function treasuryGrants(chain: ChainView): Promise<Rows> {
  const rows = await mapSome(chain.of(TREASURY, "Granted"), async (log) => {
    const { id, token, beneficiary, amount, start, duration } = log.args;
    const wallet = await chain.read<string>(TREASURY, "grantOf", id);
    const { transaction, time } = log;
    return [String(id), { token, beneficiary, wallet, amount, start, duration, transaction, time }] as const;
  });
  return new Map(rows);
}

interface Round {
  token: string;
  snapshot: number;
  votingStart: number;
  votingEnd: number;
  budget: bigint;
  paid: bigint;
  votes: bigint;
  bond: bigint;
  projects: number;
  swept: boolean;
}

async function rounds(chain: ChainView): Promise<Rows> {
  const rows = await mapSome(chain.of(GRANTS, "RoundOpened"), async (log) => {
    const { projects, ...round } = await chain.read<Round>(GRANTS, "roundOf", log.args.round);
    return [String(log.args.round), { ...round, projectCount: projects }] as const;
  });
  return new Map(rows);
}

interface Project {
  beneficiary: string;
  proposer: string;
  asked: bigint;
  votes: bigint;
  struck: boolean;
  settled: boolean;
}

async function projects(chain: ChainView): Promise<Rows> {
  const rows = await mapSome(chain.of(GRANTS, "ProjectProposed"), async (log) => {
    const { round, project: number, description } = log.args;
    const there = await chain.read<Project>(GRANTS, "projectOf", round, number);
    const { beneficiary, proposer, asked, votes: cast, struck, settled } = there;
    const paid = chain.of(GRANTS, "ProjectSettled").find(({ args }) => args.round === round && args.project === number);
    const state = { beneficiary, proposer, asked, votes: cast, struck, settled };
    const outcome = { amount: paid?.args.amount, bondReturned: paid?.args.bondReturned };
    return [`${round}.${number}`, { round, number, description, ...state, ...outcome }] as const;
  });
  return new Map(rows);
}

function ballots(chain: ChainView): Rows {
  return new Map(
    chain.of(GRANTS, "GrantVoted").map((log) => {
      const { round, project, voter, credits, votes: cast } = log.args;
      const { transaction, time } = log;
      return [log.id, { project: `${round}.${project}`, voter, credits, votes: cast, transaction, time }];
    }),
  );
}

export const governanceChecks: Readonly<Record<string, Check>> = {
  Proposal: proposals,
  Vote: votes,
  VoteReduction: reductions,
  TimelockOperation: operations,
  TimelockCall: calls,
  CouncilRange: ranges,
  CouncilMove: moves,
  RoleMember: roles,
  TreasuryAccount: treasuryAccounts,
  TreasuryGrant: treasuryGrants,
  GrantRound: rounds,
  GrantProject: projects,
  GrantVote: ballots,
};
