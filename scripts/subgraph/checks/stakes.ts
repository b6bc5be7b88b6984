import type { Hex } from "viem";
import { decayRecord, type ReputationRecord, recordFailures, recordSuccess, scoreOf } from "../../../sdk/src/index.ts";
import { type ChainView, type Log, littleEndian, mapSome } from "../chain.ts";
import type { Check, Rows } from "../check.ts";
import { foldedJobs, stamp } from "./jobs.ts";

const STAKING = "StakingManager";
export const REASONS = [
  "FINALIZED",
  "LATE",
  "REJECTED",
  "DATA_WITHHELD",
  "FALSE_CAPABILITY",
  "COLLUSION",
  "RESCUED",
] as const;
/** What a provider is called in the events that make an account one. */
const NAMES: Readonly<Record<string, readonly string[]>> = {
  "JobMarketplace.JobClaimed": ["provider"],
  "JobMarketplace.BidPlaced": ["provider"],
  "StakingManager.Staked": ["provider"],
  "StakingManager.OperatorSet": ["provider"],
  "StakingManager.ExposureSet": ["provider"],
  "ProviderRegistry.RecordSet": ["provider"],
  "DelegationPools.StakeDelegated": ["provider"],
  "DelegationPools.StakeRedelegated": ["to"],
  "DelegationPools.CutSet": ["provider"],
};

export function providerIds(chain: ChainView): Hex[] {
  const found = chain.logs.flatMap((log) => (NAMES[`${log.contract}.${log.name}`] ?? []).map((name) => log.hex(name)));
  return [...new Set(found)];
}

/** Withdrawals in the order of their request, and whether they were paid, which happens in that order. */
function thawRows(chain: ChainView): Rows {
  const rows: Rows = new Map();
  for (const log of chain.of(STAKING, "ThawRequested", "Withdrawn")) {
    const provider = log.hex("provider");
    if (log.name === "ThawRequested") {
      rows.set(log.id, { provider, amount: log.big("amount"), readyAt: log.big("readyAt"), withdrawn: false });
      continue;
    }
    let left = log.big("amount");
    for (const row of rows.values()) {
      if (left === 0n) break;
      if (row.provider !== provider || row.withdrawn) continue;
      row.withdrawn = true;
      left -= row.amount as bigint;
    }
  }
  return rows;
}

async function providers(chain: ChainView): Promise<Rows> {
  const jobs = foldedJobs(chain);
  const logs = jobs.flatMap((job) => job.logs);
  const thaws = [...thawRows(chain)].filter(([, thaw]) => !thaw.withdrawn);
  const records = new Map(chain.of("ProviderRegistry", "RecordSet").map((log) => [log.hex("provider"), recordId(log)]));
  const pooled = new Set(
    chain
      .of("DelegationPools")
      .flatMap((log) => ["provider", "from", "to"].map((name) => log.args[name]))
      .map((account) => String(account).toLowerCase()),
  );
  const count = (id: string, name: string, role = "provider") =>
    logs.filter((log) => log.name === name && log.hex(role) === id).length;
  const rows = await mapSome(providerIds(chain), async (id) => {
    const [stake, locked] = await chain.read<[bigint, bigint]>(STAKING, "stakeOf", id);
    const [good, bad, recordDay] = await chain.read<[bigint, bigint, bigint]>(STAKING, "recordOf", id);
    const forfeited = slashLogs(chain, id).reduce((sum, log) => sum + lostIn(log), 0n);
    const mine = thaws.filter(([, thaw]) => thaw.provider === id);
    const queue = await chain.read<{ amount: bigint }[]>(STAKING, "thawsOf", id);
    // the queue of the contract, told by its own logs
    const agree = queue.length === mine.length && queue.every(({ amount }, i) => amount === mine[i]![1].amount);
    const row = {
      stake,
      locked,
      exposureBps: await chain.read<bigint>(STAKING, "exposureOf", id),
      forfeited,
      jobsClaimed: count(id, "JobClaimed"),
      jobsFinalized: count(id, "JobFinalized"),
      jobsExpired: count(id, "JobExpired") + count(id, "JobRescued", "late"),
      jobsRejected: count(id, "JobRejected"),
      good,
      bad,
      recordDay,
      score: scoreOf({ good, bad }),
      record: records.get(id),
      pool: pooled.has(id) ? id : undefined,
      thawing: agree ? mine.map(([thaw]) => thaw) : ["the contract's queue differs from its log"],
    };
    return [id, row] as const;
  });
  return new Map(rows);
}

