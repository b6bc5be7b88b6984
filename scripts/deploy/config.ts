import { join } from "node:path";
import { type Address, type Hex, maxUint96 } from "viem";
import { REPOSITORY } from "./artifacts.ts";
import { invalid, Reader, readJson } from "./reader.ts";

/** Stands for the account that deploys, wherever the file asks for an address. */
const DEPLOYER = "deployer";
/** Stands for the protocol's own token, wherever the file asks for a token. */
const ASY = "ASY";
const BPS = 10_000;
const MAX_FEE_BPS = 2_000;
const MAX_FEE_TOKENS = 8;
const TIERS = 3;
const HOUR = 3600;
const DAY = 24 * HOUR;
/** The chain of a developer's own machine: the only one whose clocks may be short. */
const LOCAL_CHAIN = 31337;
/** JobMarketplace.VERDICT_TIMEOUT and RefereedDispute.MAX_LENGTH, seconds. */
const VERDICT_TIMEOUT = 30 * DAY;
/** Most that a coordinator of VRF v2.5 waits for, blocks. */
const MAX_VRF_CONFIRMATIONS = 200;
/** Clocks.MAX_EXTRA: by how much many games may lengthen a provider's clock, seconds. */
const MAX_EXTRA = 7 * DAY;

/** A checked deployment configuration; the comments name the unit of each amount. */
export interface DeployConfig {
  version: 1;
  /** name of the network, e.g. `local` */
  name: string;
  chainId: number;
  token: {
    name: string;
    symbol: string;
    /** smallest unit (18 decimals); below 2^96 */
    cap: bigint;
    /** minted once, when the token is initialised */
    allocations: { to: Address | "deployer"; amount: bigint }[];
  };
  /** thawPeriod in seconds; auditFund gets a share of rejected bonds */
  staking: { thawPeriod: number; auditFund: Address | "deployer" };
  /** how long a slash on evidence may be appealed, seconds */
  slashing: { delay: number };
  /** selection weight and tiers 1 to 3: stakes in the smallest unit of ASY, scores in 1/10,000 */
  reputation: { stakeCap: bigint; tiers: { capacity: bigint; score: number }[] };
  market: {
    /** shortest challenge window that a job may ask for, seconds */
    minWindow: number;
    treasury: Address | "deployer";
    /** of a fee, to who settles a job, 1/10,000 */
    tipBps: number;
    /** of what is left of a fee in ASY, burned, 1/10,000 */
    burnBps: number;
    /**
     * allow-listed payment tokens; feeBps in 1/10,000, minBond in the smallest unit of ASY; with a range the fee moves by
     * what a day should settle, in the token's smallest unit
     */
    tokens: {
      token: Address | "ASY";
      feeBps: number;
      minBond: bigint;
      feeRange?: { minBps: number; maxBps: number; target: bigint };
    }[];
  };
  /** the dispute game; a network without it can be given it by a later run */
  referee?: {
    /** shortest challenge window, seconds; a day at least on any chain but the local one (DSP-70) */
    minWindow: number;
    /** shortest clock of either side, seconds; a day at least on any chain but the local one (DSP-73) */
    minBudget: number;
    /** smallest bond of a challenger, smallest unit of ASY */
    minBond: bigint;
  };
  /** draws that no proposer chooses; a network without it can be given it by a later run */
  randomness?: {
    /** of Chainlink's VRF v2.5 on this chain, and the hash of its proving key, which names a gas lane */
    coordinator: Address;
    keyHash: Hex;
    /** blocks on top of a request before it is answered */
    confirmations: number;
    /** blocks from a request to the fallback */
    timeout: number;
    /** wei for a draw */
    fee: bigint;
  };
  /** who decides after the hand-over; a network without it stays the deployer's */
  governance?: {
    /** seconds between a proposal and its snapshot, and for voting; by how much a late quorum lengthens voting */
    votingDelay: number;
    votingPeriod: number;
    lateQuorumExtension: number;
    /** smallest unit of ASY that a proposer needs in votes */
    proposalThreshold: bigint;
    /** share of the supply that must vote for or abstain, percent */
    quorumPercent: number;
    /** seconds; longer than staking.thawPeriod */
    timelockDelay: number;
    /** contracts: who pauses and vetoes, who moves opened parameters, who cancels proposals */
    guardian: Address;
    council: Address;
    proposalGuardian: Address;
  };
  /** who may pause; administration stays with the deployer until governance takes it over */
  roles: { guardian: Address | "deployer" };
}

