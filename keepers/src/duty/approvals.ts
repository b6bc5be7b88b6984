import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { writeDurably } from "@assay/daemon-kit";
import type { JobId } from "@assay/sdk";
import { type Address, concat, type Hex, keccak256, numberToHex, stringToHex } from "viem";
import { keeperError } from "../errors.ts";

/** What a person is asked for. */
export interface Asked {
  /** Names the deed, and begins with the bot's name. */
  key: string;
  to: Address;
  data: Hex;
  /** wei */
  value: bigint;
  /** What it does, for people. */
  text: string;
  /** The jobs that it is about, where it is about some. */
  jobs?: readonly JobId[];
}

/** An action that waits for a person, as its file has it. */
export interface PendingAction extends Omit<Asked, "value"> {
  id: string;
  /** wei, as text */
  value: string;
  /** Unix ms */
  askedAt: number;
}

/**
 * Actions that wait for a person's yes, as files: the keeper writes `pending/<id>.json`, the command line `approved/<id>`.
 * An id is the hash of exactly what will be sent, so that a yes is worth nothing for any other call.
 */
export class Approvals {
  readonly #pending: string;
  readonly #approved: string;

  constructor(folder: string) {
    this.#pending = join(folder, "pending");
    this.#approved = join(folder, "approved");
  }

  /** Writes an action down unless it is there. @returns whether a person has approved it */
  ask(asked: Asked): boolean {
    const id = actionId(asked);
    const [path, approved] = [join(this.#pending, `${id}.json`), join(this.#approved, id)];
    if (existsSync(path)) return existsSync(approved);
    // a yes that came when the action was just done, or outlasted it by a crash, is none to the same call that comes again
    rmSync(approved, { force: true });
    const { key, to, data, value, text, jobs } = asked;
    const call = { key, to, data, value: String(value), text, ...(jobs ? { jobs } : {}) };
    const action: PendingAction = { id, ...call, askedAt: Date.now() };
    writeDurably(path, Buffer.from(JSON.stringify(action, null, 2)));
    return false;
  }

  /** Forgets an action that is done or no longer due. */
  drop(asked: Omit<Asked, "text">): void {
    const id = actionId(asked);
    rmSync(join(this.#pending, `${id}.json`), { force: true });
    rmSync(join(this.#approved, id), { force: true });
  }

  /** What waits for a yes, oldest first. */
  list(): PendingAction[] {
    return this.all().filter(({ id }) => !existsSync(join(this.#approved, id)));
  }

  /** What was asked for, and what of it has a yes but was not done yet; oldest first. */
  all(): PendingAction[] {
    if (!existsSync(this.#pending)) return [];
    return readdirSync(this.#pending)
      .filter((name) => name.endsWith(".json"))
      .flatMap((name) => {
        try {
          return [JSON.parse(readFileSync(join(this.#pending, name), "utf8")) as PendingAction];
        } catch {
          return []; // done in this moment
        }
      })
      .sort((a, b) => a.askedAt - b.askedAt);
  }

  /** A person's yes. @param id or the beginning of one @throws KP-060 when no action, or more than one, is meant */
  approve(id: string): PendingAction {
    const waiting = this.list();
    const [action, another] = waiting.filter((each) => id.length >= 4 && each.id.startsWith(id));
    if (!action || another) {
      throw keeperError("KP-060", {
        found: another ? `several that begin with ${id}` : id,
        wanted:
          waiting.length > 0
            ? `one of ${waiting.map((each) => each.id).join(", ")}`
            : "an action that waits; none does",
        hint: "list them with `assay-keeper pending`; an action that changed has a new id",
      });
    }
    mkdirSync(this.#approved, { recursive: true });
    writeDurably(join(this.#approved, action.id), Buffer.from(action.key));
    return action;
  }
}

function actionId({ key, to, data, value }: Omit<Asked, "text">): string {
  const words = [keccak256(stringToHex(key)), to, numberToHex(value, { size: 32 }), keccak256(data)];
  return keccak256(concat(words)).slice(2, 18);
}