function slashLogs(chain: ChainView, provider: string): Log[] {
  return chain.of(STAKING, "BondForfeited").filter((log) => log.hex("provider") === provider);
}

export function lostIn(log: Log): bigint {
  return log.big("toRequester") + log.big("toFinder") + log.big("toAudit") + log.big("burned");
}

function recordId(log: Log): string {
  return `${log.hex("provider")}${littleEndian(Number(log.big("sequence")))}`;
}

function records(chain: ChainView): Rows {
  return new Map(
    chain.of("ProviderRegistry", "RecordSet").map((log) => {
      const { provider, sequence, capabilities, memoryClass, expiry, pricePerHour, endpoint } = log.args;
      const machine = { capabilities, memoryClass, expiry, pricePerHour, endpoint };
      return [recordId(log), { provider, sequence, ...machine, time: log.time }];
    }),
  );
}

async function operators(chain: ChainView): Promise<Rows> {
  const pairs = new Map(
    chain.of(STAKING, "OperatorSet").map((log) => {
      const [provider, account] = [log.hex("provider"), log.hex("operator")];
      return [provider + account.slice(2), { provider, account, set: log.args.allowed }];
    }),
  );
  const rows = await mapSome([...pairs], async ([id, { provider, account, set }]) => {
    // the contract counts everybody as an operator of its own
    const allowed = provider === account ? set : await chain.read<boolean>(STAKING, "isOperator", provider, account);
    return [id, { provider, account, allowed }] as const;
  });
  return new Map(rows);
}

function stakeEvents(chain: ChainView): Rows {
  const rows: Rows = new Map();
  const stakes = new Map<string, bigint>();
  for (const log of chain.of(STAKING, "Staked", "ThawRequested", "Withdrawn", "BondForfeited")) {
    const provider = log.hex("provider");
    const before = stakes.get(provider) ?? 0n;
    const lost = log.name === "BondForfeited" ? lostIn(log) : 0n;
    const own = lost > before ? before : lost;
    const kind = { Staked: "STAKED", ThawRequested: "THAW_REQUESTED", Withdrawn: "WITHDRAWN" }[log.name] ?? "FORFEITED";
    const stake = log.args.stake === undefined ? before - own : log.big("stake");
    stakes.set(provider, stake);
    const amount = log.args.amount === undefined ? own : log.big("amount");
    rows.set(log.id, { ...stamp(log), provider, kind, amount, stake });
  }
  return rows;
}

/** What the contract's own table says that a reason adds. */
async function failuresOf(chain: ChainView): Promise<bigint[]> {
  return mapSome([...REASONS.keys()], async (reason) => {
    if (reason === 0 || !chain.has("SlashingManager")) return 0n;
    return BigInt((await chain.read<{ failures: number }>("SlashingManager", "sharesOf", reason)).failures);
  });
}

async function reputation(chain: ChainView): Promise<Rows> {
  const failures = await failuresOf(chain);
  const requesters = new Map(
    chain.of("JobMarketplace", "JobPosted").map((log) => [log.hex("id"), log.hex("requester")]),
  );
  const records = new Map<string, ReputationRecord>();
  const rows: Rows = new Map();
  for (const log of chain.logs) {
    const slash = log.contract === STAKING && log.name === "BondForfeited";
    const paid = log.name === "JobFinalized" && requesters.get(log.hex("id")) !== log.hex("provider");
    if (!slash && !paid) continue;
    const provider = log.hex("provider");
    const before = records.get(provider) ?? { good: 0n, bad: 0n, day: 0n };
    const today = log.time / 86_400n;
    if (paid && today <= before.day) continue;
    const reason = slash ? Number(log.args.reason) : 0;
    const after = slash
      ? recordFailures(decayRecord(before, today), today, failures[reason]!)
      : recordSuccess(before, today);
    records.set(provider, after);
    rows.set(log.id, { ...stamp(log), provider, reason: REASONS[reason], ...after, score: scoreOf(after) });
  }
  return rows;
}

