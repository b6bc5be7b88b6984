import { toHex } from "viem";
import { type ChainView, type Log, mapSome } from "../chain.ts";
import type { Check, Rows } from "../check.ts";
import { stamp } from "./jobs.ts";

type Value = readonly [name: string, subject: string, value: unknown];

/** What every setting's event sets. */
const SETTINGS: Readonly<Record<string, (log: Log) => Value[]>> = {
  "JobMarketplace.TreasurySet": ({ args }) => [["treasury", "", args.current]],
  "JobMarketplace.MinWindowSet": ({ args }) => [["minWindow", "", args.current]],
  "JobMarketplace.PauseSet": ({ args }) => [["pauseBits", "", args.current]],
  "JobMarketplace.FeeSharesSet": ({ args }) => [
    ["tipBps", "", args.tipBps],
    ["burnBps", "", args.burnBps],
  ],
  "JobMarketplace.BaseFeeMoved": (log) => [["feeBps", log.hex("token"), log.args.current]],
  "JobMarketplace.FeeRangeSet": (log) => [
    ["feeBps", log.hex("token"), log.args.feeBps],
    ["minFeeBps", log.hex("token"), log.args.minFeeBps],
    ["maxFeeBps", log.hex("token"), log.args.maxFeeBps],
    ["target", log.hex("token"), log.args.target],
  ],
  "JobMarketplace.TokenConfigured": (log) => [
    ["allowed", log.hex("token"), log.args.allowed],
    ["minBond", log.hex("token"), log.args.minBond],
    ["feeBps", log.hex("token"), log.args.feeBps],
    ["minFeeBps", log.hex("token"), log.args.feeBps],
    ["maxFeeBps", log.hex("token"), log.args.feeBps],
  ],
  "StakingManager.ThawPeriodSet": ({ args }) => [["thawPeriod", "", args.current]],
  "StakingManager.AuditFundSet": ({ args }) => [["auditFund", "", args.current]],
  "SlashingManager.DelaySet": ({ args }) => [["delay", "", args.current]],
  "DelegationPools.FeeTokenAdded": (log) => [["feeToken", log.hex("token"), true]],
  "ReputationRegistry.StakeCapSet": ({ args }) => [["stakeCap", "", args.current]],
  "ReputationRegistry.TierSet": ({ args }) => [
    ["tierCapacity", String(args.tier), args.capacity],
    ["tierScore", String(args.tier), args.score],
  ],
  "PriceFeeds.FeedSet": (log) => [
    ["source", log.hex("token"), log.args.source],
    ["heartbeat", log.hex("token"), log.args.heartbeat],
    ["maxDeviationBps", log.hex("token"), log.args.maxDeviationBps],
  ],
  "PriceFeeds.SequencerSet": ({ args }) => [
    ["sequencer", "", args.source],
    ["grace", "", args.grace],
  ],
  "VerificationHub.StrategyRegistered": ({ args }) => [["strategy", String(args.number), args.strategy]],
  "AssayGovernor.VotingDelaySet": ({ args }) => [["votingDelay", "", args.newVotingDelay]],
  "AssayGovernor.VotingPeriodSet": ({ args }) => [["votingPeriod", "", args.newVotingPeriod]],
  "AssayGovernor.ProposalThresholdSet": ({ args }) => [["proposalThreshold", "", args.newProposalThreshold]],
  "AssayGovernor.QuorumNumeratorUpdated": ({ args }) => [["quorumNumerator", "", args.newQuorumNumerator]],
  "AssayGovernor.LateQuorumVoteExtensionSet": ({ args }) => [["lateQuorumVoteExtension", "", args.newVoteExtension]],
  "AssayGovernor.ProposalGuardianSet": ({ args }) => [["proposalGuardian", "", args.newProposalGuardian]],
  "ProtocolTimelock.MinDelayChange": ({ args }) => [["minDelay", "", args.newDuration]],
  "LinkedBridge.LimitSet": ({ args }) => [
    ["capacity", String(args.chainId), args.capacity],
    ["window", String(args.chainId), args.window],
  ],
  "JobHub.PortalSet": ({ args }) => [["portal", String(args.chainId), args.portal]],
  "LinkedBridge.PauseSet": ({ args }) => [["pauseBits", "", args.current]],
};

