import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeDurably } from "@assay/daemon-kit";
import { failure } from "./errors.ts";
import type { Database } from "./indexes.ts";
import { isAlive } from "./process.ts";

/** What a running indexer writes down for `status` and `down`. */
export interface Running {
  pid: number;
  url: string;
  startedAt: string;
  /** Folder of graph-node's doors, which only this user can enter. */
  doors: string;
  /** Where the index is kept; absent until PostgreSQL runs. */
  database?: Database;
}

/** The indexer's data folder: the database, the builds, the log and who is running. */
export class Folder {
  readonly root: string;
  readonly database: string;
  readonly builds: string;
  readonly log: string;
  readonly #running: string;

  /** @param builds where finished builds of the subgraph are kept; may be shared between indexers */
  constructor(root: string, builds = join(root, "builds")) {
    this.root = root;
    this.database = join(root, "postgres");
    this.builds = builds;
    this.log = join(root, "graph-node.log");
    this.#running = join(root, "running.json");
  }

  /** The indexer that runs on this folder, undefined if none does. */
  running(): Running | undefined {
    if (!existsSync(this.#running)) return undefined;
    const running = JSON.parse(readFileSync(this.#running, "utf8")) as Running;
    return isAlive(running.pid) ? running : undefined;
  }

  /**
   * Takes the folder for this process; doing it again tells more about it.
   *
   * @throws IX-009 another indexer runs on it
   */
  take(place: Pick<Running, "url" | "doors" | "database">): void {
    const other = this.running();
    if (other && other.pid !== process.pid) {
      throw failure("IX-009", "an indexer runs on this data folder already", {
        found: `process ${other.pid} at ${other.url}`,
        wanted: "a folder of its own for each indexer",
        hint: "use the one that runs, stop it with `npm run indexer -- down`, or give another --data-dir",
      });
    }
    mkdirSync(this.root, { recursive: true });
    const running: Running = { pid: process.pid, startedAt: new Date().toISOString(), ...place };
    writeDurably(this.#running, Buffer.from(JSON.stringify(running)));
  }

  /** Gives the folder back. */
  release(): void {
    rmSync(this.#running, { force: true });
  }

  /** Removes the database and the builds. */
  clear(): void {
    for (const path of [this.database, this.builds, this.log]) rmSync(path, { recursive: true, force: true });
  }
}

/** A new folder for sockets: their paths are limited to about 100 bytes, so it is not in the data folder. */
export function socketFolder(): string {
  return mkdtempSync(join(tmpdir(), "assay-ix-"));
}
