import { type Address, type Hex, isAddressEqual, parseEventLogs } from "viem";
import { refereedDisputeAbi } from "../abis.ts";
import { answeredGame, type Game, partyWord } from "../codec/game.ts";
import type { JobId } from "../codec/types.ts";
import type { AssayContext } from "../context.ts";
import { fetchLogs } from "../internal/logs.ts";

/** Blocks below the head that may still be replaced: they are read again at every look. */
const REORG_DEPTH = 64n;

interface Entry {
  block: bigint;
  name: string;
  args: Record<string, unknown>;
}

/** A game as the logs tell it. */
export interface LoggedGame {
  game: Game;
  challenger: Address;
  state: "live" | "forfeited" | "closed";
}

/**
 * What a dispute contract has logged, by result, kept up to date. Holds no truth of its own: what is made from it is
 * compared with the contract, by a read or a simulation, before it is acted on.
 */
export class DisputeLog {
  readonly #context: AssayContext;
  readonly #address: Address;
  readonly #start: bigint;
  readonly #depth: bigint;
  readonly #entries = new Map<Hex, Entry[]>();
  readonly #ignored = new Set<Hex>();
  #cursor: bigint | undefined;

  /**
   * @param start first block that can hold one of its events
   * @param depth blocks below the head that are read again at every look
   */
  constructor(context: AssayContext, address: Address, start: bigint, depth = REORG_DEPTH) {
    this.#context = context;
    this.#address = address;
    this.#start = start;
    this.#depth = depth;
  }

  /** Reads up to `head`. @throws AssayError of the endpoint; what was not read is read next time */
  async refresh(head: bigint): Promise<void> {
    const again = this.#cursor === undefined ? this.#start : this.#cursor - this.#depth + 1n;
    const from = again > this.#start ? again : this.#start;
    const raw = await fetchLogs(this.#context, { address: this.#address, topics: [], fromBlock: from, toBlock: head });
    for (const [commitment, entries] of this.#entries) {
      const kept = entries.filter(({ block }) => block < from);
      if (kept.length > 0) this.#entries.set(commitment, kept);
      else this.#entries.delete(commitment);
    }
    for (const { eventName: name, args, blockNumber } of parseEventLogs({ abi: refereedDisputeAbi, logs: raw })) {
      const values = args as Record<string, unknown>;
      const commitment = values.commitment as Hex | undefined;
      if (!commitment || this.#ignored.has(commitment) || blockNumber === null) continue;
      const entry = { block: blockNumber, name, args: values };
      const list = this.#entries.get(commitment);
      if (list) list.push(entry);
      else this.#entries.set(commitment, [entry]);
    }
    this.#cursor = head;
  }

  /** Results that were challenged, with the job of each. @param by only those challenged by this account */
  challenged(by?: Address): Map<Hex, JobId> {
    const found = new Map<Hex, JobId>();
    for (const [commitment, entries] of this.#entries) {
      const opened = entries.find(
        ({ name, args }) => name === "Challenged" && (!by || isAddressEqual(args.challenger as Address, by)),
      );
      if (opened) found.set(commitment, opened.args.job as JobId);
    }
    return found;
  }

  /** The games against a result, in the order of their opening. */
  games(commitment: Hex): LoggedGame[] {
    const games = new Map<string, LoggedGame>();
    for (const { name, args } of this.#entries.get(commitment) ?? []) {
      const key = String(args.challenger).toLowerCase();
      const known = games.get(key);
      if (name === "Challenged") games.set(key, openedGame(commitment, args));
      else if (known && name === "Moved") {
        const { clock, place, expect, pre } = args as unknown as Pick<Game, "clock" | "place" | "expect" | "pre">;
        known.game = { ...known.game, clock, place, expect, pre };
      } else if (name === "Revealed") {
        const revealed = args as unknown as { key: Hex; clock: bigint; expect: Hex };
        for (const each of games.values()) each.game = answeredGame(each.game, revealed) ?? each.game;
      } else if (known && name === "BondForfeited") known.state = "forfeited";
      else if (known && (name === "BondSwept" || name === "BondReclaimed")) known.state = "closed";
    }
    return [...games.values()].filter(({ game }) => game.place !== 0n);
  }

  /** Where the game of one challenger stands, by its last move. */
  game(commitment: Hex, challenger: Address): Game | undefined {
    return this.games(commitment).find((each) => isAddressEqual(each.challenger, challenger))?.game;
  }

  /** What was revealed under a key, by anyone's game. */
  reveal(commitment: Hex, key: Hex): Hex | undefined {
    const entries = this.#entries.get(commitment) ?? [];
    return entries.findLast(({ name, args }) => name === "Revealed" && args.key === key)?.args.data as Hex | undefined;
  }

  isRejected(commitment: Hex): boolean {
    return (this.#entries.get(commitment) ?? []).some(({ name }) => name === "ResultRejected");
  }

  /** Forgets a result that concerns nobody here, now and later. */
  ignore(commitment: Hex): void {
    this.#ignored.add(commitment);
    this.#entries.delete(commitment);
  }

  /** Drops what is known of other results; what comes of them later is taken up again. */
  keepOnly(commitments: ReadonlySet<Hex>): void {
    for (const commitment of this.#entries.keys()) if (!commitments.has(commitment)) this.#entries.delete(commitment);
  }
}

function openedGame(commitment: Hex, args: Record<string, unknown>): LoggedGame {
  const challenger = args.challenger as Address;
  const party = partyWord(challenger, args.bond as bigint);
  return {
    game: { commitment, party, clock: 0n, place: 0n, expect: "0x", pre: "0x" },
    challenger,
    state: "live",
  };
}
