import pg from "pg";
import { DATABASE_USER } from "./postgres.ts";

/** Where graph-node keeps what it indexes of one chain. */
export interface Database {
  /** Folder of PostgreSQL's Unix socket. */
  host: string;
  name: string;
}

/**
 * graph-node makes an index for each column of a table. Where a page is filtered by one and ordered by another, it walks
 * through all rows of the second: the newest finalized jobs lie behind all that are open. These have the columns of such pages.
 */
const INDEXES = [{ table: "job", columns: ["status", "posted_at", "id"] }];

/** Gives every deployment in the database the indexes of several columns that its pages need; those that are there stay. */
export async function createIndexes({ host, name }: Database): Promise<void> {
  const client = new pg.Client({ host, user: DATABASE_USER, database: name });
  await client.connect();
  try {
    for (const { table, columns } of INDEXES) {
      const { rows } = await client.query<{ schemaname: string }>(
        "select schemaname from pg_tables join deployment_schemas on name = schemaname where tablename = $1",
        [table],
      );
      const index = client.escapeIdentifier(`${table}_${columns.join("_")}`);
      for (const { schemaname } of rows) {
        const place = `${client.escapeIdentifier(schemaname)}.${client.escapeIdentifier(table)}`;
        await client.query(`create index if not exists ${index} on ${place} (${columns.join(", ")})`);
      }
    }
  } finally {
    await client.end();
  }
}
