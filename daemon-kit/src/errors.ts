/** Who can mend it: time, the user, or nobody. */
export type ErrorKind = "Retryable" | "UserFault" | "Fatal";

/** The process exit codes: done, your fault (or a defect), try again (sysexits' EX_TEMPFAIL). */
export const EXIT_OK = 0;
export const EXIT_FAULT = 1;
export const EXIT_RETRY = 75;

export type DaemonErrorInit = {
  kind: ErrorKind;
  found: string;
  wanted: string;
  hint: string;
  cause?: unknown;
  /** The page that explains it; the code's own, if absent. */
  docs?: string;
};

/** A failure with a stable code (`DK-014`), what was found, what was wanted, and what to do. */
export class DaemonError extends Error {
  override readonly name: string = "DaemonError";
  readonly code: string;
  readonly kind: ErrorKind;
  readonly found: string;
  readonly wanted: string;
  readonly hint: string;
  readonly docs: string;

  constructor(code: string, message: string, init: DaemonErrorInit) {
    super(message, init.cause === undefined ? undefined : { cause: init.cause });
    this.code = code;
    this.kind = init.kind;
    this.found = init.found;
    this.wanted = init.wanted;
    this.hint = init.hint;
    this.docs = init.docs ?? pageOf(code);
  }

  toJSON(): Record<string, string> {
    const { code, kind, message, found, wanted, hint, docs } = this;
    return { code, kind, message, found, wanted, hint, docs };
  }
}

/** Daemons' codes have a page each, the others an entry of docs/errors.md. */
function pageOf(code: string): string {
  return /^(DK|CN|KP)-/.test(code) ? `docs/errors/${code}.md` : `docs/errors.md#${code.toLowerCase()}`;
}

/** What any of our packages' errors have in common, whichever class they are of. */
export type CodedError = Error & { code: string; found: string; wanted: string; hint: string; docs?: string };

/** @returns whether `error` carries a code of ours, what was found, what was wanted and a hint */
export function isCodedError(error: unknown): error is CodedError {
  if (!(error instanceof Error)) return false;
  const e = error as Partial<Record<"code" | "found" | "wanted" | "hint", unknown>>;
  const code = typeof e.code === "string" && /^[A-Z]{2,3}-\d{3}$/.test(e.code);
  return code && [e.found, e.wanted, e.hint].every((text) => typeof text === "string");
}

/** The facts of a failure, for a log line or a status page. */
export type Facts = { code: string; message: string; found?: string; wanted?: string; hint?: string };

/** The facts of any failure; one without a code is DK-000. */
export function facts(error: unknown): Facts {
  if (isCodedError(error)) {
    const { code, message, found, wanted, hint } = error;
    return { code, message, found, wanted, hint };
  }
  // The client library leaves out found and wanted where its sentence says all.
  const { code, hint, message } = error as { code?: unknown; hint?: unknown; message?: unknown };
  return {
    code: typeof code === "string" ? code : "DK-000",
    message: typeof message === "string" ? message : String(error),
    ...(typeof hint === "string" ? { hint } : {}),
  };
}

/** The four facts of a failure, on four lines; a failure without a code is shown as a defect. */
export function formatError(error: unknown): string {
  if (!isCodedError(error)) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return `DK-000: unexpected failure\n  found:  ${text}\n  wanted: no failure\n  do:     report it, with the log`;
  }
  const lines = [
    `${error.code}: ${error.message}`,
    `  found:  ${error.found}`,
    `  wanted: ${error.wanted}`,
    `  do:     ${error.hint}`,
  ];
  if (error.docs) lines.push(`  see:    ${error.docs}`);
  return lines.join("\n");
}

/** @returns 75 for a failure that time mends, 1 for any other */
export function exitCodeOf(error: unknown): typeof EXIT_FAULT | typeof EXIT_RETRY {
  return isRetryable(error) ? EXIT_RETRY : EXIT_FAULT;
}

/** Whether trying again may help, by the error's kind: ours, or the client library's `retryable`. */
export function isRetryable(error: unknown): boolean {
  const kind = error instanceof Error && "kind" in error ? error.kind : undefined;
  return kind === "Retryable" || kind === "retryable";
}

/** @returns the member of `known` nearest to `word`, if it is near enough to be what was meant */
export function suggest(word: string, known: readonly string[]): string | undefined {
  const limit = Math.max(1, Math.floor(word.length / 3));
  let best: { name: string; distance: number } | undefined;
  for (const name of known) {
    const distance = editDistance(word.toLowerCase(), name.toLowerCase());
    if (distance <= limit && (!best || distance < best.distance)) best = { name, distance };
  }
  return best?.name;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replace = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replace, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
