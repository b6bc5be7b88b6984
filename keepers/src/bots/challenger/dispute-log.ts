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

/** A game this account has opened: its party word never changes. */
export interface OwnGame {
  job: JobId;
  party: bigint;
}

/**
 * What the dispute contract has logged of the results that matter here, kept up to date. Holds no truth of its own: what is
 * read from it is compared with the contract before it is acted on.
 */
export class DisputeLog {
  readonly #rpc: PublicClient;
  readonly #address: Address;
  readonly #challenger: Address;
  readonly #start: bigint;
  readonly #entries = new Map<Hex, Entry[]>();
  #cursor: bigint | undefined;

  /** @param start first block that can hold one of its events */
  constructor(rpc: PublicClient, address: Address, challenger: Address, start: bigint) {
    this.#rpc = rpc;
    this.#address = address;
    this.#challenger = challenger;
    this.#start = start;
  }

  /** Reads up to `head`. @throws DK-040, or the endpoint's refusal; what was not read is read next time */
  async refresh(head: bigint): Promise<void> {
    const from = this.#cursor === undefined ? this.#start : maxOf(this.#start, this.#cursor - REORG_DEPTH + 1n);
    const fresh: Entry[] = [];
    const args = { address: this.#address, events: EVENTS as readonly AbiEvent[], fromBlock: from, toBlock: head };
    for await (const { logs } of getLogsChunked(this.#rpc, args)) {
      for (const log of logs) {
        const {
          eventName,
          args: values,
          blockNumber,
        } = log as unknown as {
          eventName: string;
          args: Record<string, unknown>;
          blockNumber: bigint;
        };
        fresh.push({ block: blockNumber, name: eventName, args: values });
      }
    }
    for (const [commitment, entries] of this.#entries) {
      this.#entries.set(
        commitment,
        entries.filter(({ block }) => block < from),
      );
    }
    for (const entry of fresh) {
      const commitment = entry.args.commitment as Hex;
      const list = this.#entries.get(commitment);
      if (list) list.push(entry);
      else this.#entries.set(commitment, [entry]);
    }
    this.#cursor = head;
  }

  /** Games of this account, by commitment. */
  ownGames(): Map<Hex, OwnGame> {
    const games = new Map<Hex, OwnGame>();
    for (const commitment of this.#entries.keys()) {
      const opened = this.#last(commitment, "Challenged");
      if (!opened) continue;
      const party = partyWord(this.#challenger, opened.bond as bigint);
      games.set(commitment, { job: opened.job as JobId, party });
    }
    return games;
  }

  /** Where this account's game stands, by the last move. */
  game(commitment: Hex): Game | undefined {
    const moved = this.#last(commitment, "Moved");
    const own = this.#last(commitment, "Challenged");
    if (!moved || !own) return undefined;
    const party = partyWord(this.#challenger, own.bond as bigint);
    const { clock, place, expect, pre } = moved as { clock: bigint; place: bigint; expect: Hex; pre: Hex };
    const game = { commitment, party, clock, place, expect, pre };
    const answers = (this.#entries.get(commitment) ?? []).filter(({ name }) => name === "Revealed");
    for (const { args } of answers) {
      const answered = answeredGame(game, args as { key: Hex; clock: bigint; expect: Hex });
      if (answered) return answered;
    }
    return game;
  }

  /** What was revealed under a key, by anyone's game. */
  reveal(commitment: Hex, key: Hex): Hex | undefined {
    const entries = this.#entries.get(commitment) ?? [];
    return entries.findLast(({ name, args }) => name === "Revealed" && args.key === key)?.args.data as Hex | undefined;
  }

  isRejected(commitment: Hex): boolean {
    return (this.#entries.get(commitment) ?? []).some(({ name }) => name === "ResultRejected");
  }

  /** Drops what is known of other results: what comes of them later is not needed either. */
  keepOnly(commitments: ReadonlySet<Hex>): void {
    for (const commitment of this.#entries.keys()) if (!commitments.has(commitment)) this.#entries.delete(commitment);
  }

  #last(commitment: Hex, event: "Challenged" | "Moved"): Record<string, unknown> | undefined {
    const entries = this.#entries.get(commitment) ?? [];
    return entries.findLast(
      ({ name, args }) => name === event && String(args.challenger).toLowerCase() === this.#challenger.toLowerCase(),
    )?.args;
  }
}

function maxOf(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
