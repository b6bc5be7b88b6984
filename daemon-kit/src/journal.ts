import type { Address, Hash, Hex } from "viem";
import { inTransaction, openDatabase } from "./sqlite.ts";

/**
 * intent: decided, not signed. sent: signed, perhaps broadcast. mined: done. failed: in a block, reverted or, as its caller has
 * found, without any effect. dropped: its nonce went to another transaction, it can never land. abandoned: given up loudly, may
 * still land.
 */
export type TxStatus = "intent" | "sent" | "mined" | "failed" | "dropped" | "abandoned";

export type TxEntry = {
  /** The idempotency key, such as `submit:<jobId>:<nonce>`. */
  key: string;
  chainId: number;
  from: Address;
  to: Address;
  data: Hex;
  value: bigint;
  nonce: number;
  gas: bigint;
  /** What its simulation answered, where that answer decided upon it. */
  answer: Hex | undefined;
  /** Whether only who asked for it can say if it is still due: no simulation tells. */
  conditional: boolean;
  status: TxStatus;
  /** The hash in a block, once mined or failed. */
  minedHash: Hash | undefined;
  /** Why it failed, in words. */
  error: string | undefined;
  /** Milliseconds since 1970. */
  createdAt: number;
  updatedAt: number;
  /** Every signed version, oldest first; all of the same nonce, so that at most one can land. */
  attempts: TxAttempt[];
};

export type TxAttempt = {
  hash: Hash;
  /** The signed transaction: kept before it is sent, so that it can be sent again. */
  raw: Hex;
  maxFeePerGas: bigint;
  maxPriorityFeePerGas: bigint;
  /** Head of the chain when it was signed. */
  block: bigint;
};

export type TxIntent = Pick<TxEntry, "key" | "chainId" | "from" | "to" | "data" | "value" | "nonce" | "gas"> & {
  answer?: Hex;
  conditional?: boolean;
};

