import { zeroAddress } from "viem";
import { type ChainView, type Log, mapSome } from "../chain.ts";
import type { Check, Rows } from "../check.ts";
import { stamp } from "./jobs.ts";

const MARKET = "JobMarketplace";
type Pair = { token: string; account: string };

/** Every pair of token and account that ever had something in the market, by the market's log. */
function holders(chain: ChainView): Map<string, Pair> {
  const pairs = new Map<string, Pair>();
  const add = (token: string, account: string) => pairs.set(token + account.slice(2), { token, account });
  const jobs = new Map<string, { token: string; requester: string }>();
  let treasury: string = zeroAddress;
  for (const log of chain.logs) {
    const pools = log.contract === "DelegationPools" && log.name === "FeesShared";
    if (pools) add(log.hex("token"), log.address);
    if (log.contract !== MARKET) continue;
    if (log.name === "JobPosted") {
      const [, word] = log.args.terms as bigint[];
      const token = `0x${(word! >> 96n).toString(16).padStart(40, "0")}`;
      jobs.set(log.hex("id"), { token, requester: log.hex("requester") });
      add(token, log.hex("requester"));
    } else if (log.name === "TreasurySet") treasury = log.hex("current");
    else if (log.name === "Deposited" || log.name === "Withdrawn") add(log.hex("token"), log.hex("account"));
    else if (log.name === "SettlementTipped") add(log.hex("token"), log.hex("keeper"));
    else if (log.name === "EarningsCollected") {
      if (log.big("net") !== 0n) add(log.hex("token"), log.hex("provider"));
      if (log.big("fee") !== log.big("burned")) add(log.hex("token"), treasury);
    }
  }
  return pairs;
}

async function marketBalances(chain: ChainView): Promise<Rows> {
  const rows = await mapSome([...holders(chain)], async ([id, { token, account }]) => {
    const amount = await chain.read<bigint>(MARKET, "balanceOf", token, account);
    return [id, { token, account, amount }] as const;
  });
  return new Map(rows);
}

async function earnings(chain: ChainView): Promise<Rows> {
  const jobs = new Map(chain.of(MARKET, "JobPosted").map((log) => [log.hex("id"), (log.args.terms as bigint[])[1]!]));
  const pairs = new Map<string, readonly [string, string]>();
  for (const log of chain.of(MARKET, "JobFinalized")) {
    const token = `0x${(jobs.get(log.hex("id"))! >> 96n).toString(16).padStart(40, "0")}`;
    pairs.set(token + log.hex("provider").slice(2), [token, log.hex("provider")]);
  }
  const rows = await mapSome([...pairs], async ([id, [token, provider]]) => {
    const [gross, fee] = await chain.read<[bigint, bigint]>(MARKET, "earnedOf", token, provider);
    return [id, { token, provider, gross, fee }] as const;
  });
  return new Map(rows);
}

async function stakeCredits(chain: ChainView): Promise<Rows> {
  const accounts = chain
    .of("StakingManager", "BondForfeited")
    .flatMap((log) => [
      ...(log.big("toRequester") === 0n ? [] : [log.hex("requester")]),
      ...(log.big("toFinder") === 0n ? [] : [log.hex("finder")]),
    ]);
  const rows = await mapSome([...new Set(accounts)], async (account) => {
    return [account, { amount: await chain.read<bigint>("StakingManager", "creditOf", account) }] as const;
  });
  return new Map(rows);
}

async function tokenConfigs(chain: ChainView): Promise<Rows> {
  const fees = new Map<string, bigint>();
  const tokens = new Set<string>();
  for (const log of chain.logs) {
    const market = log.contract === MARKET && /^(TokenConfigured|FeeRangeSet|BaseFeeMoved)$/.test(log.name);
    if (log.contract === "DelegationPools" && log.name === "FeeTokenAdded") tokens.add(log.hex("token"));
    if (!market) continue;
    tokens.add(log.hex("token"));
    fees.set(log.hex("token"), log.name === "BaseFeeMoved" ? log.big("current") : log.big("feeBps"));
  }
  const shared = chain.has("DelegationPools") ? await chain.read<string[]>("DelegationPools", "feeTokens") : [];
  const sharing = shared.map((token) => token.toLowerCase());
  const rows = await mapSome([...tokens], async (token) => {
    const [allowed, , minBond] = await chain.read<[boolean, number, bigint]>(MARKET, "tokenConfig", token);
    const range = await chain.read<[number, number, bigint]>(MARKET, "feeRange", token);
    const [minFeeBps, maxFeeBps, target] = range;
    const limits = { minFeeBps, maxFeeBps, target, sharesFees: sharing.includes(token) };
    return [token, { allowed, minBond, feeBps: fees.get(token) ?? 0, ...limits }] as const;
  });
  return new Map(rows);
}

