import { getLogsChunked } from "@assay/daemon-kit";
import { answeredGame, type Game, type JobId, partyWord, refereedDisputeAbi } from "@assay/sdk";
import type { AbiEvent, Address, Hex, PublicClient } from "viem";

/** Blocks below the head that may still be replaced: they are read again at every look. */
const REORG_DEPTH = 64n;

const EVENTS = refereedDisputeAbi.filter((item) => item.type === "event");

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
 * What the dispute contract has logged, by result. Holds no truth of its own: a transaction made from it is simulated
 * against the contract before it is sent.
 */
export class DisputeLog {
  readonly #rpc: PublicClient;
  readonly #address: Address;
  readonly #start: bigint;
  readonly #entries = new Map<Hex, Entry[]>();
  readonly #ignored = new Set<Hex>();
  #cursor: bigint | undefined;

  /** @param start first block that can hold one of its events */
  constructor(rpc: PublicClient, address: Address, start: bigint) {
    this.#rpc = rpc;
    this.#address = address;
    this.#start = start;
  }

  /** Reads up to `head`. @throws DK-040, or the endpoint's refusal; what was not read is read next time */
  async refresh(head: bigint): Promise<void> {
    const again = this.#cursor === undefined ? this.#start : this.#cursor - REORG_DEPTH + 1n;
    const from = again > this.#start ? again : this.#start;
    const fresh: [Hex, Entry][] = [];
    const args = { address: this.#address, events: EVENTS as readonly AbiEvent[], fromBlock: from, toBlock: head };
    for await (const { logs } of getLogsChunked(this.#rpc, args)) {
      for (const log of logs as unknown as { eventName: string; args: Entry["args"]; blockNumber: bigint }[]) {
        const { eventName: name, args, blockNumber: block } = log;
        const commitment = args.commitment as Hex | undefined;
        if (commitment && !this.#ignored.has(commitment)) fresh.push([commitment, { block, name, args }]);
      }
    }
    for (const [commitment, entries] of this.#entries) {
      const kept = entries.filter(({ block }) => block < from);
      if (kept.length > 0) this.#entries.set(commitment, kept);
      else this.#entries.delete(commitment);
    }
    for (const [commitment, entry] of fresh) {
      const list = this.#entries.get(commitment);
      if (list) list.push(entry);
      else this.#entries.set(commitment, [entry]);
    }
    this.#cursor = head;
  }

  /** Results that were challenged, with the job of each. */
  challenged(): Map<Hex, JobId> {
    const found = new Map<Hex, JobId>();
    for (const [commitment, entries] of this.#entries) {
      const opened = entries.find(({ name }) => name === "Challenged");
      if (opened) found.set(commitment, opened.args.job as JobId);
    }
    return found;
  }

  /** The games against a result, in the order of their opening. */
  games(commitment: Hex): LoggedGame[] {
    const games = new Map<string, LoggedGame & { bond: bigint }>();
    for (const { name, args } of this.#entries.get(commitment) ?? []) {
      const key = String(args.challenger).toLowerCase();
      const known = games.get(key);
      if (name === "Challenged") {
        const challenger = args.challenger as Address;
        const bond = args.bond as bigint;
        const game = {
          commitment,
          party: partyWord(challenger, bond),
          clock: 0n,
          place: 0n,
          expect: "0x",
          pre: "0x",
        } as const;
        games.set(key, { game, challenger, state: "live", bond });
      } else if (known && name === "Moved") {
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

  isRevealed(commitment: Hex, key: Hex): boolean {
    const entries = this.#entries.get(commitment) ?? [];
    return entries.some(({ name, args }) => name === "Revealed" && args.key === key);
  }

  isRejected(commitment: Hex): boolean {
    return (this.#entries.get(commitment) ?? []).some(({ name }) => name === "ResultRejected");
  }

  /** Forgets a result that concerns nobody here, now and later. */
  ignore(commitment: Hex): void {
    this.#ignored.add(commitment);
    this.#entries.delete(commitment);
  }
}
