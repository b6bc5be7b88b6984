import { DaemonError } from "./errors.ts";
import { inTransaction, openDatabase } from "./sqlite.ts";

export type GuardRecord = { scope: string; key: string; value: string; at: number };

export type Guard = {
  /**
   * Records that `value` was committed for `key`, before it is signed. The same value again is fine.
   * @throws DK-050 when another value was committed before
   */
  commit(scope: string, key: string, value: string): void;
  get(scope: string, key: string): string | undefined;
  export(): GuardRecord[];
  /** Takes over the records of another machine, all or none. @throws DK-050 on a contradiction */
  import(records: readonly GuardRecord[]): void;
  close(): void;
};

const SCHEMA = `CREATE TABLE IF NOT EXISTS committed (
  scope TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (scope, key)
) STRICT`;

/**
 * The guard database: what this provider has bound itself to. Unlike everything else a daemon keeps, it must not be
 * deleted: it is all that stops a restored or copied machine from committing two results for one job.
 * @throws DK-030
 */
export function openGuard(path: string, now: () => number = Date.now): Guard {
  const db = openDatabase({ path, schema: SCHEMA });
  const insert = db.prepare("INSERT OR IGNORE INTO committed (scope, key, value, at) VALUES (?, ?, ?, ?)");
  const select = db.prepare("SELECT value FROM committed WHERE scope = ? AND key = ?");
  const record = (entry: GuardRecord) => {
    const { changes } = insert.run(entry.scope, entry.key, entry.value, entry.at);
    if (changes === 1) return;
    const { value } = select.get(entry.scope, entry.key) as { value: string };
    if (value !== entry.value) throw contradiction(entry, value);
  };
  return {
    commit: (scope, key, value) => record({ scope, key, value, at: now() }),
    get: (scope, key) => (select.get(scope, key) as { value: string } | undefined)?.value,
    export: () => db.prepare("SELECT scope, key, value, at FROM committed ORDER BY at").all() as GuardRecord[],
    import: (records) =>
      inTransaction(db, () => {
        for (const entry of records) record(entry);
      }),
    close: () => db.close(),
  };
}

function contradiction({ scope, key, value }: GuardRecord, before: string): DaemonError {
  return new DaemonError("DK-050", "a different value was committed before", {
    kind: "Fatal",
    found: `${value} for ${scope} ${key}`,
    wanted: before,
    hint: "do not sign: two commitments for one job get the stake slashed; find out why the results differ",
  });
}