type Payment = { kind: string; token: unknown; from?: unknown; to?: unknown; amount: unknown };
interface Context {
  asy: string;
  treasury: string;
  round: (id: string) => { token: unknown };
  beneficiary: (round: string, project: string) => unknown;
}

const PAYMENTS: Readonly<Record<string, (log: Log, context: Context) => Payment[]>> = {
  "JobMarketplace.Deposited": ({ args }) => [
    { kind: "DEPOSIT", token: args.token, from: args.from, to: args.account, amount: args.amount },
  ],
  "JobMarketplace.Withdrawn": ({ args }) => [
    { kind: "WITHDRAWAL", token: args.token, from: args.account, to: args.to, amount: args.amount },
  ],
  "JobMarketplace.SettlementTipped": ({ args }) => [
    { kind: "TIP", token: args.token, from: args.provider, to: args.keeper, amount: args.tip },
  ],
  "JobMarketplace.EarningsCollected": (log, { treasury }) => {
    const { token, provider, net, burned } = log.args;
    return [
      { kind: "EARNINGS", token, to: provider, amount: net },
      { kind: "FEE", token, from: provider, to: treasury, amount: log.big("fee") - log.big("burned") },
      { kind: "FEE_BURN", token, from: provider, amount: burned },
    ];
  },
  "DelegationPools.FeesShared": ({ args, address }) => [
    { kind: "DELEGATORS", token: args.token, from: args.provider, to: address, amount: args.amount },
  ],
  "DelegationPools.FeesClaimed": ({ args, address }) => [
    { kind: "DELEGATOR_FEES", token: args.token, from: address, to: args.account, amount: args.amount },
  ],
  "StakingManager.Burned": ({ args }, { asy }) => [{ kind: "PENALTY_BURN", token: asy, amount: args.amount }],
  "StakingManager.CreditClaimed": ({ args }, { asy }) => [
    { kind: "CREDIT", token: asy, to: args.account, amount: args.amount },
  ],
  "StakingManager.AuditFundPaid": ({ args }, { asy }) => [
    { kind: "AUDIT", token: asy, to: args.fund, amount: args.amount },
  ],
  "RefereedDispute.BondSwept": ({ args }, { asy }) => [
    { kind: "BOND_BURN", token: asy, from: args.challenger, amount: args.burned },
  ],
  "Treasury.FeesFetched": ({ args, address }) => [
    { kind: "TREASURY_FETCH", token: args.token, to: address, amount: args.amount },
  ],
  "Treasury.Paid": ({ args, address }) => [
    { kind: "TREASURY_PAYMENT", token: args.token, from: address, to: args.to, amount: args.amount },
  ],
  "Treasury.Granted": ({ args, address }) => [
    { kind: "TREASURY_GRANT", token: args.token, from: address, to: args.wallet, amount: args.amount },
  ],
  "QuadraticGrants.ProjectSettled": ({ args, address }, { round, beneficiary }) => [
    {
      kind: "PROJECT",
      token: round(String(args.round)).token,
      from: address,
      to: beneficiary(String(args.round), String(args.project)),
      amount: args.amount,
    },
  ],
  "QuadraticGrants.RoundSwept": ({ args, address }, { round }) => [
    { kind: "ROUND_REST", token: round(String(args.round)).token, from: address, amount: args.amount },
  ],
};

function payments(chain: ChainView): Rows {
  const rows: Rows = new Map();
  const rounds = new Map<string, { token: unknown }>();
  const projects = new Map<string, unknown>();
  const context: Context = {
    asy: chain.address("AssayToken"),
    treasury: zeroAddress,
    round: (id) => rounds.get(id)!,
    beneficiary: (round, project) => projects.get(`${round}.${project}`),
  };
  for (const log of chain.logs) {
    if (log.contract === MARKET && log.name === "TreasurySet") context.treasury = log.hex("current");
    if (log.name === "RoundOpened") rounds.set(String(log.args.round), { token: log.args.token });
    if (log.name === "ProjectProposed") projects.set(`${log.args.round}.${log.args.project}`, log.args.beneficiary);
    const found = PAYMENTS[`${log.contract}.${log.name}`]?.(log, context) ?? [];
    for (const [part, payment] of found.entries()) {
      if (BigInt(payment.amount as bigint) === 0n) continue;
      const { from = zeroAddress, to = zeroAddress, ...rest } = payment;
      rows.set(`${log.id}${part.toString(16).padStart(2, "0")}`, { ...stamp(log), ...rest, from, to });
    }
  }
  return rows;
}

export const moneyChecks: Readonly<Record<string, Check>> = {
  MarketBalance: marketBalances,
  Earnings: earnings,
  StakeCredit: stakeCredits,
  TokenConfig: tokenConfigs,
  Payment: payments,
};
