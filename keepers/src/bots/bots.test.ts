// The decisions of the bots that are small, each on made-up states.
import assert from "node:assert/strict";
import { test } from "node:test";
import { proposalStates } from "@assay/sdk";
import fc from "fast-check";
import { type Address, numberToHex, pad } from "viem";
import { decideAdvice, type MarketFigures } from "./advisor/decide.ts";
import { type AnomalyState, findAnomalies } from "./anomaly/decide.ts";
import { decideGovernance } from "./governance/decide.ts";
import { decideRewards, type Waiting } from "./rewards/decide.ts";
import { decideTopups } from "./topup/decide.ts";

const address = (n: number): Address => pad(numberToHex(n), { size: 20 });
const ASY = 10n ** 18n;
const amount = (max: number) => fc.bigInt({ min: 0n, max: BigInt(max) });
const few = <T>(from: fc.Arbitrary<T>) => fc.array(from, { maxLength: 12 });

test("governance: only what passed is queued, only what waited long enough is executed, as far as switched on", () => {
  const proposal = fc.record({
    id: fc.bigInt({ min: 1n, max: 50n }),
    state: fc.constantFrom(...proposalStates),
    deadline: fc.integer({ min: 0, max: 100 }),
    eta: fc.option(fc.integer({ min: 0, max: 200 })),
  });
  const limits = fc.record({ queue: fc.boolean(), execute: fc.boolean() });
  fc.assert(
    fc.property(fc.array(proposal), limits, fc.integer({ min: 0, max: 250 }), (proposals, config, now) => {
      const wanted = proposals.flatMap(({ id, state, deadline, eta }) => {
        if (state === "succeeded" && config.queue && now > deadline) return [`queue ${id}`];
        if (state === "queued" && config.execute && eta !== null && now >= eta) return [`execute ${id}`];
        return [];
      });
      assert.deepEqual(
        decideGovernance(proposals, config, now).map(({ type, id }) => `${type} ${id}`),
        wanted,
      );
    }),
  );
});

test("top-ups: bounds, the day's limit and the funder's reserve hold, and the emptiest account comes first", () => {
  const coin = fc.bigInt({ min: 0n, max: 100n });
  const limits = fc
    .record({ low: coin, more: fc.bigInt({ min: 1n, max: 50n }), reserve: coin, perDay: coin })
    .map(({ low, more, ...rest }) => ({ ...rest, low, high: low + more }));
  const state = fc.record({
    balances: fc
      .array(coin, { maxLength: 6 })
      .map((all) => all.map((balance, n) => ({ account: address(n), balance }))),
    funds: coin,
    sentToday: coin,
  });
  fc.assert(
    fc.property(state, limits, (s, config) => {
      const topups = decideTopups(s, config);
      const sent = topups.reduce((sum, { amount }) => sum + amount, 0n);
      if (topups.length > 0) assert.ok(sent <= config.perDay - s.sentToday && s.funds - sent >= config.reserve);
      const balanceOf = (account: Address) => s.balances.find((each) => each.account === account)!.balance;
      for (const { account, amount } of topups) {
        assert.ok(balanceOf(account) < config.low);
        assert.equal(balanceOf(account) + amount, config.high);
      }
      const amounts = topups.map(({ amount }) => amount);
      assert.ok(amounts.every((amount, i) => i === 0 || amount <= amounts[i - 1]!));
    }),
  );
});