/** Where the configuration of a named network lives. */
export function configPath(network: string): string {
  return join(REPOSITORY, "scripts", "deploy", "config", `${network}.json`);
}

/**
 * Reads and checks a configuration file.
 * @throws DeployError DEPLOY-010 (unreadable), DEPLOY-011 (a field is missing, unknown or out of range)
 */
export function loadConfig(path: string): DeployConfig {
  return parseConfig(readJson(path));
}

/**
 * Checks a configuration. Unknown fields are errors, amounts are decimal strings in whole ASY.
 * @throws DeployError DEPLOY-011
 */
export function parseConfig(value: unknown): DeployConfig {
  const root = new Reader(value, "", [
    "version",
    "name",
    "chainId",
    "token",
    "staking",
    "slashing",
    "reputation",
    "market",
    "referee",
    "randomness",
    "governance",
    "roles",
  ]);
  root.literal("version", 1);
  const token = root.child("token", ["name", "symbol", "cap", "allocations"]);
  const staking = root.child("staking", ["thawPeriod", "auditFund"]);
  const slashing = root.child("slashing", ["delay"]);
  const reputation = root.child("reputation", ["stakeCap", "tiers"]);
  const market = root.child("market", ["minWindow", "treasury", "tipBps", "burnBps", "tokens"]);
  const roles = root.child("roles", ["guardian"]);
  const config: DeployConfig = {
    version: 1,
    name: root.text("name"),
    chainId: root.integer("chainId", 1, Number.MAX_SAFE_INTEGER),
    token: {
      name: token.text("name"),
      symbol: token.text("symbol"),
      cap: token.amount("cap"),
      allocations: token.list("allocations", ["to", "amount"], (item) => ({
        to: item.address("to", DEPLOYER),
        amount: item.amount("amount"),
      })),
    },
    staking: {
      thawPeriod: staking.integer("thawPeriod", HOUR, 60 * DAY),
      auditFund: staking.address("auditFund", DEPLOYER),
    },
    slashing: { delay: slashing.integer("delay", DAY, 30 * DAY) },
    reputation: {
      stakeCap: reputation.amount("stakeCap"),
      tiers: reputation.list("tiers", ["capacity", "score"], (item) => ({
        capacity: item.amount("capacity"),
        score: item.integer("score", 0, 10_000),
      })),
    },
    market: {
      minWindow: market.integer("minWindow", 1, 30 * DAY),
      treasury: market.address("treasury", DEPLOYER),
      tipBps: market.integer("tipBps", 0, BPS),
      burnBps: market.integer("burnBps", 0, BPS),
      tokens: market.list("tokens", ["token", "feeBps", "minBond", "feeRange"], (item) => ({
        token: item.address("token", ASY),
        feeBps: item.integer("feeBps", 0, MAX_FEE_BPS),
        minBond: item.amount("minBond"),
        ...(item.has("feeRange") ? { feeRange: readFeeRange(item) } : {}),
      })),
    },
    ...(root.has("referee") ? { referee: readReferee(root) } : {}),
    ...(root.has("randomness") ? { randomness: readRandomness(root) } : {}),
    ...(root.has("governance") ? { governance: readGovernance(root) } : {}),
    roles: { guardian: roles.address("guardian", DEPLOYER) },
  };
  checkTogether(config);
  return config;
}

function readFeeRange(token: Reader) {
  const range = token.child("feeRange", ["minBps", "maxBps", "target"]);
  const minBps = range.integer("minBps", 0, MAX_FEE_BPS);
  return { minBps, maxBps: range.integer("maxBps", minBps, MAX_FEE_BPS), target: range.amount("target") };
}

function readReferee(root: Reader): NonNullable<DeployConfig["referee"]> {
  const referee = root.child("referee", ["minWindow", "minBudget", "minBond"]);
  return {
    minWindow: referee.integer("minWindow", 1, VERDICT_TIMEOUT),
    minBudget: referee.integer("minBudget", 1, VERDICT_TIMEOUT),
    minBond: referee.amount("minBond"),
  };
}

/** What the coordinator itself demands is asked of it, see randomness.ts. */
function readRandomness(root: Reader): NonNullable<DeployConfig["randomness"]> {
  const randomness = root.child("randomness", ["coordinator", "keyHash", "confirmations", "timeout", "fee"]);
  const confirmations = randomness.integer("confirmations", 1, MAX_VRF_CONFIRMATIONS);
  const fee = randomness.amount("fee", "coin");
  if (fee === 0n) throw invalid("randomness.fee", fee, "more than nothing: it pays for the coordinator's answers");
  return {
    coordinator: randomness.address("coordinator"),
    keyHash: randomness.hash("keyHash"),
    confirmations,
    // RandomnessBeacon wants room for an answer; the bound above is far beyond any use
    timeout: randomness.integer("timeout", 2 * confirmations + 1, 100_000),
    fee,
  };
}

