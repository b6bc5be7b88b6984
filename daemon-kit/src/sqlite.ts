import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { DaemonError } from "./errors.ts";
import { makeFolder } from "./make-folder.ts";

export type OpenDatabaseArgs = {
  /** A file, or ":memory:". */
  path: string;
  /** Statements that make the tables; run at every opening. */
  schema: string;
};

/**
 * Opens a database that one process at a time may use, and that is on the disk when a write returns.
 * @throws DK-030 when another process holds it, or it cannot be opened
 */
export function openDatabase({ path, schema }: OpenDatabaseArgs): DatabaseSync {
  let db: DatabaseSync | undefined;
  try {
    if (path !== ":memory:") makeFolder(dirname(path));
    db = new DatabaseSync(path, { timeout: 0 });
    // Exclusive: two daemons over one journal would allot the same nonces.
    db.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
    db.exec(`BEGIN IMMEDIATE; ${schema}; COMMIT`);
    return db;
  } catch (cause) {
    db?.close();
    throw new DaemonError("DK-030", "the database cannot be opened", {
      kind: "UserFault",
      found: `${cause instanceof Error ? cause.message : String(cause)}: ${path}`,
      wanted: "a database file that no other process has open",
      hint: "stop the other daemon that uses this folder, or give this one its own",
      cause,
    });
  }
}

/** Does all of it or nothing: after a failure (a full disk) the next one can begin. */
export function inTransaction(db: DatabaseSync, act: () => void): void {
  db.exec("BEGIN IMMEDIATE");
  try {
    act();
    db.exec("COMMIT");
  } catch (error) {
    // Some failures have taken it back already.
    if (db.isTransaction) db.exec("ROLLBACK");
    throw error;
  }
}
