import { createHash } from "node:crypto";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Address, Hash } from "viem";
import { DaemonError } from "./errors.ts";
import { makeFolder } from "./make-folder.ts";

/** What is held stays open until it is given back: a database that nothing refers to is closed, and its lock with it. */
const held = new Set<DatabaseSync>();

/**
 * Holds a signing key for this process: two daemons that send from one account allot the same nonces and take each other's
 * transactions for their own. The lock is of this machine and this user, whatever the data folders are; it goes away with
 * the process, however that ends.
 * @param chain hash of the chain's first block: two chains may share an id
 * @returns what gives it back @throws DK-031 when another process holds it
 */
export function lockKey(chain: Hash, account: Address, folder = lockFolder()): () => void {
  const name = createHash("sha256")
    .update(`${chain.toLowerCase()}:${account.toLowerCase()}`)
    .digest("hex")
    .slice(0, 32);
  const path = join(folder, `${name}.lock`);
  let db: DatabaseSync | undefined;
  try {
    makeFolder(folder, 0o700);
    db = new DatabaseSync(path, { timeout: 0 });
    db.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA synchronous = OFF; BEGIN EXCLUSIVE");
    const mine = db;
    held.add(mine);
    return () => {
      held.delete(mine);
      mine.close();
    };
  } catch (cause) {
    db?.close();
    throw new DaemonError("DK-031", "another daemon signs with this key", {
      kind: "UserFault",
      found: `${account}: ${cause instanceof Error ? cause.message : String(cause)} (${path})`,
      wanted: "one daemon for each key",
      hint: "stop the other daemon, or give this one an operator key of its own",
      cause,
    });
  }
}

function lockFolder(): string {
  const { uid, username } = userInfo();
  return join(process.env.XDG_RUNTIME_DIR ?? tmpdir(), `assay-keys-${uid >= 0 ? uid : username}`);
}
