import { DaemonError, type ErrorKind } from "@assay/daemon-kit";

export interface Facts {
  found: string;
  wanted: string;
  hint: string;
  kind?: ErrorKind;
  cause?: unknown;
}

/** A failure of the indexer, `IX-…`, explained in docs/errors.md. The launcher in bin/ says IX-001. */
export function failure(code: string, message: string, facts: Facts): DaemonError {
  return new DaemonError(code, message, { kind: "UserFault", ...facts });
}
