import type { Hex } from "viem";
import { Refusal } from "../../support/world.ts";
import { type Court, MIN_BUDGET } from "./court.ts";
import { decodePlace, type Game, LEVEL } from "./place.ts";
import { Accuser, type Defender, NothingDiffers } from "./players.ts";
import type { Suit } from "./suit.ts";

/**
 * How an honest challenge ends: the judge was shown the fault; the provider had no answer that the contract takes; or the
 * challenger had no move left, and an honest party loses its bond.
 */
export type Outcome = "proof" | "silence" | "lost";

export interface Trial {
  outcome: Outcome;
  /** How many picks the contract refused before it took one. The first difference must do (DSP-45). */
  retries: number;
}

/** Lets an honest challenger play a result to the end, against whatever its provider answers. */
export async function prosecute(court: Court, accuser: Stubborn, defender: Defender): Promise<Trial> {
  let game = await court.challenge(accuser);
  for (;;) {
    let revealed: Hex = "0x";
    if (decodePlace(game.place).level !== LEVEL.Proof) {
      const answer = await court.reveal(defender, game).catch(refusal);
      if (answer === undefined) {
        // one game against the result: its provider has the shortest budget and sixteen minutes
        court.world.pass(Number(MIN_BUDGET) + 16 * 60 + 1);
        await court.send(accuser.address, ["timeout", [game]]);
        return accuser.trial("silence");
      }
      revealed = answer;
    }
    const next = await accuser.advance(court, game, revealed);
    if (next === "proof" || next === "lost") return accuser.trial(next);
    game = next;
  }
}

function refusal(error: unknown): undefined {
  if (!(error instanceof Refusal)) throw error;
}

/** Tries the differences one after the other until the contract takes one: a bot simulates before it sends. */
export class Stubborn extends Accuser {
  #attempt = 0;
  #retries = 0;

  static of(suit: Suit, address: Accuser["address"]): Stubborn {
    return new Stubborn(suit, suit.honest, address);
  }

  override select(count: number, differ: readonly number[]): number {
    return super.select(count, differ.slice(this.#attempt));
  }

  trial(outcome: Outcome): Trial {
    return { outcome, retries: this.#retries };
  }

  async advance(court: Court, game: Game, revealed: Hex): Promise<Game | "proof" | "lost"> {
    const { level, step } = decodePlace(game.place);
    // beyond its own run a challenger has nothing to compare with
    if (level >= LEVEL.Ops && step >= this.suit.task.compiled.steps) return "lost";
    for (this.#attempt = 0; ; this.#attempt++) {
      try {
        return (await court.pick(this, game, revealed)) ?? "proof";
      } catch (error) {
        if (error instanceof NothingDiffers) return "lost";
        if (!(error instanceof Refusal)) throw error;
        if (level === LEVEL.Proof) return "lost";
        this.#retries++;
      }
    }
  }
}
