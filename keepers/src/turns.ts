import { type Address, concat, hexToBigInt, keccak256, numberToHex } from "viem";

/** What is due in the same span takes the same turn, so that it goes into one batch. */
const TURN_SPAN = 3600;

/** Where a keeper stands among the keepers of one operator; `places` 0: the others are not known. */
export interface Place {
  place: number;
  places: number;
}

/**
 * How many seconds after the due time a keeper's turn comes, 0 to `spread`. Another keeper that went first is then seen in
 * the simulation. The order of the keepers changes every hour. Keepers that know of each other stand evenly apart; else
 * the turn is drawn from account and hour.
 */
export function turnOf(account: Address, due: number, spread: number, known: Place = { place: 0, places: 0 }): number {
  const hour = Math.floor(due / TURN_SPAN);
  if (known.places > 1) {
    return Math.floor((((known.place + hour) % known.places) * spread) / (known.places - 1));
  }
  const hash = keccak256(concat([account, numberToHex(hour, { size: 8 })]));
  return Number(hexToBigInt(hash) % BigInt(spread + 1));
}
