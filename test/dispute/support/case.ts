import assert from "node:assert/strict";
import { after, before, beforeEach } from "node:test";
import type { Address } from "viem";
import { buildsOf } from "./builds.ts";
import { Court, wordOf } from "./court.ts";
import { fault } from "./faults.ts";
import type { Game } from "./place.ts";
import { Accuser, Defender, type Move } from "./players.ts";
import type { Suit } from "./suit.ts";
import { smallTask } from "./tasks.ts";

/** Nine steps in five segments, wrong from step 4 on. */
export const CASE_TASK = smallTask({ steps: 9, segmentLength: 2 });
/** What is wrong with it. */
export const CASE_TAMPER = fault(4, 37, 5);

/** A wrong result, its provider and two challengers who know better; every test begins where the result is submitted. */
export class Case {
  court!: Court;
  alice!: Address;
  bob!: Address;
  suit!: Suit;
  defender!: Defender;
  /** Alice's side. */
  accuser!: Accuser;
  /** Goes back to the submission. */
  reset!: () => Promise<void>;

  async open(): Promise<void> {
    this.court = await Court.open(buildsOf());
    const { world } = this.court;
    this.alice = await this.court.fund(world.accounts[5]!);
    this.bob = await this.court.fund(world.accounts[6]!);
    const submitted = await this.court.submit(CASE_TASK, { tamper: CASE_TAMPER });
    this.suit = submitted;
    this.defender = new Defender(submitted, submitted.claimed);
    this.accuser = this.accuserOf(this.alice);
    this.reset = await world.snapshot();
  }

  accuserOf(address: Address): Accuser {
    return new Accuser(this.suit, this.suit.honest, address);
  }

  /** Asserts that a move is refused and that the game stands as before. */
  async refused(from: Address, move: Move, error: string, game?: Game): Promise<void> {
    await this.court.refused(from, move, error);
    if (!game) return;
    const challenger = `0x${(game.party >> 96n).toString(16).padStart(40, "0")}`;
    const [word] = await this.court.world.read<readonly [bigint, number]>(this.court.dispute, "gameOf", [
      game.commitment,
      challenger,
    ]);
    assert.equal(word, wordOf(game), "the game is untouched");
  }
}

/** A case for the tests of a suite: opened before them, put back before each, closed after them. */
export function useCase(): Case {
  const found = new Case();
  before(() => found.open());
  beforeEach(() => found.reset());
  after(() => found.court.close());
  return found;
}

/** The same move with argument `index` changed. */
export function bend([name, args]: Move, index: number, change: (value: never) => unknown): Move {
  return [name, args.map((value, i) => (i === index ? change(value as never) : value))];
}
