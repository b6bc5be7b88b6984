import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseEther } from "viem";
import { type CostModel, isPriceTaken, type Pricing, type QuoteInput, quoteJob } from "./quote.ts";

const PRICING: Pricing = {
  costPerHour: parseEther("36"),
  asyPerCoin: parseEther("1000"),
  slashRiskPpm: 100,
  minMarginPercent: 50,
  patience: 0,
};
const COST: CostModel = { secondsPerGmac: 2, startSeconds: 10, gasPerJob: 400_000 };
const JOB: QuoteInput = {
  macs: 45e9,
  readSeconds: 0,
  bond: parseEther("100"),
  gasPrice: 10n ** 9n,
  marketPerGmac: undefined,
};

test("a quote is machine time, gas and risk, and the margin on top", () => {
  const quote = quoteJob(JOB, COST, PRICING);
  assert.equal(quote.seconds, 100);
  assert.deepEqual(quoteJob({ ...JOB, macs: 30e9, readSeconds: 30 }, COST, PRICING), quote, "seconds are seconds");
  assert.equal(quote.machine, parseEther("1"), "100 s of 36 ASY an hour");
  assert.equal(quote.gas, parseEther("0.4"), "400,000 gas at 1 gwei, a coin for 1,000 ASY");
  assert.equal(quote.risk, parseEther("0.01"), "one in 10,000 of the bond");
  assert.equal(quote.floor, parseEther("2.115"));
  assert.equal(quote.target, quote.floor);
});

test("what the market pays is waited for by the patience, and never past what the job can reach", () => {
  const quote = quoteJob({ ...JOB, marketPerGmac: parseEther("0.1") }, COST, { ...PRICING, patience: 0.5 });
  assert.equal(quote.target, (quote.floor + parseEther("4.5")) / 2n);
  const price = (text: string) => parseEther(text);
  assert.equal(isPriceTaken(price("3"), price("10"), quote), "rising");
  assert.equal(isPriceTaken(price("3.4"), price("10"), quote), "taken");
  assert.equal(isPriceTaken(price("3"), price("3"), quote), "taken", "it will not rise any more");
  assert.equal(isPriceTaken(price("2.1"), price("2.1"), quote), "low");
});

const amounts = fc.bigInt({ min: 0n, max: 10n ** 24n });
const inputs = fc.record({
  macs: fc.double({ min: 1, max: 1e15, noNaN: true }),
  readSeconds: fc.double({ min: 0, max: 1e6, noNaN: true }),
  bond: amounts,
  gasPrice: fc.bigInt({ min: 0n, max: 10n ** 13n }),
  marketPerGmac: fc.option(amounts, { nil: undefined }),
});
const costs = fc.record({
  secondsPerGmac: fc.double({ min: 1e-6, max: 1e3, noNaN: true }),
  startSeconds: fc.double({ min: 0, max: 1e4, noNaN: true }),
  gasPerJob: fc.integer({ min: 0, max: 10_000_000 }),
});
const pricings = fc.record({
  costPerHour: amounts,
  asyPerCoin: amounts,
  slashRiskPpm: fc.integer({ min: 0, max: 1_000_000 }),
  minMarginPercent: fc.integer({ min: 0, max: 10_000 }),
  patience: fc.double({ min: 0, max: 1, noNaN: true }),
});

test("any job: never taken below its costs, and taken at the end of its ramp whenever it covers them", () => {
  fc.assert(
    fc.property(inputs, costs, pricings, amounts, amounts, (job, cost, pricing, a, b) => {
      const quote = quoteJob(job, cost, pricing);
      const [price, reachable] = a < b ? [a, b] : [b, a];
      const verdict = isPriceTaken(price, reachable, quote);
      if (verdict === "taken") assert.ok(price >= quote.machine + quote.gas + quote.risk);
      assert.equal(isPriceTaken(reachable, reachable, quote), reachable >= quote.floor ? "taken" : "low");
      assert.ok(quote.target >= quote.floor);
    }),
  );
});

test("any job: more cost, more margin or more patience never takes a job that less would not", () => {
  fc.assert(
    fc.property(inputs, costs, pricings, pricings, amounts, amounts, (job, cost, p, q, a, b) => {
      const [price, reachable] = a < b ? [a, b] : [b, a];
      const most = {
        costPerHour: p.costPerHour > q.costPerHour ? p.costPerHour : q.costPerHour,
        asyPerCoin: p.asyPerCoin > q.asyPerCoin ? p.asyPerCoin : q.asyPerCoin,
        slashRiskPpm: Math.max(p.slashRiskPpm, q.slashRiskPpm),
        minMarginPercent: Math.max(p.minMarginPercent, q.minMarginPercent),
        patience: Math.max(p.patience, q.patience),
      };
      if (isPriceTaken(price, reachable, quoteJob(job, cost, most)) !== "taken") return;
      assert.equal(isPriceTaken(price, reachable, quoteJob(job, cost, p)), "taken");
    }),
  );
});