test("rewards: with a value, only what is worth its gas and the margin; without one, what reaches the least amount", () => {
  const [token, provider, account] = [address(5), address(6), address(7)];
  const units = fc.bigInt({ min: 0n, max: 100n * ASY });
  const collect = fc
    .record({ gross: units, share: fc.integer({ min: 0, max: 100 }) })
    .map(({ gross, share }): Waiting => {
      return { type: "collect", token, provider, gross, fee: (gross * BigInt(share)) / 100n };
    });
  const claim = units.map((amount): Waiting => ({ type: "claimFees", token, provider, account, amount }));
  const waiting = fc.oneof(collect, claim);
  const price = fc.bigInt({ min: 1n, max: 10n ** 12n });
  fc.assert(
    fc.property(fc.array(waiting), price, fc.option(price), (all, gasPrice, value) => {
      const tokenValues = new Map(value === null ? [] : [[address(5), value]]);
      const config = { minAmount: 10n * ASY, margin: 0.5, chores: false };
      const chosen = new Set(decideRewards({ waiting: all, gasPrice, tokenValues }, config));
      for (const each of all) {
        if (each.type !== "collect" && each.type !== "claimFees") continue;
        const [gain, gas] = each.type === "collect" ? [each.gross - each.fee, 160_000n] : [each.amount, 130_000n];
        const worth = value === null ? gain >= 10n * ASY : 2n * ((gain * value) / ASY) >= 3n * gas * gasPrice;
        assert.equal(chosen.has(each), gain > 0n && worth);
      }
    }),
  );
  const at = (amount: bigint) => ({ type: "claimFees", token, provider, account, amount }) as const;
  const edge = { waiting: [at(194_999n), at(195_000n)], gasPrice: 1n, tokenValues: new Map([[token, ASY]]) };
  assert.deepEqual(decideRewards(edge, { minAmount: 0n, margin: 0.5, chores: false }), [at(195_000n)]);
  const chore = { type: "burnForfeited", amount: 20n * ASY } as const;
  const state = { waiting: [chore], gasPrice: 1n, tokenValues: new Map() };
  assert.deepEqual(decideRewards(state, { minAmount: ASY, margin: 0, chores: false }), []);
  assert.deepEqual(decideRewards(state, { minAmount: ASY, margin: 0, chores: true }), [chore]);
});

test("advice: one step inside the bounds, with reasons, and none from too few jobs", () => {
  const count = fc.integer({ min: 0, max: 400 });
  const figures: fc.Arbitrary<MarketFigures> = fc.record({
    posted: count,
    claimed: count,
    submitted: count,
    late: count,
    unclaimed: count,
    challenged: count,
    rejected: count,
  });
  const now = fc.record({
    minWindow: fc.integer({ min: 0, max: 2_592_000 }),
    minBond: fc.bigInt({ min: 0n, max: 2n ** 96n - 1n }),
    feeBps: fc.constant(250),
  });
  fc.assert(
    fc.property(figures, now, (f, parameters) => {
      const advice = decideAdvice(f, parameters, 50);
      assert.equal(
        new Set(advice.map(({ functionName }) => functionName)).size,
        advice.length,
        "one change for a setter",
      );
      for (const { name, value, reasons } of advice) {
        assert.ok(reasons.every((reason) => reason.length > 20));
        if (name === "longer-window") {
          assert.ok(f.submitted >= 50 && f.challenged * 20 >= f.submitted);
          assert.ok(value > BigInt(parameters.minWindow) && value <= 2_592_000n);
        } else {
          const up = name === "higher-bond";
          assert.ok(up ? f.claimed >= 50 && f.late * 10 >= f.claimed : f.posted >= 50 && f.claimed * 2 < f.posted);
          assert.ok(up ? value > parameters.minBond : value < parameters.minBond && value > 0n);
          assert.ok(value < 2n ** 96n && value * 4n <= parameters.minBond * 5n);
        }
      }
    }),
  );
  const parameters = { minWindow: 3600, minBond: 100n * ASY, feeBps: 250 };
  const figure = { posted: 100, claimed: 90, submitted: 80, late: 12, unclaimed: 0, challenged: 6, rejected: 2 };
  assert.deepEqual(
    decideAdvice(figure, parameters, 50).map(({ name, value }) => [name, value]),
    [
      ["longer-window", 4500n],
      ["higher-bond", 125n * ASY],
    ],
  );
});

