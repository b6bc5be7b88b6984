import { zeroAddress } from "viem";
import { type ChainView, mapSome } from "../chain.ts";
import type { Check, Rows } from "../check.ts";
import { foldedJobs } from "./jobs.ts";
import { lostIn, providerIds } from "./stakes.ts";

const STAKING = "StakingManager";

async function totals(chain: ChainView): Promise<Rows> {
  const jobs = foldedJobs(chain);
  const count = (...statuses: string[]) => jobs.filter(({ job }) => statuses.includes(job.status)).length;
  const ids = providerIds(chain);
  const stakes = await mapSome(ids, (id) => chain.read<[bigint, bigint]>(STAKING, "stakeOf", id));
  const slashed = chain.of(STAKING, "BondForfeited").reduce((total, log) => total + lostIn(log), 0n);
  const burns = chain.of("AssayToken", "Transfer").filter((log) => log.hex("to") === zeroAddress);
  const [treasury, , pauseBits] = await chain.read<[string, number, number]>("JobMarketplace", "config");
  const requesters = chain.of("JobMarketplace", "JobPosted", "LaneRetired").map((log) => log.hex("requester"));
  const challenged = chain.of("RefereedDispute", "Challenged").map((log) => log.hex("commitment"));
  const row = {
    asy: chain.address("AssayToken"),
    jobsPosted: jobs.length,
    jobsLive: count("open", "claimed", "submitted"),
    jobsFinalized: count("finalized"),
    jobsCancelled: count("cancelled"),
    jobsExpired: count("expired"),
    jobsRejected: count("rejected"),
    jobsUnresolved: count("unresolved"),
    disputes: new Set(challenged).size,
    stake: sum(stakes.map(([stake]) => stake)),
    delegated: await chain.read<bigint>("DelegationPools", "totalAssets"),
    locked: sum(stakes.map(([, locked]) => locked)),
    slashed,
    supply: await chain.read<bigint>("AssayToken", "totalSupply"),
    burned: sum(burns.map((log) => log.big("value"))),
    burnDue: await chain.read<bigint>(STAKING, "burnDue"),
    auditDue: await chain.read<bigint>(STAKING, "auditDue"),
    thawPeriod: await chain.read<bigint>(STAKING, "thawPeriod"),
    slashingDelay: await chain.read<bigint>("SlashingManager", "delay"),
    pauseBits,
    providers: ids.length,
    requesters: new Set(requesters).size,
    treasury,
    auditFund: await chain.read<string>(STAKING, "auditFund"),
  };
  return new Map([["protocol", row]]);
}

function sum(values: readonly bigint[]): bigint {
  return values.reduce((total, value) => total + value, 0n);
}

export const totalsChecks: Readonly<Record<string, Check>> = { Protocol: totals };
