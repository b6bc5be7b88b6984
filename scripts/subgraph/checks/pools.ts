import type { Hex } from "viem";
import { type ChainView, type Log, mapSome } from "../chain.ts";
import type { Check, Rows } from "../check.ts";
import { stamp } from "./jobs.ts";

const POOLS = "DelegationPools";

interface PoolInfo {
  assets: bigint;
  shares: bigint;
  exiting: bigint;
  epoch: bigint;
  cutBps: bigint;
  nextCutBps: bigint;
  nextCutAt: bigint;
}

/** Providers whose pool the pools' log names. */
function poolIds(chain: ChainView): Hex[] {
  const found = chain
    .of(POOLS)
    .flatMap((log) =>
      ["provider", "from", "to"].flatMap((name) => (typeof log.args[name] === "string" ? [log.hex(name)] : [])),
    );
  return [...new Set(found)];
}

async function pools(chain: ChainView): Promise<Rows> {
  const rows = await mapSome(poolIds(chain), async (id) => {
    const { cutBps: now, ...info } = await chain.read<PoolInfo>(POOLS, "poolOf", id);
    const slashed = chain.of(POOLS, "PoolSlashed").filter((log) => log.hex("provider") === id);
    const cuts = chain.of(POOLS, "CutSet").filter((log) => log.hex("provider") === id);
    const cutBps = cutBefore(cuts);
    // the contract tells which of the two cuts holds now
    const agree = now === (chain.now >= info.nextCutAt ? info.nextCutBps : cutBps);
    const total = slashed.reduce((sum, log) => sum + log.big("amount"), 0n);
    return [id, { provider: id, ...info, cutBps: agree ? cutBps : `${now} on chain`, slashed: total }] as const;
  });
  return new Map(rows);
}

/** The cut that holds until the last one set comes into force. */
function cutBefore(cuts: readonly Log[]): bigint {
  let [current, next, from] = [0n, 0n, 0n];
  for (const log of cuts) {
    const holds = log.time >= from ? next : current;
    next = log.big("bps");
    current = next < holds ? next : holds;
    from = log.big("from");
  }
  return current;
}

function poolFees(chain: ChainView): Rows {
  const rows: Rows = new Map();
  for (const log of chain.of(POOLS, "FeesShared")) {
    const [pool, token] = [log.hex("provider"), log.hex("token")];
    const id = pool + token.slice(2);
    const shared = ((rows.get(id)?.shared as bigint) ?? 0n) + log.big("amount");
    rows.set(id, { pool, token, shared });
  }
  return rows;
}

interface Exit {
  delegation: string;
  shares: bigint;
  readyAt: bigint;
  withdrawn: boolean;
  epoch: bigint;
}

interface Folded {
  epochs: Map<string, bigint>;
  /** The epoch of the pool in which an account's part was touched last, by the part. */
  touched: Map<string, bigint>;
  pairs: Map<string, readonly [Hex, Hex]>;
  exits: Map<string, Exit>;
}

/** Exits of every account, paid whole and in order; those of a pool's earlier epoch are void. */
function fold(chain: ChainView): Folded {
  const found: Folded = { epochs: new Map(), touched: new Map(), pairs: new Map(), exits: new Map() };
  const touch = (provider: Hex, account: Hex) => {
    const id = provider + account.slice(2);
    found.pairs.set(id, [provider, account]);
    found.touched.set(id, found.epochs.get(provider) ?? 0n);
    return id;
  };
  for (const log of chain.of(POOLS)) {
    if (log.name === "PoolReset") found.epochs.set(log.hex("provider"), log.big("epoch"));
    if (log.name === "StakeDelegated") touch(log.hex("provider"), log.hex("account"));
    if (log.name === "StakeRedelegated") for (const name of ["from", "to"]) touch(log.hex(name), log.hex("account"));
    if (log.name === "ExitRequested") {
      const delegation = touch(log.hex("provider"), log.hex("account"));
      const epoch = found.epochs.get(log.hex("provider")) ?? 0n;
      const [shares, readyAt] = [log.big("shares"), log.big("readyAt")];
      found.exits.set(log.id, { delegation, shares, readyAt, withdrawn: false, epoch });
    }
    if (log.name !== "DelegationWithdrawn") continue;
    const delegation = touch(log.hex("provider"), log.hex("account"));
    const epoch = found.epochs.get(log.hex("provider")) ?? 0n;
    let left = log.big("shares");
    for (const exit of found.exits.values()) {
      if (left === 0n) break;
      if (exit.delegation !== delegation || exit.withdrawn || exit.epoch !== epoch) continue;
      exit.withdrawn = true;
      left -= exit.shares;
    }
  }
  return found;
}

