import type { Address, Hex } from "viem";
import { type Court, MIN_BUDGET } from "../../test/dispute/support/court.ts";
import { decodePlace, type Game, LEVEL, type Place } from "../../test/dispute/support/place.ts";
import { Accuser, Defender, type Move, RandomAccuser, revealedBy } from "../../test/dispute/support/players.ts";
import type { TracedRun } from "../../test/dispute/support/run.ts";
import type { Suit } from "../../test/dispute/support/suit.ts";
import { strideOf } from "../../test/dispute/support/tree.ts";
import { Refusal } from "../../test/support/world.ts";
import type { WalkMove } from "../lib/walk.ts";

/** Seconds on the chain's clock between two moves: each waits for a block. */
const BLOCK_SECONDS = 12;

export interface Played {
  moves: WalkMove[];
  rejected: boolean;
  /** What the judge said to a false accusation. */
  acquittal?: string;
}

/** Accuses an honest run of something in this segment, anywhere below it. */
class FalseAccuser extends RandomAccuser {
  readonly #segment: number;
  #place: Place | undefined;

  constructor(suit: Suit, challenger: Address, segment: number, random: (n: number) => number) {
    super(suit, suit.honest, challenger, random);
    this.#segment = segment;
  }

  override get last(): boolean {
    return this.#segment === this.suit.task.compiled.segments - 1;
  }

  override answer(game: Game, revealed: Hex): Move {
    this.#place = decodePlace(game.place);
    return super.answer(game, revealed);
  }

  override select(count: number): number {
    const place = this.#place;
    if (place?.level !== LEVEL.Tree) return super.select(count);
    const stride = strideOf(place.height);
    return Math.floor(this.#segment / 2 ** (place.height - stride)) - place.node * 2 ** stride;
  }
}

/**
 * Plays a dispute over `suit` to its end, one transaction a block.
 * @param answers whom the provider answers with
 * @param falsely where a challenger accuses an honest run; without it the challenger is honest
 */
export async function playOut(
  court: Court,
  suit: Suit,
  answers: TracedRun,
  challenger: Address,
  falsely?: { segment: number; random: (n: number) => number },
): Promise<Played> {
  const provider = new Defender(suit, answers);
  const own = new Defender(suit, suit.honest);
  const accuser = falsely
    ? new FalseAccuser(suit, challenger, falsely.segment, falsely.random)
    : new Accuser(suit, suit.honest, challenger);
  const moves: WalkMove[] = [];
  const sent = (by: WalkMove["by"], more: Partial<WalkMove>): void => {
    const [name, gas] = court.gas.at(-1)!;
    moves.push({ by, name, gas, at: court.world.now, ...more });
    court.world.pass(BLOCK_SECONDS);
  };

  let game: Game | undefined = await court.challenge(accuser);
  sent("challenger", { next: decodePlace(game.place) });
  while (game) {
    const place = decodePlace(game.place);
    const at: Game = game;
    let revealed: Hex = "0x";
    if (place.level !== LEVEL.Proof) {
      revealed = await court.reveal(provider, at);
      sent("provider", { place, data: revealed, own: revealedBy(own.answer(at)) });
    }
    try {
      game = await court.pick(accuser, at, revealed);
    } catch (error) {
      if (!(error instanceof Refusal) || error.errorName !== "Dispute_NoFraud") throw error;
      return acquit(court, at, error, moves, sent);
    }
    sent("challenger", { place, ...(game ? { next: decodePlace(game.place) } : {}) });
  }
  return { moves, rejected: true };
}

/** The judge finds nothing; the challenger can only wait until its clock has run out. */
async function acquit(
  court: Court,
  game: Game,
  { args }: Refusal,
  moves: WalkMove[],
  sent: (by: WalkMove["by"], more: Partial<WalkMove>) => void,
): Promise<Played> {
  moves.push({ by: "challenger", name: "prove, refused", at: court.world.now, place: decodePlace(game.place) });
  court.world.pass(Number(MIN_BUDGET) + 1);
  const move: Move = ["timeout", [game]];
  await court.send(court.provider.address, move);
  sent("provider", {});
  return { moves, rejected: false, acquittal: `expected ${args[0]}, found ${args[1]}` };
}
