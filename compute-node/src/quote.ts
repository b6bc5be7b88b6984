/** What an operator's time, gas and risk are worth; amounts in ASY's smallest unit. */
export interface Pricing {
  /** What an hour of this machine must earn. */
  costPerHour: bigint;
  /** What one of the chain's coins is worth; 0 leaves gas out of the quote. */
  asyPerCoin: bigint;
  /** How likely it is that the bond of a job is lost, in 1/1,000,000: a crash past the deadline, a dispute not answered. */
  slashRiskPpm: number;
  /** What a price must be above all costs, in percent of them. */
  minMarginPercent: number;
  /** How far, from the own floor (0) to what the market pays (1), a rising price is waited for. */
  patience: number;
}

/** What this machine was measured to need. */
export interface CostModel {
  /** Seconds for 10^9 multiply-adds. */
  secondsPerGmac: number;
  /** Seconds that a run takes beside its steps: a process, an engine, the inputs. */
  startSeconds: number;
  /** Gas of claim, result and settlement together. */
  gasPerJob: number;
}

export interface QuoteInput {
  macs: number;
  /** Seconds that the run waits for its data beside its multiply-adds. */
  readSeconds: number;
  bond: bigint;
  /** Wei. */
  gasPrice: bigint;
  /** What the market has paid lately for 10^9 multiply-adds, when that is known; ASY's smallest unit. */
  marketPerGmac: bigint | undefined;
}

/** What a job costs this operator, part by part, and the price it is taken for; ASY's smallest unit. */
export interface Quote {
  seconds: number;
  machine: bigint;
  gas: bigint;
  risk: bigint;
  /** Costs and margin: below it a job is never taken. */
  floor: bigint;
  /** What is waited for while the price rises; at least the floor. */
  target: bigint;
}

const COIN = 10n ** 18n;

/** The quote for a job. Every part is rounded up: rounding never makes a job cheaper than it is. */
export function quoteJob(
  { macs, readSeconds, bond, gasPrice, marketPerGmac }: QuoteInput,
  cost: CostModel,
  pricing: Pricing,
): Quote {
  const seconds = cost.startSeconds + (macs / 1e9) * cost.secondsPerGmac + readSeconds;
  const machine = divideUp(pricing.costPerHour * BigInt(Math.ceil(seconds)), 3600n);
  const gas = divideUp(gasPrice * BigInt(Math.ceil(cost.gasPerJob)) * pricing.asyPerCoin, COIN);
  const risk = divideUp(bond * BigInt(pricing.slashRiskPpm), 1_000_000n);
  const floor = divideUp((machine + gas + risk) * BigInt(100 + pricing.minMarginPercent), 100n);
  const usual = marketPerGmac === undefined ? 0n : divideUp(marketPerGmac * BigInt(Math.ceil(macs)), 10n ** 9n);
  const hoped = usual > floor ? ((usual - floor) * BigInt(Math.round(pricing.patience * 1000))) / 1000n : 0n;
  return { seconds, machine, gas, risk, floor, target: floor + hoped };
}

/**
 * Whether a price is taken now. A price that is still rising is waited for up to the target, never past what it can reach:
 * who waits for more than the job will ever pay only loses it.
 * @param reachable the highest price that the job will come to
 */
export function isPriceTaken(price: bigint, reachable: bigint, { floor, target }: Quote): "taken" | "low" | "rising" {
  if (reachable < floor) return "low";
  const wanted = target < reachable ? target : reachable;
  if (price >= wanted && price >= floor) return "taken";
  return "rising";
}

function divideUp(amount: bigint, by: bigint): bigint {
  return (amount + by - 1n) / by;
}