/** The bounds are AssayGovernor's and ProtocolTimelock's own (docs/parameters.md). */
function readGovernance(root: Reader): NonNullable<DeployConfig["governance"]> {
  const governance = root.child("governance", [
    "votingDelay",
    "votingPeriod",
    "lateQuorumExtension",
    "proposalThreshold",
    "quorumPercent",
    "timelockDelay",
    "guardian",
    "council",
    "proposalGuardian",
  ]);
  return {
    votingDelay: governance.integer("votingDelay", 60, 30 * DAY),
    votingPeriod: governance.integer("votingPeriod", HOUR, 30 * DAY),
    lateQuorumExtension: governance.integer("lateQuorumExtension", 0, 7 * DAY),
    proposalThreshold: governance.amount("proposalThreshold"),
    quorumPercent: governance.integer("quorumPercent", 1, 30),
    timelockDelay: governance.integer("timelockDelay", 1, 90 * DAY),
    guardian: governance.address("guardian"),
    council: governance.address("council"),
    proposalGuardian: governance.address("proposalGuardian"),
  };
}

function checkGovernance({ governance, staking }: DeployConfig): void {
  if (!governance) return;
  const { timelockDelay } = governance;
  if (timelockDelay > staking.thawPeriod) return;
  throw invalid("governance.timelockDelay", timelockDelay, `more than staking.thawPeriod, ${staking.thawPeriod}`);
}

function checkReferee({ chainId, token, referee }: DeployConfig): void {
  if (!referee) return;
  const { minWindow, minBudget, minBond } = referee;
  const longest = minWindow + 2 * minBudget + MAX_EXTRA;
  if (longest > VERDICT_TIMEOUT) {
    throw invalid(
      "referee.minWindow + 2 minBudget + 7 days",
      longest,
      `at most ${VERDICT_TIMEOUT} seconds, after which the market ends a job without a verdict`,
    );
  }
  if (chainId !== LOCAL_CHAIN) {
    if (minWindow < DAY) throw invalid("referee.minWindow", minWindow, `${DAY} seconds or more on a public chain`);
    if (minBudget < DAY) throw invalid("referee.minBudget", minBudget, `${DAY} seconds or more on a public chain`);
  }
  if (minBond > token.cap) throw invalid("referee.minBond", minBond, `at most the cap, ${token.cap}`);
}

function checkTogether(config: DeployConfig): void {
  const { token, market, reputation } = config;
  checkReferee(config);
  checkGovernance(config);
  if (reputation.tiers.length !== TIERS) {
    throw invalid("reputation.tiers", reputation.tiers.length, `${TIERS} tiers`);
  }
  if (token.cap > maxUint96) {
    throw invalid("token.cap", token.cap, `at most ${maxUint96}: stakes are kept in 96 bits`);
  }
  const minted = token.allocations.reduce((sum, { amount }) => sum + amount, 0n);
  if (minted > token.cap) throw invalid("token.allocations", minted, `a sum of at most the cap, ${token.cap}`);
  const high = market.tokens.find(({ minBond }) => minBond > token.cap);
  if (high) throw invalid("market.tokens", high.minBond, `bonds of at most the cap, ${token.cap}`);
  if (market.tokens.length > MAX_FEE_TOKENS) {
    throw invalid(
      "market.tokens",
      market.tokens.length,
      `at most ${MAX_FEE_TOKENS}: their fees are shared with delegators`,
    );
  }
  const names = market.tokens.map(({ token: name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice) throw invalid("market.tokens", twice, "each token once");
}

/** The file's `deployer` and `ASY` replaced by the addresses they stand for. */
export function resolveAddress(
  value: Address | "deployer" | "ASY",
  known: { deployer: Address; asy: Address },
): Address {
  if (value === DEPLOYER) return known.deployer;
  return value === ASY ? known.asy : value;
}

/** JSON form of a configuration, for the deployments file: amounts as decimal strings in the smallest unit. */
export function configToJson(config: DeployConfig): unknown {
  return JSON.parse(
    JSON.stringify(config, (_, value: unknown) => (typeof value === "bigint" ? value.toString() : value)),
  );
}
