import { type Journal, openDatabase, receiptOf } from "@assay/daemon-kit";
import type { PublicClient, TransactionReceipt } from "viem";

/** What is limited: the chain's coin for fees, ASY for bonds, the chain's coin that is given away. */
export type Purse = "gas" | "bond" | "coin";

const DAY_MS = 86_400_000;
const SCHEMA = `CREATE TABLE IF NOT EXISTS spent (
  key TEXT NOT NULL, purse TEXT NOT NULL, bot TEXT NOT NULL, amount TEXT NOT NULL, at INTEGER NOT NULL,
  PRIMARY KEY (key, purse)
) STRICT`;

/**
 * What each bot has spent in the last 24 hours. Written down by transaction key, so that a restart neither forgets an
 * expense nor counts it twice.
 */
export class Budget {
  readonly #db: ReturnType<typeof openDatabase>;
  readonly #now: () => number;

  /** @param path a file, or ":memory:" @throws DK-030 */
  constructor(path: string, now: () => number = Date.now) {
    this.#db = openDatabase({ path, schema: SCHEMA });
    this.#now = now;
  }

  /** Records an expense; the same key again replaces it but keeps its time. */
  record(bot: string, purse: Purse, key: string, amount: bigint): void {
    this.#db
      .prepare(
        `INSERT INTO spent (key, purse, bot, amount, at) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (key, purse) DO UPDATE SET amount = excluded.amount`,
      )
      .run(key, purse, bot, `${amount}`, this.#now());
  }

  /** Takes an expense back that did not happen. */
  forget(purse: Purse, key: string): void {
    this.#db.prepare("DELETE FROM spent WHERE key = ? AND purse = ?").run(key, purse);
  }

  /** Wei, or ASY's smallest unit, of the last 24 hours. */
  spent(bot: string, purse: Purse): bigint {
    const rows = this.#db
      .prepare("SELECT amount FROM spent WHERE bot = ? AND purse = ? AND at > ?")
      .all(bot, purse, this.#now() - DAY_MS) as { amount: string }[];
    return rows.reduce((sum, { amount }) => sum + BigInt(amount), 0n);
  }

  /** Records what a mined transaction cost. Its key begins with the bot's name. */
  charge(key: string, receipt: TransactionReceipt): bigint {
    const wei = receipt.gasUsed * receipt.effectiveGasPrice;
    this.record(botOf(key), "gas", key, wei);
    return wei;
  }

  /** Fees of transactions that a process before this one did not live to record. */
  async recover(journal: Journal, client: PublicClient): Promise<void> {
    const known = this.#db.prepare("SELECT 1 FROM spent WHERE key = ? AND purse = 'gas'");
    for (const entry of journal.list("mined", "failed")) {
      if (entry.updatedAt < this.#now() - DAY_MS || !entry.minedHash || known.get(entry.key)) continue;
      const receipt = await receiptOf(client, entry.minedHash); // none where the endpoint is behind
      if (receipt) this.charge(entry.key, receipt);
    }
  }

  close(): void {
    this.#db.close();
  }
}

/** The bot that a transaction's key belongs to: `settle:finalize:...` is settle's, and so is what takes its place. */
export function botOf(key: string): string {
  const deed = key.startsWith("cancel:") ? key.slice("cancel:".length) : key;
  return deed.slice(0, deed.indexOf(":"));
}