/** What every slash was for: the log right after it, or the case that its transaction executed. */
function slashes(chain: ChainView): Rows {
  const rows: Rows = new Map();
  const stakes = stakeEvents(chain);
  const byPlace = new Map(chain.logs.map((log) => [`${log.transaction} ${log.index}`, log]));
  for (const log of chain.of(STAKING, "BondForfeited")) {
    const next = byPlace.get(`${log.transaction} ${log.index + 1}`);
    const ending = next && /^Job(Expired|Rejected|Rescued)$/.test(next.name) ? next : undefined;
    const executed = chain
      .of("SlashingManager", "CaseExecuted")
      .filter(({ transaction, index }) => transaction === log.transaction && index < log.index)
      .at(-1);
    const { provider, requester, finder, bond, toRequester, toFinder, toAudit, burned } = log.args;
    rows.set(log.id, {
      ...stamp(log),
      provider,
      requester,
      finder: BigInt(finder as Hex) === 0n ? undefined : finder,
      bond,
      toRequester,
      toFinder,
      toAudit,
      burned,
      reason: REASONS[Number(log.args.reason)],
      lost: lostIn(log),
      fromPool: lostIn(log) - (stakes.get(log.id)!.amount as bigint),
      job: ending?.hex("id"),
      slashingCase: ending ? undefined : executed?.args.id,
    });
  }
  return rows;
}

const CASE_STATUS = ["NONE", "OPEN", "APPEALED", "UPHELD", "EXECUTED", "VETOED", "LAPSED"];
const CASE_STEPS: Readonly<Record<string, string>> = {
  CaseOpened: "OPEN",
  CaseAppealed: "APPEALED",
  AppealRefused: "UPHELD",
  CaseExecuted: "EXECUTED",
  CaseVetoed: "VETOED",
  CaseLapsed: "LAPSED",
};

async function cases(chain: ChainView): Promise<Rows> {
  const byCase = Map.groupBy(chain.of("SlashingManager", ...Object.keys(CASE_STEPS)), (log) => String(log.args.id));
  interface Docket {
    provider: Hex;
    amount: bigint;
    victim: Hex;
    deadline: number;
    reason: number;
    status: number;
  }
  const rows = await mapSome([...byCase], async ([id, logs]) => {
    const found = await chain.read<Docket>("SlashingManager", "caseOf", BigInt(id));
    const named = (name: string) => logs.find((log) => log.name === name);
    const end = logs.find(({ name }) => /^Case(Executed|Vetoed|Lapsed)$/.test(name));
    const row = {
      provider: found.provider,
      reason: REASONS[found.reason],
      status: CASE_STATUS[found.status],
      victim: found.victim,
      amount: found.amount,
      deadline: found.deadline,
      evidence: named("CaseOpened")!.args.evidence,
      statement: named("CaseAppealed")?.args.statement,
      openedAt: named("CaseOpened")!.time,
      endedAt: end?.time,
      execution: named("CaseExecuted")?.transaction,
    };
    return [id, row] as const;
  });
  return new Map(rows);
}

function caseEvents(chain: ChainView): Rows {
  return new Map(
    chain.of("SlashingManager", ...Object.keys(CASE_STEPS)).map((log) => {
      const { id: slashingCase, deadline } = log.args;
      return [log.id, { ...stamp(log), slashingCase, status: CASE_STEPS[log.name], deadline, actor: log.sender }];
    }),
  );
}

export const stakeChecks: Readonly<Record<string, Check>> = {
  Provider: providers,
  ProviderRecord: records,
  Operator: operators,
  ThawRequest: thawRows,
  StakeEvent: stakeEvents,
  ReputationPoint: reputation,
  Slash: slashes,
  SlashingCase: cases,
  CaseEvent: caseEvents,
};
