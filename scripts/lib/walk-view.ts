import { elementPosition, GAME_LEVEL, type GamePlace } from "@assay/sdk";
import { roundsOf, type WalkMove, type WalkProgram, type WalkRound } from "./walk.ts";

const NAME_WIDTH = 14;
const LINE_WIDTH = 108;

/**
 * Draws a dispute: for each level what was listed, which entry was picked, what either side says is there, and what the
 * moves cost. Pure text without colours; the last line sums up.
 * @param moves in the order of the chain, the challenge first
 */
export function renderWalk(moves: readonly WalkMove[], program: WalkProgram): string[] {
  const rounds = roundsOf(moves, program);
  const opening = moves.filter(({ by, place }) => by === "challenger" && !place);
  return [
    ...opening.map((move) => line("challenge", "the end of the run is disputed", costOf([move]))),
    ...rounds.flatMap((round) => drawRound(round, program)),
    summary(moves, rounds),
  ];
}

function drawRound(round: WalkRound, program: WalkProgram): string[] {
  const { place, index, theirs, own, moves } = round;
  const { title, listed, child } = describe(round, program);
  const cost = costOf(moves);
  if (place.level === GAME_LEVEL.Proof) return [line(title, listed, cost)];
  const atOnce = place.level === GAME_LEVEL.Prefix && !moves.at(-1)?.next;
  const sides = [
    theirs === undefined ? "" : `provider ${short(theirs)}`,
    own === undefined ? "" : `challenger ${short(own)}`,
  ];
  const said = sides.filter((side) => side !== "").join("   ");
  return [
    line(title, `${listed}${differing(round)}`, cost),
    `${" ".repeat(NAME_WIDTH)}└ ${child ?? index}${said === "" ? "" : `   ${said}`}`,
    // a chunk may be judged in the move that picks it
    ...(atOnce ? [line("judge", judged({ ...place, chunk: index + 1 }), "")] : []),
  ];
}

function describe(round: WalkRound, program: WalkProgram): { title: string; listed: string; child?: string } {
  const { place, count, index } = round;
  const { step, op } = place;
  switch (place.level) {
    case GAME_LEVEL.Tree: {
      const leaf = round.moves.at(-1)?.next?.level === GAME_LEVEL.Segment;
      return {
        title: "run",
        listed: plural(count, leaf ? "segment end" : "part"),
        child: leaf ? `segment ${index + childBase(round)}` : `part ${index}`,
      };
    }
    case GAME_LEVEL.Segment:
      return {
        title: `segment ${step}`,
        listed: plural(count, "state"),
        child: `step ${step * program.segmentLength + index}`,
      };
    case GAME_LEVEL.Ops:
      return {
        title: `step ${step}`,
        listed: plural(count, "operator"),
        child: `operator ${index}: ${program.opName(step, index)}`,
      };
    case GAME_LEVEL.Tiles: {
      const leaf = round.moves.at(-1)?.next?.level === GAME_LEVEL.Tile;
      const child = leaf ? `tile ${index + childBase(round)}` : `part ${index}`;
      return { title: `operator ${op}`, listed: plural(count, leaf ? "tile" : "part"), child };
    }
    case GAME_LEVEL.Tile: {
      const { row, col } = elementPosition({ ...place, element: index });
      return { title: `tile ${place.node}`, listed: plural(count, "element"), child: `element (${row}, ${col})` };
    }
    case GAME_LEVEL.Prefix: {
      const child = `products ${16 * index}..${16 * index + 15}`;
      return { title: "element", listed: plural(count, "prefix sum"), child };
    }
    default:
      return { title: "judge", listed: judged(place) };
  }
}

/** Index of the first leaf below the node whose descendants were listed. */
function childBase({ place }: WalkRound): number {
  return place.node * 2 ** place.height;
}

function judged({ rows, chunk }: GamePlace): string {
  if (rows === 0) return "appends the list's entry again";
  return chunk > 0 ? "adds the sixteen products again" : "computes the element again";
}

function differing({ differ }: WalkRound): string {
  return differ === undefined ? "" : `, ${differ} ${differ === 1 ? "differs" : "differ"}`;
}

function plural(count: number, what: string): string {
  return `${count.toLocaleString("en")} ${what}${count === 1 ? "" : "s"}`;
}

/** A hash by its first and last digits; numbers as they are. */
function short(entry: string): string {
  return entry.startsWith("0x") ? `${entry.slice(0, 8)}…${entry.slice(-4)}` : entry;
}

function costOf(moves: readonly WalkMove[]): string {
  return moves
    .filter(({ gas }) => gas !== undefined)
    .map(({ name, gas }) => `${name} ${gas!.toLocaleString("en")}`)
    .join("   ");
}

function line(title: string, text: string, cost: string): string {
  const left = `${title.padEnd(NAME_WIDTH)}${text}`;
  return cost === "" ? left : `${left.padEnd(LINE_WIDTH - cost.length - 2)}  ${cost}`;
}

function summary(moves: readonly WalkMove[], rounds: readonly WalkRound[]): string {
  const gas = (by: WalkMove["by"]) =>
    moves.filter((move) => move.by === by).reduce((sum, move) => sum + (move.gas ?? 0), 0);
  const [challenger, provider] = [gas("challenger"), gas("provider")];
  const reveals = rounds.filter(({ moves: { length } }) => length === 2).length;
  const seconds = (moves.at(-1)?.at ?? 0) - (moves[0]?.at ?? 0);
  const total = (challenger + provider).toLocaleString("en");
  return `${plural(reveals, "round")}, ${plural(moves.length, "move")}, ${total} gas (challenger ${challenger.toLocaleString("en")}, provider ${provider.toLocaleString("en")}), ${seconds.toLocaleString("en")} s on the chain's clock`;
}
