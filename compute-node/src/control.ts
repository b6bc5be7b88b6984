import type { ControlRequest, Journal, TxEntry, TxSender } from "@assay/daemon-kit";
import type { JobId } from "@assay/sdk";
import { nodeError } from "./errors.ts";
import type { History, Verdict } from "./history.ts";

/** A transaction as `tx list` shows it. */
export interface TxLine {
  key: string;
  status: string;
  nonce: number;
  /** The newest version's, or the one in a block. */
  hash: string | undefined;
  versions: number;
  maxFeePerGas: string | undefined;
  updatedAt: number;
  error: string | undefined;
}

/** What commands may do, whether to a running node or to the data folder of one that is stopped. */
export interface Desk {
  journal: Journal;
  sender: TxSender;
  history: History;
  /** A running node's: take no new jobs from now on. */
  leave?: () => { ownJobs: number };
  /** A running node's: read prices, filters and mode from the configuration again. @returns names of what changed */
  reload?: () => string[];
  wake?: () => void;
}

const RECENT = 100;

/** Carries out one command. @throws CN-060 for one that is not known, CN-061, DK-036, DK-039 */
export async function attend(desk: Desk, { command, args }: ControlRequest): Promise<unknown> {
  switch (command) {
    case "tx.list":
      return desk.journal.list().slice(-RECENT).map(lineOf);
    case "tx.bump":
      return { hash: await desk.sender.bump(String(args.key)) };
    case "tx.cancel":
      return { outcome: await desk.sender.cancel(String(args.key)) };
    case "jobs.list":
      return desk.history.jobs(Number(args.limit ?? 50));
    case "jobs.notes":
      return desk.history.notesOf(jobNamed(desk.history, String(args.id)));
    case "jobs.verdict":
      return judge(desk, String(args.id), args.verdict as Verdict);
    case "leave":
      return desk.leave?.() ?? { ownJobs: 0 };
    case "reload":
      return { changed: desk.reload?.() ?? [] };
    default:
      throw nodeError("CN-060", {
        found: command,
        wanted: "a command of this version",
        hint: "use the assay-node of the version that runs",
      });
  }
}

function judge({ history, wake }: Desk, id: string, verdict: Verdict): { jobId: JobId; verdict: Verdict } {
  const jobId = /^0x[0-9a-fA-F]{64}$/.test(id) ? (id.toLowerCase() as JobId) : jobNamed(history, id);
  history.setVerdict(jobId, verdict);
  wake?.();
  return { jobId, verdict };
}

/** The job whose id begins like this. @throws CN-061 when there is none, or more than one */
export function jobNamed(history: History, text: string): JobId {
  const found = /^0x[0-9a-fA-F]{2,64}$/.test(text) ? history.find(text) : [];
  const [only] = found;
  if (only && found.length === 1) return only;
  throw nodeError("CN-061", {
    found: found.length > 1 ? `${found.length} jobs that begin with ${text}` : `no job ${text} in this node's records`,
    wanted: "the id of a job that this node has seen, or its beginning",
    hint: "see `assay-node jobs`; a job posted before this data folder began, or on another chain, was never seen",
  });
}

function lineOf({ key, status, nonce, minedHash, attempts, updatedAt, error }: TxEntry): TxLine {
  const last = attempts.at(-1);
  return {
    key,
    status,
    nonce,
    hash: minedHash ?? last?.hash,
    versions: attempts.length,
    maxFeePerGas: last?.maxFeePerGas.toString(),
    updatedAt,
    error,
  };
}