test("anomalies: slashes above the limit, prices that jump either way, one provider's share, feeds that are old", () => {
  const pay = (provider: number, price: bigint, times: number) =>
    Array.from({ length: times }, () => ({ provider: address(provider), token: address(9), price }));
  const limits = { slashAsy: 1000n * ASY, priceJump: 2, share: 0.5, minJobs: 20 };
  const calm: AnomalyState = {
    slashes: [{ provider: address(1), amount: 999n * ASY }],
    payments: [...pay(1, 100n, 10), ...pay(2, 100n, 10)],
    earlier: pay(1, 70n, 20),
    feeds: [{ token: address(9), age: 3600, heartbeat: 3600 }],
  };
  const kinds = (change: Partial<AnomalyState>) =>
    findAnomalies({ ...calm, ...change }, limits).map(({ kind, subject }) => `${kind} ${subject}`);
  assert.deepEqual(kinds({}), []);
  const more = [...calm.slashes, { provider: address(2), amount: ASY }];
  assert.deepEqual(kinds({ slashes: more }), ["UNUSUAL_SLASHES all"]);
  assert.deepEqual(kinds({ earlier: pay(1, 50n, 20) }), [`PRICE_JUMP ${address(9)}`]);
  assert.deepEqual(kinds({ earlier: pay(1, 200n, 20) }), [`PRICE_JUMP ${address(9)}`]);
  assert.deepEqual(kinds({ earlier: pay(1, 0n, 20) }), [`PRICE_JUMP ${address(9)}`]);
  assert.deepEqual(kinds({ earlier: pay(1, 10n, 19) }), [], "too few to say");
  assert.deepEqual(kinds({ payments: [...pay(1, 100n, 11), ...pay(2, 100n, 10)] }), [`CONCENTRATION ${address(1)}`]);
  assert.deepEqual(kinds({ payments: pay(1, 100n, 20) }), [`CONCENTRATION ${address(1)}`], "all of them is the most");
  assert.deepEqual(kinds({ payments: pay(1, 100n, 19) }), [], "too few to say");
  assert.deepEqual(kinds({ feeds: [{ token: address(9), age: 3601, heartbeat: 3600 }] }), [`STALE_FEED ${address(9)}`]);
  assert.deepEqual(kinds({ feeds: [{ token: address(9), age: null, heartbeat: 3600 }] }), [`STALE_FEED ${address(9)}`]);
});

test("anomalies: each kind exactly where its limit is reached, once for a subject, whatever order things were seen in", () => {
  const who = fc.integer({ min: 1, max: 3 }).map(address);
  const payment = fc.record({ provider: who, token: fc.constantFrom(address(8), address(9)), price: amount(12) });
  const feed = fc.record({
    token: fc.integer({ min: 10, max: 14 }).map(address),
    age: fc.option(fc.integer({ min: 0, max: 6 })),
    heartbeat: fc.integer({ min: 0, max: 6 }),
  });
  const states = fc.record({
    slashes: few(fc.record({ provider: who, amount: amount(20) })),
    payments: few(payment),
    earlier: few(payment),
    feeds: fc.uniqueArray(feed, { selector: ({ token }) => token }),
  });
  const limits = fc.record({
    slashAsy: amount(60),
    priceJump: fc.integer({ min: 2, max: 4 }),
    share: fc.constantFrom(0.01, 0.5, 0.75, 1),
    minJobs: fc.integer({ min: 1, max: 6 }),
  });
  fc.assert(
    fc.property(states, limits, (state, { slashAsy, priceJump, share, minJobs }) => {
      const { slashes, payments, earlier, feeds } = state;
      const wanted = new Set<string>();
      const lost = slashes.reduce((sum, each) => sum + each.amount, 0n);
      if (lost > 0n && lost >= slashAsy) wanted.add("UNUSUAL_SLASHES all");
      for (const { provider } of payments) {
        const jobs = payments.filter((each) => each.provider === provider).length;
        if (payments.length >= minJobs && jobs > share * payments.length) wanted.add(`CONCENTRATION ${provider}`);
      }
      const jump = BigInt(priceJump);
      for (const { token } of payments) {
        const [now, before] = [payments, earlier].map((all) => all.filter((each) => each.token === token));
        if (now!.length < minJobs || before!.length < minJobs) continue;
        const [is, was] = [middle(now!), middle(before!)];
        if (is !== was && (is >= jump * was || is * jump <= was)) wanted.add(`PRICE_JUMP ${token}`);
      }
      for (const { token, age, heartbeat } of feeds) {
        if (age === null || age > heartbeat) wanted.add(`STALE_FEED ${token}`);
      }
      const config = { slashAsy, priceJump, share, minJobs };
      const namesOf = (seen: AnomalyState) =>
        findAnomalies(seen, config).map(({ kind, subject }) => `${kind} ${subject}`);
      assert.deepEqual(namesOf(state).sort(), [...wanted].sort());
      const turned = { ...state, payments: payments.toReversed(), earlier: earlier.toReversed() };
      assert.deepEqual(namesOf(turned).sort(), [...wanted].sort());
    }),
  );
});

function middle(all: readonly { price: bigint }[]): bigint {
  const prices = all.map(({ price }) => price).sort((a, b) => Number(a - b));
  return prices[prices.length >> 1]!;
}
