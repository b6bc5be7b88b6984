import { type Address, concat, hexToBigInt, keccak256, numberToHex } from "viem";

/** What is due in the same span takes the same turn, so that it goes into one batch. */
const TURN_SPAN = 3600;
/** Of a slot: within which a deed is begun, and within which it is still handed over. The rest is for blocks to come. */
const BEGIN_SHARE = 1 / 2;
const HAND_OVER_SHARE = 3 / 4;

/** Where a keeper stands among the keepers of one operator; `places` 0 or 1: the others are not known. */
export interface Place {
  place: number;
  places: number;
}

export interface TurnRules extends Place {
  /** Over how many seconds keepers stand apart. */
  spreadSeconds: number;
}

/** When this process first saw a duty due, chain time, and what its due time was then. */
export interface FirstSeen {
  at: number;
  due: number;
}

/**
 * Seconds, 0 to `spread`, that a keeper leaves to strangers, drawn from account and hour: another keeper that went first is then
 * seen in the simulation. Who comes first changes every hour.
 */
export function turnOf(account: Address, due: number, spread: number): number {
  const hour = Math.floor(due / TURN_SPAN);
  const hash = keccak256(concat([account, numberToHex(hour, { size: 8 })]));
  return Number(hexToBigInt(hash) % BigInt(spread + 1));
}

/**
 * Whether a keeper may begin a duty now. Pure. Keepers that know each other share the chain's time: see `slotShare`. Among strangers
 * a turn counts from when the duty was first seen: what is overdue when keepers start, or when an endpoint that they share
 * comes back, would find all of them in turn at once.
 */
export function inTurn(now: number, first: FirstSeen, account: Address, rules: TurnRules): boolean {
  const from = Math.max(first.at, first.due);
  if (rules.places > 1) return now >= from && slotShare(now, rules) < BEGIN_SHARE;
  return now >= from + turnOf(account, first.due, rules.spreadSeconds);
}

/** Whether what was begun in turn may still be handed over now: a deed that waited too long would meet the next keeper's. */
export function turnLasts(now: number, rules: TurnRules): boolean {
  return rules.places <= 1 || slotShare(now, rules) < HAND_OVER_SHARE;
}

/**
 * How much of this keeper's slot has passed, 0 to 1; Infinity in another keeper's. Chain time is cut into slots as long as the keepers
 * stand apart. Each keeper has one of `places` slots, another in every round: blocks that come as regularly as slots do would
 * always meet the same keeper's.
 */
function slotShare(now: number, { place, places, spreadSeconds }: TurnRules): number {
  const length = spreadSeconds / (places - 1);
  if (length < 1) return 0; // not apart
  if (Number.isNaN(now)) return Number.POSITIVE_INFINITY;
  const slot = Math.floor(now / length);
  const owner = (slot + Math.floor(slot / places)) % places;
  return owner === place ? now / length - slot : Number.POSITIVE_INFINITY;
}

/** Remembers when duties were first seen due. */
export class Sightings {
  readonly #first = new Map<string, FirstSeen>();

  /** Notes what is due at this look, and forgets what no longer is. @returns the first sight of each, by key */
  note(due: Iterable<{ key: string; due: number }>, now: number): ReadonlyMap<string, FirstSeen> {
    const seen = new Set<string>();
    for (const { key, due: since } of due) {
      seen.add(key);
      if (!this.#first.has(key)) this.#first.set(key, { at: now, due: since });
    }
    for (const key of this.#first.keys()) if (!seen.has(key)) this.#first.delete(key);
    return this.#first;
  }
}

/** The turns of a process's bots, by the chain's time between two looks: the last one's, and what the machine's clock counted since. */
export class Turns {
  readonly #place: Place;
  readonly #spreads = new Map<string, number>();
  #now = Number.NaN;
  #at = 0;

  constructor({ place, places }: Place) {
    this.#place = { place, places };
  }

  /** A bot that takes turns; others have none to wait for. */
  join(bot: string, spreadSeconds: number): void {
    this.#spreads.set(bot, spreadSeconds);
  }

  /** @param now the chain's, Unix seconds */
  set(now: number): void {
    this.#now = now;
    this.#at = performance.now();
  }

  /** Whether a bot may hand a transaction over now; not before the chain was looked at. */
  lasts(bot: string): boolean {
    const spreadSeconds = this.#spreads.get(bot);
    if (spreadSeconds === undefined) return true;
    return turnLasts(this.#now + (performance.now() - this.#at) / 1000, { ...this.#place, spreadSeconds });
  }
}
