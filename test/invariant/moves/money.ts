// Balances, stakes and what is paid out.
import type { TokenBook } from "../model.ts";
import type { Move, Stage } from "./move.ts";

export function collect({ world, model, random, providers, everyone }: Stage): Move {
  const book = random.pick(model.books);
  const provider = random.pick(providers);
  return {
    name: "collect",
    from: random.pick(everyone),
    to: world.market,
    call: ["collect", [book.address, provider]],
    allowed: book.gross.get(provider) > 0n,
    apply: () => model.collect(book, provider),
  };
}

export function deposit({ world, model, random, requesters }: Stage): Move {
  const book = random.pick(model.books);
  const from = random.pick(requesters);
  const amount = random.amount(2_000_000n);
  return {
    name: "deposit",
    from,
    to: world.market,
    call: ["deposit", [book.address, from, amount]],
    allowed: amount > 0n,
    apply: () => book.balances.add(from, amount),
  };
}

export function withdraw({ world, model, random, everyone }: Stage): Move {
  const book: TokenBook = random.pick(model.books);
  const from = random.pick(everyone);
  const balance = book.balances.get(from);
  const amount = random.chance(80) ? random.amount(balance) : balance + random.amount(5n);
  return {
    name: "withdraw",
    from,
    to: world.market,
    call: ["withdraw", [book.address, from, amount]],
    allowed: amount > 0n && amount <= balance,
    apply: () => book.balances.add(from, -amount),
  };
}

export function stake({ world, model, random, providers }: Stage): Move {
  const from = random.pick(providers);
  const amount = random.amount(500_000n);
  return {
    name: "stake",
    from,
    to: world.staking,
    call: ["stakeFor", [from, amount]],
    allowed: amount > 0n,
    apply: () => model.stakes.add(from, amount),
  };
}

export function requestThaw({ world, model, random, providers }: Stage): Move {
  const from = random.pick(providers);
  const free = model.free(from);
  const amount = random.chance(80) ? random.amount(free / 8n) : free + random.amount(5n);
  return {
    name: "requestThaw",
    from,
    to: world.staking,
    call: ["requestThaw", [amount]],
    allowed: amount > 0n && amount <= free && model.thawsOf(from).length < 32,
    apply: ({ timestamp }) => model.thaw(from, amount, timestamp),
  };
}

export function withdrawStake({ world, model, random, providers, everyone }: Stage): Move {
  const provider = random.pick(providers);
  return {
    name: "withdrawStake",
    from: random.pick(everyone),
    to: world.staking,
    call: ["withdraw", [provider]],
    allowed: model.thawsOf(provider).some(({ readyAt }) => readyAt <= world.now),
    apply: ({ timestamp }) => model.withdrawThawed(provider, timestamp),
  };
}

export function claimCredit({ world, model, random, everyone }: Stage): Move {
  const owed = everyone.filter((account) => model.credits.get(account) > 0n);
  const account = random.pick(owed.length > 0 && random.chance(80) ? owed : everyone);
  const credit = model.credits.get(account);
  return {
    name: "claimCredit",
    from: random.pick(everyone),
    to: world.staking,
    call: ["claimCredit", [account]],
    allowed: credit > 0n,
    apply: () => model.credits.add(account, -credit),
  };
}

export function burnForfeited({ world, model, random, everyone }: Stage): Move {
  return {
    name: "burnForfeited",
    from: random.pick(everyone),
    to: world.staking,
    call: ["burnForfeited", []],
    allowed: model.burnDue > 0n,
    apply: () => model.burn(),
  };
}

export function payAuditFund({ world, model, random, everyone }: Stage): Move {
  return {
    name: "payAuditFund",
    from: random.pick(everyone),
    to: world.staking,
    call: ["payAuditFund", []],
    allowed: model.auditDue > 0n,
    apply: () => {
      model.auditDue = 0n;
    },
  };
}

export function setExposure({ world, model, random, providers }: Stage): Move {
  const from = random.pick(providers);
  const bps = random.pick([0, 1, 500, 2_000, 5_000, 10_000, 10_001, random.below(12_000)]);
  return {
    name: "setExposure",
    from,
    to: world.staking,
    call: ["setExposure", [bps]],
    allowed: bps <= 10_000,
    apply: () => model.expose(from, BigInt(bps)),
  };
}

export function setOperator({ world, model, random, providers }: Stage): Move {
  const from = random.pick(providers);
  const operator = model.operators.get(from)!;
  return {
    name: "setOperator",
    from,
    to: world.staking,
    call: ["setOperator", [operator, true]],
    allowed: true,
    apply: () => model.allow(from, operator),
  };
}
