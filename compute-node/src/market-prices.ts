/** How many claims the market's usual price is taken from. */
const KEPT = 64;

/** What the market pays lately: prices of claims for each second of the reference machine (10^9 multiply-adds). */
export class MarketPrices {
  readonly #prices: bigint[] = [];

  /** Notes a claim by anyone. @param price ASY's smallest unit */
  saw(price: bigint, refSeconds: number): void {
    if (refSeconds <= 0) return;
    this.#prices.push(price / BigInt(refSeconds));
    if (this.#prices.length > KEPT) this.#prices.shift();
  }

  /** The median, undefined until there are a few: one requester's word is not a market. */
  get perGmac(): bigint | undefined {
    if (this.#prices.length < 5) return undefined;
    return this.#prices.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0))[Math.floor(this.#prices.length / 2)];
  }
}
