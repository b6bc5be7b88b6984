import { concat, type Hex, keccak256, numberToHex, zeroHash } from "viem";
import { answeredGame, type Game, partyWord, unpackGamePlace } from "../../../sdk/src/index.ts";
import { type ChainView, type Log, mapSome } from "../chain.ts";
import type { Check, Rows } from "../check.ts";
import { stamp } from "./jobs.ts";

const REFEREE = "RefereedDispute";
const LEVELS = ["NONE", "TREE", "SEGMENT", "OPS", "TILES", "TILE", "PREFIX", "PROOF"];
const STATUS = ["NONE", "LIVE", "FORFEITED", "CLOSED"];

interface Walk {
  /** Games by commitment and challenger. */
  games: Map<string, Game & { challenger: Hex; bond: bigint; status: string }>;
  moves: Rows;
  jobs: Map<string, Hex>;
  providers: Map<string, Hex>;
}

function keyOf({ commitment, place, expect, pre }: Game): Hex {
  return keccak256(concat(["0x0c", commitment, numberToHex(place, { size: 32 }), expect, pre]));
}

/** The games and their moves, by the referee's log alone, as a player follows them. */
function walk(chain: ChainView): Walk {
  const found: Walk = { games: new Map(), moves: new Map(), jobs: new Map(), providers: new Map() };
  const claimers = new Map<string, Hex>();
  for (const log of chain.logs) {
    if (log.name === "JobClaimed") claimers.set(log.hex("id"), log.hex("provider"));
    if (log.contract !== REFEREE || log.args.commitment === undefined) continue;
    const commitment = log.hex("commitment");
    if (log.name === "Challenged") {
      found.jobs.set(commitment, log.hex("job"));
      found.providers.set(commitment, claimers.get(log.hex("job"))!);
    }
    found.moves.set(log.id, { ...stamp(log), ...MOVES[log.name]!(log, found) });
  }
  return found;
}

function empty(commitment: Hex, kind: string, actor: unknown): Record<string, unknown> {
  const nowhere = { level: "NONE", place: 0n, clock: 0n, expect: "0x", key: "0x" };
  const nothing = { data: "0x", amount: 0n, byTimeout: false };
  return { dispute: commitment, game: undefined, kind, actor, ...nowhere, ...nothing };
}

function stand(game: Game) {
  const level = LEVELS[unpackGamePlace(game.place).level];
  return { level, place: game.place, clock: game.clock, expect: game.expect, key: keyOf(game) };
}

type Move = (log: Log, walk: Walk) => Record<string, unknown>;

const MOVES: Readonly<Record<string, Move>> = {
  Challenged: (log, { games }) => {
    const [commitment, challenger, bond] = [log.hex("commitment"), log.hex("challenger"), log.big("bond")];
    const game = commitment + challenger.slice(2);
    const party = partyWord(challenger, bond);
    const nowhere = { clock: 0n, place: 0n, expect: "0x", pre: "0x" } as const;
    games.set(game, { commitment, party, ...nowhere, challenger, bond, status: "LIVE" });
    return { ...empty(commitment, "CHALLENGED", challenger), game, amount: bond };
  },
  Moved: (log, { games }) => {
    const [commitment, challenger] = [log.hex("commitment"), log.hex("challenger")];
    const id = commitment + challenger.slice(2);
    const game = games.get(id)!;
    const [clock, place] = [log.big("clock"), log.big("place")];
    Object.assign(game, { clock, place, expect: log.hex("expect"), pre: log.hex("pre") });
    return { ...empty(commitment, "MOVED", challenger), game: id, ...stand(game) };
  },
  Revealed: (log, { games, providers }) => {
    const commitment = log.hex("commitment");
    const revealed = { key: log.hex("key"), clock: log.big("clock"), expect: log.hex("expect") };
    const move = {
      ...empty(commitment, "REVEALED", providers.get(commitment)),
      key: revealed.key,
      data: log.args.data,
    };
    if (revealed.clock === 0n) return move;
    for (const [id, game] of games) {
      if (game.commitment !== commitment || game.status !== "LIVE") continue;
      const expect = revealed.expect === zeroHash ? game.expect : revealed.expect;
      const next = answeredGame(game, { ...revealed, expect });
      if (!next) continue;
      Object.assign(game, next);
      return { ...move, game: id, ...stand(game) };
    }
    return move;
  },
  ResultRejected: (log) => {
    const verdict = empty(log.hex("commitment"), "CONVICTED", log.args.payee);
    return { ...verdict, byTimeout: log.args.byTimeout };
  },
  BondForfeited: closing("FORFEITED", "FORFEITED", "bond"),
  BondReclaimed: closing("CLOSED", "RECLAIMED", "bond"),
  BondSwept: closing("CLOSED", "SWEPT", "toProvider"),
};

