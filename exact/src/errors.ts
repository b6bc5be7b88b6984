/** Stable codes; docs/spec/exact.md has one line of advice for each. */
export type ExactErrorCode =
  | "EX-001" // program malformed
  | "EX-002" // worst-case bound reaches 2^24
  | "EX-003" // matmul operand above 2^11
  | "EX-004" // cap of DSP-06 exceeded
  | "EX-005" // records not in topological order
  | "EX-006" // shapes or types of a record do not fit
  | "EX-010" // data set has the wrong shape or type
  | "EX-011" // data set value out of its declared range
  | "EX-012" // data set hash differs from the job's
  | "EX-020" // back end not available
  | "EX-021" // back end is not exact
  | "EX-030" // tensor file malformed
  | "EX-031" // start state does not fit the program
  | "EX-040" // model cannot be converted
  | "EX-050" // run aborted
  | "EX-060" // job manifest malformed
  | "EX-061"; // no such prediction, or not proven

/** Every error this package throws on purpose: a code, what was found, what was wanted, what to do. */
export class ExactError extends Error {
  override readonly name = "ExactError";
  readonly code: ExactErrorCode;
  readonly found: string;
  readonly wanted: string;
  readonly hint: string;
  readonly path: string;

  constructor(code: ExactErrorCode, at: { path: string; found: unknown; wanted: string; hint: string }) {
    const found = typeof at.found === "string" ? at.found : (JSON.stringify(at.found) ?? "nothing");
    super(`${code} ${at.path}: found ${found}, wanted ${at.wanted}. ${at.hint}`);
    this.code = code;
    this.path = at.path;
    this.found = found;
    this.wanted = at.wanted;
    this.hint = at.hint;
  }
}