/** Shares as the contract has them; of a part that was not touched since its pool began anew, the epoch says that it is void. */
async function delegations(chain: ChainView): Promise<Rows> {
  const { epochs, touched, pairs, exits } = fold(chain);
  const parts = delegatedShares(chain);
  const rows = await mapSome([...pairs], async ([id, [provider, account]]) => {
    const epoch = touched.get(id)!;
    const info = await chain.read<PartInfo>(POOLS, "delegationOf", provider, account);
    const open = [...exits].filter(([, exit]) => exit.delegation === id && exit.epoch === epoch && !exit.withdrawn);
    const stale = epoch !== (epochs.get(provider) ?? 0n);
    const { shares, exiting, movableAt } = parts.get(id)!;
    const agree = stale
      ? info.shares === 0n
      : info.shares === shares && info.exiting === exiting && info.movableAt === movableAt;
    const held = agree ? { shares, exiting, movableAt } : { ...info };
    return [id, { pool: provider, account, epoch, ...held, exits: open.map(([exit]) => exit) }] as const;
  });
  return new Map(rows.map(([id, { assets: _, ...row }]) => [id, row] as const));
}

interface PartInfo {
  shares: bigint;
  assets?: bigint;
  exiting: bigint;
  movableAt: bigint;
}

/** Shares by the log alone: also those that a pool's new start has made void, which the contract does not show. */
function delegatedShares(chain: ChainView): Map<string, Required<Omit<PartInfo, "assets">>> {
  const epochs = new Map<string, bigint>();
  const parts = new Map<string, { shares: bigint; exiting: bigint; movableAt: bigint; epoch: bigint }>();
  let thaw = 0n;
  const part = (provider: Hex, account: Hex) => {
    const id = provider + account.slice(2);
    const epoch = epochs.get(provider) ?? 0n;
    const found = parts.get(id) ?? { shares: 0n, exiting: 0n, movableAt: 0n, epoch };
    if (found.epoch !== epoch) Object.assign(found, { shares: 0n, exiting: 0n, epoch });
    parts.set(id, found);
    return found;
  };
  for (const log of chain.logs) {
    if (log.contract === "StakingManager" && log.name === "ThawPeriodSet") thaw = log.big("current");
    if (log.contract !== POOLS) continue;
    if (log.name === "PoolReset") epochs.set(log.hex("provider"), log.big("epoch"));
    if (log.name === "StakeDelegated") {
      const held = part(log.hex("provider"), log.hex("account"));
      held.shares += log.big("shares");
      held.movableAt = log.time + thaw;
    }
    if (log.name === "ExitRequested") part(log.hex("provider"), log.hex("account")).exiting += log.big("shares");
    if (log.name === "DelegationWithdrawn") {
      const held = part(log.hex("provider"), log.hex("account"));
      held.shares -= log.big("shares");
      held.exiting -= log.big("shares");
    }
    if (log.name === "StakeRedelegated") {
      part(log.hex("from"), log.hex("account")).shares -= log.big("shares");
      const held = part(log.hex("to"), log.hex("account"));
      held.shares += log.big("newShares");
      held.movableAt = log.time + thaw;
    }
  }
  return parts;
}

async function exitRows(chain: ChainView): Promise<Rows> {
  const { epochs, pairs, exits } = fold(chain);
  for (const [id, [provider, account]] of pairs) {
    const there = await chain.read<{ shares: bigint; readyAt: bigint }[]>(POOLS, "exitsOf", provider, account);
    const mine = [...exits.values()].filter(
      (exit) => exit.delegation === id && !exit.withdrawn && exit.epoch === (epochs.get(provider) ?? 0n),
    );
    const agree = there.length === mine.length && there.every(({ readyAt }, i) => readyAt === mine[i]!.readyAt);
    if (!agree) for (const exit of mine) exit.shares = -1n;
  }
  return new Map([...exits].map(([id, { epoch: _, ...exit }]) => [id, exit]));
}

type Entry = { pool: unknown; kind: string; account?: unknown; amount?: unknown; shares?: unknown };
const ENTRIES: Readonly<Record<string, (log: Log) => Entry[]>> = {
  StakeDelegated: ({ args }) => [entry("DELEGATED", args.provider, args)],
  ExitRequested: ({ args }) => [entry("EXIT_REQUESTED", args.provider, { ...args, amount: 0n })],
  DelegationWithdrawn: ({ args }) => [entry("WITHDRAWN", args.provider, args)],
  StakeRedelegated: ({ args }) => [
    entry("MOVED_OUT", args.from, args),
    entry("MOVED_IN", args.to, { ...args, shares: args.newShares }),
  ],
  PoolSlashed: ({ args }) => [entry("SLASHED", args.provider, args)],
  PoolReset: ({ args }) => [entry("RESET", args.provider, { amount: args.burned })],
  CutSet: ({ args }) => [entry("CUT_SET", args.provider, { amount: args.bps })],
  FeesShared: ({ args }) => [entry("FEES_SHARED", args.provider, args)],
};

function entry(kind: string, pool: unknown, args: Record<string, unknown>): Entry {
  const { account, amount, shares = 0n } = args;
  return { kind, pool, account, amount, shares };
}

function events(chain: ChainView): Rows {
  return new Map(
    chain
      .of(POOLS)
      .flatMap((log) =>
        (ENTRIES[log.name]?.(log) ?? []).map((row, part) => [`${log.id}0${part}`, { ...stamp(log), ...row }] as const),
      ),
  );
}

export const poolChecks: Readonly<Record<string, Check>> = {
  DelegationPool: pools,
  PoolFees: poolFees,
  Delegation: delegations,
  DelegationExit: exitRows,
  DelegationEvent: events,
};
