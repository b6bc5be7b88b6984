import { zeroAddress } from "viem";
import { type ChainView, mapSome } from "../chain.ts";
import type { Check, Rows } from "../check.ts";
import { foldedJobs } from "./jobs.ts";
import { lostIn, providerIds } from "./stakes.ts";

const STAKING = "StakingManager";

const THE_ONE = "protocol";

async function totals(chain: ChainView): Promise<Rows> {
  const slashed = chain.of(STAKING, "BondForfeited").reduce((total, log) => total + lostIn(log), 0n);
  const burns = chain.of("AssayToken", "Transfer").filter((log) => log.hex("to") === zeroAddress);
  const satellite = !chain.has(STAKING);
  const amount = (contract: string, name: string) => (satellite ? 0n : chain.read<bigint>(contract, name));
  const [treasury, , pauseBits] = satellite
    ? [zeroAddress, 0, 0]
    : await chain.read<[string, number, number]>("JobMarketplace", "config");
  const requesters = chain.of("JobMarketplace", "JobPosted", "LaneRetired").map((log) => log.hex("requester"));
  const challenged = chain.of("RefereedDispute", "Challenged").map((log) => log.hex("commitment"));
  const row = {
    asy: chain.address("AssayToken"),
    jobs: THE_ONE,
    stakes: THE_ONE,
    disputes: new Set(challenged).size,
    slashed,
    supply: await chain.read<bigint>("AssayToken", "totalSupply"),
    burned: sum(burns.map((log) => log.big("value"))),
    burnDue: await amount(STAKING, "burnDue"),
    auditDue: await amount(STAKING, "auditDue"),
    thawPeriod: await amount(STAKING, "thawPeriod"),
    slashingDelay: await amount("SlashingManager", "delay"),
    pauseBits,
    providers: providerIds(chain).length,
    requesters: new Set(requesters).size,
    treasury,
    auditFund: satellite ? zeroAddress : await chain.read<string>(STAKING, "auditFund"),
  };
  return new Map([[THE_ONE, row]]);
}

function jobTotals(chain: ChainView): Rows {
  const jobs = foldedJobs(chain);
  const count = (...statuses: string[]) => jobs.filter(({ job }) => statuses.includes(job.status)).length;
  const row = {
    posted: jobs.length,
    live: count("open", "claimed", "submitted"),
    finalized: count("finalized"),
    cancelled: count("cancelled"),
    expired: count("expired"),
    rejected: count("rejected"),
    unresolved: count("unresolved"),
  };
  return new Map([[THE_ONE, row]]);
}

async function stakeTotals(chain: ChainView): Promise<Rows> {
  const stakes = await mapSome(providerIds(chain), (id) => chain.read<[bigint, bigint]>(STAKING, "stakeOf", id));
  const row = {
    own: sum(stakes.map(([stake]) => stake)),
    delegated: chain.has("DelegationPools") ? await chain.read<bigint>("DelegationPools", "totalAssets") : 0n,
    locked: sum(stakes.map(([, locked]) => locked)),
  };
  return new Map([[THE_ONE, row]]);
}

function sum(values: readonly bigint[]): bigint {
  return values.reduce((total, value) => total + value, 0n);
}

export const totalsChecks: Readonly<Record<string, Check>> = {
  Protocol: totals,
  JobTotals: jobTotals,
  StakeTotals: stakeTotals,
};
