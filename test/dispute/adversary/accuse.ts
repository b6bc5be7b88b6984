import assert from "node:assert/strict";
import type { Address, Hex } from "viem";
import { Refusal } from "../../support/world.ts";
import { type Court, MIN_BUDGET } from "../support/court.ts";
import { decodePlace, type Game, LEVEL, type Place } from "../support/place.ts";
import { Accuser, Defender, type Move } from "../support/players.ts";
import { type Task, TracedRun } from "../support/run.ts";
import { claimOf, type Suit } from "../support/suit.ts";
import { type Extent, placesOf } from "./plans.ts";

const FORFEITED = 2;

/** A challenger that goes where it is told. */
class Steered extends Accuser {
  child = 0;
  agrees = false;

  override get last(): boolean {
    return this.agrees;
  }

  override select(): number {
    return this.child;
  }
}

/** The children of a place that this extent visits. */
function childrenOf(suit: Suit, place: Place, revealed: Hex, { full }: Extent): number[] {
  const words = (revealed.length - 2) / 64;
  const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);
  switch (place.level) {
    case LEVEL.Segment:
      return upTo(words - 1);
    case LEVEL.Ops:
      return upTo(words - suit.task.compiled.states.length);
    case LEVEL.Tile:
      return full && place.step === 0 ? upTo(256) : placesOf(place, place.node);
    case LEVEL.Prefix:
      return upTo(place.chunks);
    default:
      return upTo(words);
  }
}

/** A value with one part of it changed: a hash flipped, a number one higher, a list of hashes one shorter. */
function* bends(value: unknown): Generator<unknown> {
  if (typeof value === "bigint") yield value + 1n;
  else if (typeof value === "number") yield value + 1;
  else if (typeof value === "string") {
    if (value.length > 2) yield `0x${value[2] === "0" ? "1" : "0"}${value.slice(3)}`;
  } else if (Array.isArray(value)) {
    if (typeof value[0] === "string") yield value.slice(1);
    for (const [i, part] of value.entries()) for (const bent of bends(part)) yield value.with(i, bent);
  } else if (typeof value === "object" && value !== null) {
    for (const [name, part] of Object.entries(value)) for (const bent of bends(part)) yield { ...value, [name]: bent };
  }
}

/** The same move, bent in one place each time; which element is picked is free, and no bend. */
function* bentMoves([name, [game, ...args]]: Move): Generator<Move> {
  for (const [i, arg] of args.entries()) {
    const free = name.startsWith("pick") ? name === "pickElement" || name === "pickChunk" : name === "proveChunk";
    if (free && (typeof arg === "bigint" || typeof arg === "number")) continue;
    for (const bent of bends(arg)) yield [name, [game, ...args.with(i, bent)]];
  }
}

/**
 * Lets a challenger steer an honest provider to every place it can be steered to, and try to prove a fault there, with the
 * true proof and with bent ones. After each the challenger runs out of time. Returns how many places there were.
 */
export async function accuseEverywhere(court: Court, task: Task, accuser: Address, extent: Extent): Promise<number> {
  const claimed = await court.claim(task);
  const honest = new TracedRun(task, claimed.job.nonce);
  const suit = await court.enter(claimed, honest, claimOf(honest));
  const steered = new Steered(suit, honest, accuser);
  const defender = new Defender(suit, honest);
  /** Which picks have been tried bent: those of another step or tile are no different. */
  const bent = new Set<string>();
  let places = 0;

  /** Whatever a challenger brings besides what was revealed is checked: no bent move goes through. */
  async function refuseBent(move: Move): Promise<void> {
    for (const bent of bentMoves(move)) {
      await assert.rejects(court.send(accuser, bent), Refusal, `${bent[0]} went through bent`);
    }
  }

  /** Bends a move that has not been bent at such a place before. */
  async function bendOnce(game: Game, move: Move): Promise<void> {
    const { level, op } = decodePlace(game.place);
    const seen = `${level} ${op} ${steered.child}`;
    if (!bent.has(seen)) await refuseBent(move);
    bent.add(seen);
  }

  /** The judge is asked and finds nothing; then the challenger runs out of time. */
  async function judge(game: Game, proof: Move): Promise<void> {
    await court.refused(accuser, proof, "Dispute_NoFraud");
    await bendOnce(game, proof);
    court.world.pass(Number(MIN_BUDGET) + 1);
    await court.send(court.provider.address, ["timeout", [game]]);
    const [, status] = await court.world.read<readonly [bigint, number]>(court.dispute, "gameOf", [
      suit.commitment,
      accuser,
    ]);
    assert.equal(status, FORFEITED, "the bond is lost");
    assert.equal(await court.verdict(suit), 1, "the result stands");
    places++;
  }

  async function walk(game: Game): Promise<void> {
    const place = decodePlace(game.place);
    if (place.level === LEVEL.Proof) return judge(game, steered.answer(game, "0x"));
    const revealed = await court.reveal(defender, game);
    const back = await court.world.snapshot();
    for (const child of childrenOf(suit, place, revealed, extent)) {
      steered.child = child;
      const move = steered.answer(game, revealed);
      if (move[0].startsWith("prove")) {
        await judge(game, move);
      } else {
        await bendOnce(game, move);
        await walk((await court.pick(steered, game, revealed))!);
      }
      await back();
    }
  }

  const back = await court.world.snapshot();
  for (const agrees of suit.task.compiled.segments > 1 ? [false, true] : [true]) {
    steered.agrees = agrees;
    await walk(await court.challenge(steered));
    await back();
  }
  return places;
}
