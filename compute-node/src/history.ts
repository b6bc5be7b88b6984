import { openDatabase } from "@assay/daemon-kit";
import type { JobId } from "@assay/sdk";
import type { Reason } from "./reasons.ts";

/** One thing that befell a job. */
export interface JobNote {
  jobId: JobId;
  /** Unix ms. */
  at: number;
  reason: string;
  detail: string;
}

/** A job and the last thing that befell it. */
export interface JobSummary extends JobNote {
  /** Claimed by this node at some time. */
  mine: boolean;
  notes: number;
}

/** What an operator has said of a job. */
export type Verdict = "approved" | "declined";

/** What befell jobs at this node: for people, and for nothing else but the verdicts. May be deleted. */
export interface History {
  note(jobId: JobId, reason: Reason, detail?: string): void;
  /** Newest first. */
  jobs(limit: number): JobSummary[];
  /** Oldest first. */
  notesOf(jobId: string): JobNote[];
  /** Ids that begin with this. */
  find(prefix: string): JobId[];
  setVerdict(jobId: JobId, verdict: Verdict): void;
  verdictOf(jobId: JobId): Verdict | undefined;
  close(): void;
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS note (
    id INTEGER PRIMARY KEY, job TEXT NOT NULL, at INTEGER NOT NULL, reason TEXT NOT NULL, detail TEXT NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS note_by_job ON note (job, id);
  CREATE TABLE IF NOT EXISTS verdict (job TEXT PRIMARY KEY, verdict TEXT NOT NULL, at INTEGER NOT NULL) STRICT`;

/** Notes that are kept; a flood of jobs must not fill the disk. */
const KEPT = 50_000;
const PRUNE_EVERY = 1000;
/** A detail may quote a stranger's text. */
const LONGEST_DETAIL = 500;

type Row = { job: JobId; at: number; reason: string; detail: string };
const noteOf = ({ job, ...rest }: Row): JobNote => ({ jobId: job, ...rest });

/** @throws DK-030 */
export function openHistory(path: string, now: () => number = Date.now): History {
  const db = openDatabase({ path, schema: SCHEMA });
  // Lost with the last second before a power cut, and not missed: nothing is decided from it but verdicts.
  db.exec("PRAGMA synchronous = NORMAL");
  const insert = db.prepare("INSERT INTO note (job, at, reason, detail) VALUES (?, ?, ?, ?)");
  const prune = db.prepare("DELETE FROM note WHERE id <= (SELECT max(id) FROM note) - ?");
  const verdict = db.prepare("SELECT verdict FROM verdict WHERE job = ?");
  let written = 0;
  return {
    note(jobId, reason, detail = "") {
      insert.run(jobId.toLowerCase(), now(), reason, detail.slice(0, LONGEST_DETAIL));
      written += 1;
      if (written % PRUNE_EVERY === 0) prune.run(KEPT);
    },
    jobs(limit) {
      const rows = db
        .prepare(
          `SELECT n.job, n.at, n.reason, n.detail, l.notes, l.mine FROM note n JOIN (
             SELECT max(id) AS last, count(*) AS notes, max(reason = 'CLAIMED') AS mine FROM note GROUP BY job
           ) l ON l.last = n.id ORDER BY n.id DESC LIMIT ?`,
        )
        .all(limit) as (Row & { notes: number; mine: number })[];
      return rows.map(({ notes, mine, ...row }) => ({ ...noteOf(row), notes, mine: mine === 1 }));
    },
    notesOf: (jobId) =>
      (
        db
          .prepare("SELECT job, at, reason, detail FROM note WHERE job = ? ORDER BY id")
          .all(jobId.toLowerCase()) as Row[]
      ).map(noteOf),
    find: (prefix) =>
      (
        db
          .prepare("SELECT DISTINCT job FROM note WHERE substr(job, 1, ?) = ?")
          .all(prefix.length, prefix.toLowerCase()) as { job: JobId }[]
      ).map(({ job }) => job),
    setVerdict: (jobId, value) =>
      void db
        .prepare("INSERT OR REPLACE INTO verdict (job, verdict, at) VALUES (?, ?, ?)")
        .run(jobId.toLowerCase(), value, now()),
    verdictOf: (jobId) => (verdict.get(jobId.toLowerCase()) as { verdict: Verdict } | undefined)?.verdict,
    close: () => db.close(),
  };
}
