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

/** The same proof, bent in one place each time. */
function bentProofs([name, [game, proof]]: Move): Move[] {
  const { nonce, roots, tiles, op } = proof as {
    nonce: Hex;
    roots: Hex[];
    tiles: { data: Hex; proof: Hex[] }[];
    op: { attrs: bigint[]; rows: number };
  };
  const flip = (data: Hex): Hex => `0x${data[2] === "0" ? "1" : "0"}${data.slice(3)}`;
  const bend = (change: object): Move => [name, [game, { ...(proof as object), ...change }]];
  return [
    bend({ nonce: flip(nonce) }),
    bend({ roots: roots.toReversed().map(flip) }),
    bend({ roots: [] }),
    bend({ op: { ...op, attrs: op.attrs.with(0, op.attrs[0]! + 1n) } }),
    bend({ op: { ...op, rows: op.rows + 1 } }),
    bend({ tiles: [...tiles, { data: "0x", proof: [] }] }),
    ...tiles.map((tile, i) => bend({ tiles: tiles.with(i, { ...tile, data: flip(tile.data) }) })),
  ];
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
  let places = 0;

  async function judge(game: Game): Promise<void> {
    const proof = steered.answer(game, "0x");
    await court.refused(accuser, proof, "Dispute_NoFraud");
    for (const bent of bentProofs(proof)) {
      await assert.rejects(court.send(accuser, bent), (error) => error instanceof Refusal);
    }
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
    if (place.level === LEVEL.Proof) return judge(game);
    const revealed = await court.reveal(defender, game);
    const back = await court.world.snapshot();
    for (const child of childrenOf(suit, place, revealed, extent)) {
      steered.child = child;
      await walk((await court.pick(steered, game, revealed))!);
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