/** How the contracts say it themselves, where they do. */
const READS: Readonly<Record<string, (chain: ChainView, subject: string) => Promise<unknown>>> = {
  "JobMarketplace.treasury": async (chain) => (await marketConfig(chain))[0],
  "JobMarketplace.minWindow": async (chain) => (await marketConfig(chain))[1],
  "JobMarketplace.pauseBits": async (chain) => (await marketConfig(chain))[2],
  "JobMarketplace.tipBps": async (chain) => (await marketConfig(chain))[3],
  "JobMarketplace.burnBps": async (chain) => (await marketConfig(chain))[4],
  "JobMarketplace.allowed": async (chain, token) => (await tokenConfig(chain, token))[0],
  "JobMarketplace.minBond": async (chain, token) => (await tokenConfig(chain, token))[2],
  "JobMarketplace.minFeeBps": async (chain, token) => (await feeRange(chain, token))[0],
  "JobMarketplace.maxFeeBps": async (chain, token) => (await feeRange(chain, token))[1],
  "JobMarketplace.target": async (chain, token) => (await feeRange(chain, token))[2],
  "StakingManager.thawPeriod": (chain) => chain.read("StakingManager", "thawPeriod"),
  "StakingManager.auditFund": (chain) => chain.read("StakingManager", "auditFund"),
  "SlashingManager.delay": (chain) => chain.read("SlashingManager", "delay"),
  "ReputationRegistry.stakeCap": (chain) => chain.read("ReputationRegistry", "stakeCap"),
  "ReputationRegistry.tierCapacity": async (chain, number) => (await tier(chain, number)).capacity,
  "ReputationRegistry.tierScore": async (chain, number) => (await tier(chain, number)).score,
  "VerificationHub.strategy": (chain, number) => chain.read("VerificationHub", "strategyOf", BigInt(number)),
  "AssayGovernor.votingDelay": (chain) => chain.read("AssayGovernor", "votingDelay"),
  "AssayGovernor.votingPeriod": (chain) => chain.read("AssayGovernor", "votingPeriod"),
  "AssayGovernor.proposalThreshold": (chain) => chain.read("AssayGovernor", "proposalThreshold"),
  "AssayGovernor.proposalGuardian": (chain) => chain.read("AssayGovernor", "proposalGuardian"),
  "AssayGovernor.lateQuorumVoteExtension": (chain) => chain.read("AssayGovernor", "lateQuorumVoteExtension"),
  "ProtocolTimelock.minDelay": (chain) => chain.read("ProtocolTimelock", "getMinDelay"),
};

const marketConfig = (chain: ChainView) => chain.read<unknown[]>("JobMarketplace", "config");
const tokenConfig = (chain: ChainView, token: string) => chain.read<unknown[]>("JobMarketplace", "tokenConfig", token);
const feeRange = (chain: ChainView, token: string) => chain.read<unknown[]>("JobMarketplace", "feeRange", token);
const tier = (chain: ChainView, number: string) =>
  chain.read<{ capacity: bigint; score: number }>("ReputationRegistry", "tier", BigInt(number));

interface Change {
  id: string;
  contract: string;
  name: string;
  subject: string;
  value: unknown;
  log: Log;
}

function changes(chain: ChainView): Change[] {
  return chain.logs.flatMap((log) => {
    const { contract } = log;
    return (SETTINGS[`${contract}.${log.name}`]?.(log) ?? []).map(([name, subject, value]) => {
      const id = `${contract}.${name}${subject === "" ? "" : `:${subject}`}`;
      return { id, contract, name, subject, value, log };
    });
  });
}

async function parameters(chain: ChainView): Promise<Rows> {
  const last = new Map(changes(chain).map((change) => [change.id, change]));
  const rows = await mapSome([...last.values()], async ({ id, contract, name, subject, value, log }) => {
    const read = READS[`${contract}.${name}`];
    return [id, { contract, name, subject, value: read ? await read(chain, subject) : value, time: log.time }] as const;
  });
  return new Map(rows);
}

function history(chain: ChainView): Rows {
  const rows: Rows = new Map();
  const before = new Map<string, unknown>();
  for (const { id, value, log } of changes(chain)) {
    rows.set(log.id + toHex(id).slice(2), { ...stamp(log), parameter: id, previous: before.get(id), value });
    before.set(id, value);
  }
  return rows;
}

async function tiers(chain: ChainView): Promise<Rows> {
  const numbers = new Set(chain.of("ReputationRegistry", "TierSet").map(({ args }) => String(args.tier)));
  return new Map(await mapSome([...numbers], async (number) => [number, { ...(await tier(chain, number)) }] as const));
}

export const settingChecks: Readonly<Record<string, Check>> = {
  Parameter: parameters,
  ParameterChange: history,
  Tier: tiers,
};
