/**
 * What the caller can do about an error.
 * - `userFault`: the input or the account must change; trying the same again fails again.
 * - `stale`: the chain moved on (another provider was faster, the job has ended); drop the action and look again.
 * - `retryable`: a service did not answer; the same call may work later.
 * - `fatal`: deployment, contract or client do not fit each other; nobody's retry helps.
 */
export type AssayErrorKind = "userFault" | "stale" | "retryable" | "fatal";

/** Every code this package throws. docs/errors.md has an entry for each (a test compares). */
export const errorCodes = {
  "SDK-001": { kind: "userFault", title: "A field is out of its range" },
  "SDK-002": { kind: "userFault", title: "Packed words cannot be decoded" },
  "SDK-003": { kind: "fatal", title: "A deployment file is not valid" },
  "SDK-004": { kind: "fatal", title: "The client is connected to another chain than the deployment's" },
  "SDK-005": { kind: "userFault", title: "The action needs a wallet" },
  "SDK-006": { kind: "userFault", title: "An argument contradicts another" },
  "SDK-007": { kind: "userFault", title: "The deployment lacks a contract" },
  "SDK-010": { kind: "userFault", title: "The price is above the in-market balance" },
  "SDK-011": { kind: "userFault", title: "All lanes of the requester are busy" },
  "SDK-012": { kind: "userFault", title: "The account holds too few tokens" },
  "SDK-013": { kind: "userFault", title: "The token is not on the allow-list" },
  "SDK-014": { kind: "userFault", title: "The token has no permit" },
  "SDK-020": { kind: "userFault", title: "No such job" },
  "SDK-021": { kind: "stale", title: "The job ended in another state than the one waited for" },
  "SDK-022": { kind: "retryable", title: "The time to wait is over" },
  "SDK-023": { kind: "userFault", title: "The caller aborted the wait" },
  "SDK-024": { kind: "fatal", title: "A job's events do not fit together" },
  "SDK-025": { kind: "userFault", title: "No such proposal" },
  "SDK-026": { kind: "userFault", title: "No such case" },
  "SDK-027": { kind: "userFault", title: "No such message, transfer or remote job" },
  "SDK-030": { kind: "userFault", title: "The contract refused the call" },
  "SDK-031": { kind: "fatal", title: "The call reverted with data that no known error explains" },
  "SDK-032": { kind: "fatal", title: "The contract panicked" },
  "SDK-033": { kind: "userFault", title: "A contract reverted with a text" },
  "SDK-034": { kind: "stale", title: "The transaction was mined but reverted" },
  "SDK-040": { kind: "retryable", title: "The RPC endpoint cannot be reached" },
  "SDK-041": { kind: "retryable", title: "The RPC endpoint refused the request" },
  "SDK-042": { kind: "retryable", title: "The RPC endpoint gives no logs, not even for one block" },
  "SDK-043": { kind: "userFault", title: "The account cannot pay for gas" },
  "SDK-044": { kind: "userFault", title: "The wallet's owner declined" },
  "SDK-045": { kind: "retryable", title: "The transaction was sent but its receipt was not seen" },
  "SDK-046": { kind: "retryable", title: "The transaction's nonce or fee does not fit the account's pending ones" },
  "SDK-049": { kind: "fatal", title: "Unexpected error" },
  "SDK-050": { kind: "userFault", title: "The relaying network's own client is not there" },
  "SDK-051": { kind: "retryable", title: "The relaying network does not help" },
  "SDK-060": { kind: "userFault", title: "The client knows no index" },
  "SDK-061": { kind: "retryable", title: "The index does not answer" },
  "SDK-062": { kind: "userFault", title: "The index refused the query" },
  "SDK-063": { kind: "retryable", title: "The index is behind" },
  "SDK-064": { kind: "retryable", title: "The index answers from a block that the chain does not have" },
  "SDK-065": { kind: "fatal", title: "The index stopped at an error" },
  "SDK-066": { kind: "fatal", title: "The index answers in another form than this client's schema" },
  "SDK-067": { kind: "stale", title: "The chain was reorganised between two pages" },
} as const satisfies Record<string, { kind: AssayErrorKind; title: string }>;

export type AssayErrorCode = keyof typeof errorCodes;

/** A contract's own error, as the ABI names it. */
export interface RevertReason {
  /** Name of the custom error, for example `Market_StaleJob`. */
  name: string;
  /** Its arguments by name. */
  args: Readonly<Record<string, unknown>>;
}

export interface AssayErrorDetails {
  /** One sentence without a full stop, without found, wanted and hint. */
  message: string;
  /** What was there, ready to print. */
  found?: string;
  /** What had to be there, ready to print. */
  wanted?: string;
  /** What to do about it, one sentence. */
  hint: string;
  /** Overrides the code's kind where one code covers several (SDK-030). */
  kind?: AssayErrorKind;
  revert?: RevertReason;
  transactionHash?: `0x${string}`;
  cause?: unknown;
}

/** The only error class this package throws. `message` is a whole sentence with found, wanted and advice. */
export class AssayError extends Error {
  override readonly name = "AssayError";
  readonly code: AssayErrorCode;
  readonly kind: AssayErrorKind;
  readonly found: string | undefined;
  readonly wanted: string | undefined;
  readonly hint: string;
  /** Where the code is explained, relative to the repository. */
  readonly docs: string;
  /** Set when a contract said no with a custom error. */
  readonly revert: RevertReason | undefined;
  /** Set when a transaction had been sent before the error: look it up before sending another. */
  readonly transactionHash: `0x${string}` | undefined;

  constructor(code: AssayErrorCode, details: AssayErrorDetails) {
    const facts = [
      details.found === undefined ? undefined : `found ${details.found}`,
      details.wanted === undefined ? undefined : `wanted ${details.wanted}`,
    ].filter((fact) => fact !== undefined);
    const facted = facts.length > 0 ? `${details.message}: ${facts.join(", ")}` : details.message;
    super(`${code}: ${facted}. ${details.hint}`, { cause: details.cause });
    this.code = code;
    this.kind = details.kind ?? errorCodes[code].kind;
    this.found = details.found;
    this.wanted = details.wanted;
    this.hint = details.hint;
    this.docs = `docs/errors.md#${code.toLowerCase()}`;
    this.revert = details.revert;
    this.transactionHash = details.transactionHash;
  }
}

/** Whether an error is a contract's refusal with one of these custom errors. */
export function isRevert(error: unknown, ...names: string[]): error is AssayError & { revert: RevertReason } {
  return error instanceof AssayError && error.revert !== undefined && names.includes(error.revert.name);
}
