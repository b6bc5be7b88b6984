/** A small seeded generator (xorshift128), so that a failing run can be repeated from its seed. */
export class Random {
  readonly seed: number;
  #state: [number, number, number, number];

  constructor(seed: number) {
    this.seed = seed;
    this.#state = [seed | 0, 0x9e3779b9 | 0, 0x85ebca6b | 0, 0xc2b2ae35 | 0];
    for (let index = 0; index < 16; index++) this.next();
  }

  /** 32 random bits. */
  next(): number {
    const [x, y, z, w] = this.#state;
    let t = x ^ (x << 11);
    t ^= t >>> 8;
    const next = w ^ (w >>> 19) ^ t;
    this.#state = [y, z, w, next];
    return next >>> 0;
  }

  /** An integer from 0 to `limit` - 1. */
  below(limit: number): number {
    return this.next() % limit;
  }

  between(min: number, max: number): number {
    return min + this.below(max - min + 1);
  }

  amount(limit: bigint): bigint {
    return ((BigInt(this.next()) << 32n) | BigInt(this.next())) % (limit + 1n);
  }

  chance(percent: number): boolean {
    return this.below(100) < percent;
  }

  pick<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)]!;
  }
}