function closing(status: string, kind: string, amount: string): Move {
  return (log, { games }) => {
    const [commitment, challenger] = [log.hex("commitment"), log.hex("challenger")];
    const game = commitment + challenger.slice(2);
    games.get(game)!.status = status;
    return { ...empty(commitment, kind, challenger), game, amount: log.big(amount) };
  };
}

async function disputes(chain: ChainView): Promise<Rows> {
  const { jobs, providers } = walk(chain);
  const rows = await mapSome([...jobs], async ([commitment, job]) => {
    const [, opened, live, outcome] = await chain.read<[Hex, number, number, number]>(REFEREE, "docketOf", commitment);
    const mine = chain.of(REFEREE).filter((log) => log.args.commitment && log.hex("commitment") === commitment);
    const rejected = mine.find(({ name }) => name === "ResultRejected");
    const row = {
      job,
      provider: providers.get(commitment),
      outcome: ["OPEN", "REJECTED"][outcome],
      opened,
      live,
      payee: rejected?.args.payee,
      byTimeout: rejected?.args.byTimeout,
      openedAt: mine[0]!.time,
      decidedAt: rejected?.time,
    };
    return [commitment, row] as const;
  });
  return new Map(rows);
}

/** Games by the log, and whether the contract's word is their hash. */
async function gameRows(chain: ChainView): Promise<Rows> {
  const rows = await mapSome([...walk(chain).games], async ([id, { challenger, bond, status, ...game }]) => {
    const [word, there] = await chain.read<[bigint, number]>(REFEREE, "gameOf", game.commitment, challenger);
    const words = [game.party, game.clock, game.place].map((value) => numberToHex(value, { size: 32 }));
    const hash = BigInt(keccak256(concat([game.commitment, ...words, game.expect, game.pre])));
    // a closed game's word holds its status only
    const same = there === 3 || (hash ^ word) >> 8n === 0n;
    const { level, chunk: _, ...place } = unpackGamePlace(game.place);
    const row = {
      dispute: game.commitment,
      challenger,
      status: same ? STATUS[there] : "another word on chain",
      bond,
      level: LEVELS[level],
      ...place,
      answered: (game.place & 1n) === 1n,
      movedAt: game.clock >> 216n,
      providerUsed: (game.clock >> 184n) & 0xffffffffn,
      challengerUsed: (game.clock >> 152n) & 0xffffffffn,
      clock: game.clock,
      place: game.place,
      expect: game.expect,
      pre: game.pre,
      key: keyOf(game),
    };
    return [
      id,
      status === row.status ? row : { ...row, status: `${row.status} on chain, ${status} in the log` },
    ] as const;
  });
  return new Map(rows);
}

async function credits(chain: ChainView): Promise<Rows> {
  const accounts = new Set<Hex>();
  const { providers } = walk(chain);
  for (const log of chain.of(REFEREE)) {
    if (log.name === "Deposited") accounts.add(log.hex("account"));
    if (log.name === "Challenged") accounts.add(log.hex("challenger"));
    if (log.name === "BondSwept" && log.big("toProvider") !== 0n) accounts.add(providers.get(log.hex("commitment"))!);
  }
  const rows = await mapSome([...accounts], async (account) => {
    return [account, { amount: await chain.read<bigint>(REFEREE, "creditOf", account) }] as const;
  });
  return new Map(rows);
}

export const disputeChecks: Readonly<Record<string, Check>> = {
  Dispute: disputes,
  DisputeGame: gameRows,
  DisputeMove: (chain) => walk(chain).moves,
  DisputeCredit: credits,
};