export type Journal = {
  get(key: string): TxEntry | undefined;
  /** Entries of the given statuses (all if none), oldest first. */
  list(...statuses: TxStatus[]): TxEntry[];
  /** Records an intent; an earlier entry of the key must have been dropped or forgotten. */
  addIntent(intent: TxIntent): void;
  /** Records a signed version and makes the entry `sent`. */
  addAttempt(key: string, attempt: TxAttempt): void;
  setStatus(key: string, status: TxStatus, facts?: { minedHash?: Hash; error?: string }): void;
  forget(key: string): void;
  /** The genesis hash the journal belongs to; set by the first caller. */
  genesis(chainId: number, hash: Hash): Hash;
  close(): void;
};

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS tx (
    key TEXT PRIMARY KEY, chain_id INTEGER NOT NULL, sender TEXT NOT NULL, recipient TEXT NOT NULL,
    data TEXT NOT NULL, value TEXT NOT NULL, nonce INTEGER NOT NULL, gas TEXT NOT NULL, status TEXT NOT NULL,
    mined_hash TEXT, error TEXT, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS tx_by_status ON tx (status);
  CREATE TABLE IF NOT EXISTS attempt (
    hash TEXT PRIMARY KEY, key TEXT NOT NULL REFERENCES tx (key) ON DELETE CASCADE, raw TEXT NOT NULL,
    max_fee TEXT NOT NULL, max_priority_fee TEXT NOT NULL, block TEXT NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS attempt_by_key ON attempt (key);
  CREATE TABLE IF NOT EXISTS expected (
    key TEXT PRIMARY KEY REFERENCES tx (key) ON DELETE CASCADE, answer TEXT NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS conditional (key TEXT PRIMARY KEY REFERENCES tx (key) ON DELETE CASCADE) STRICT;
  CREATE TABLE IF NOT EXISTS chain (chain_id INTEGER PRIMARY KEY, genesis TEXT NOT NULL) STRICT`;

type TxRow = {
  key: string;
  chain_id: number;
  sender: Address;
  recipient: Address;
  data: Hex;
  value: string;
  nonce: number;
  gas: string;
  status: TxStatus;
  mined_hash: Hash | null;
  error: string | null;
  created_at: number;
  updated_at: number;
  answer: Hex | null;
  condition: string | null;
};
type AttemptRow = { hash: Hash; raw: Hex; max_fee: string; max_priority_fee: string; block: string };

/**
 * The record of every transaction a daemon meant to send, written before it is sent. A process killed at any point finds
 * here what it may have done.
 * @throws DK-030
 */
export function openJournal(path: string, now: () => number = Date.now): Journal {
  const db = openDatabase({ path, schema: SCHEMA });
  const selectAttempts = db.prepare("SELECT * FROM attempt WHERE key = ? ORDER BY rowid");
  const select = `SELECT tx.*, expected.answer, conditional.key AS condition FROM tx
    LEFT JOIN expected ON expected.key = tx.key LEFT JOIN conditional ON conditional.key = tx.key`;
  const entryOf = (row: TxRow): TxEntry => toEntry(row, selectAttempts.all(row.key) as AttemptRow[]);
  const touch = db.prepare("UPDATE tx SET status = ?, mined_hash = ?, error = ?, updated_at = ? WHERE key = ?");
  return {
    get(key) {
      const row = db.prepare(`${select} WHERE tx.key = ?`).get(key) as TxRow | undefined;
      return row && entryOf(row);
    },
    list(...statuses) {
      // a journal grows for years, and is asked for what is open at every look
      const where = statuses.length === 0 ? "" : `WHERE tx.status IN (${statuses.map(() => "?").join()})`;
      const rows = db.prepare(`${select} ${where} ORDER BY tx.nonce, tx.rowid`).all(...statuses) as TxRow[];
      return rows.map(entryOf);
    },
    addIntent(intent) {
      const { key, chainId, from, to, data, value, nonce, gas, answer, conditional } = intent;
      inTransaction(db, () => {
        db.prepare(
          `INSERT INTO tx (key, chain_id, sender, recipient, data, value, nonce, gas, status, created_at, updated_at)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'intent', ?, ?)`,
        ).run(key, chainId, from, to, data, `${value}`, nonce, `${gas}`, now(), now());
        if (answer !== undefined) db.prepare("INSERT INTO expected (key, answer) VALUES (?, ?)").run(key, answer);
        if (conditional) db.prepare("INSERT INTO conditional (key) VALUES (?)").run(key);
      });
    },
    addAttempt(key, { hash, raw, maxFeePerGas, maxPriorityFeePerGas, block }) {
      inTransaction(db, () => {
        db.prepare(
          "INSERT INTO attempt (hash, key, raw, max_fee, max_priority_fee, block) VALUES (?, ?, ?, ?, ?, ?)",
        ).run(hash, key, raw, `${maxFeePerGas}`, `${maxPriorityFeePerGas}`, `${block}`);
        touch.run("sent", null, null, now(), key);
      });
    },
    setStatus: (key, status, facts = {}) =>
      void touch.run(status, facts.minedHash ?? null, facts.error ?? null, now(), key),
    forget: (key) => void db.prepare("DELETE FROM tx WHERE key = ?").run(key),
    genesis(chainId, hash) {
      db.prepare("INSERT OR IGNORE INTO chain (chain_id, genesis) VALUES (?, ?)").run(chainId, hash);
      return (db.prepare("SELECT genesis FROM chain WHERE chain_id = ?").get(chainId) as { genesis: Hash }).genesis;
    },
    close: () => db.close(),
  };
}

function toEntry(row: TxRow, attempts: AttemptRow[]): TxEntry {
  return {
    key: row.key,
    chainId: row.chain_id,
    from: row.sender,
    to: row.recipient,
    data: row.data,
    value: BigInt(row.value),
    nonce: row.nonce,
    gas: BigInt(row.gas),
    answer: row.answer ?? undefined,
    conditional: row.condition !== null,
    status: row.status,
    minedHash: row.mined_hash ?? undefined,
    error: row.error ?? undefined,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    attempts: attempts.map((a) => ({
      hash: a.hash,
      raw: a.raw,
      maxFeePerGas: BigInt(a.max_fee),
      maxPriorityFeePerGas: BigInt(a.max_priority_fee),
      block: BigInt(a.block),
    })),
  };
}
