import type { Address, Hex } from "viem";
import type { Court } from "./court.ts";
import { decodePlace, type Game, LEVEL } from "./place.ts";
import { type Accuser, Defender, type Move, RandomAccuser } from "./players.ts";
import type { Suit } from "./suit.ts";

/** Plays a game to its end. Returns how many moves (both sides together) it took. */
export async function play(court: Court, accuser: Accuser, defender: Defender, opened?: Game): Promise<number> {
  let game = opened ?? (await court.challenge(accuser));
  for (let moves = 1; ; moves++) {
    const place = decodePlace(game.place);
    let revealed: Hex = "0x";
    if (place.level !== LEVEL.Proof) {
      revealed = await court.reveal(defender, game);
      moves++;
    }
    const next = await court.pick(accuser, game, revealed);
    if (!next) return moves + 1;
    game = next;
  }
}

/**
 * Walks an honest provider down to the judge along random children.
 * @returns where the game stands then, and the move that asks the judge
 */
export async function accuseFalsely(
  court: Court,
  suit: Suit,
  challenger: Address,
  random: (n: number) => number,
  accuser: Accuser = new RandomAccuser(suit, suit.honest, challenger, random),
): Promise<{ game: Game; proof: Move }> {
  const defender = new Defender(suit, suit.honest);
  let game = await court.challenge(accuser);
  for (;;) {
    const { level } = decodePlace(game.place);
    if (level === LEVEL.Proof) return { game, proof: accuser.answer(game, "0x") };
    const revealed = await court.reveal(defender, game);
    // a chunk is proven in the move that picks it
    if (level === LEVEL.Prefix) return { game, proof: accuser.answer(game, revealed) };
    game = (await court.pick(accuser, game, revealed))!;
  }
}

/** Plays until the game stands at `level`; with `revealed`, until the provider has answered there. */
export async function walkTo(
  court: Court,
  accuser: Accuser,
  defender: Defender,
  level: number,
  revealed: boolean,
): Promise<{ game: Game; data: Hex }> {
  let game = await court.challenge(accuser);
  while (decodePlace(game.place).level !== level) {
    game = (await court.pick(accuser, game, await court.reveal(defender, game)))!;
  }
  return { game, data: revealed ? await court.reveal(defender, game) : "0x" };
}
