import { DaemonError, type DaemonErrorInit, type ErrorKind } from "@assay/daemon-kit";

/** Every code of this package; docs/errors.md has cause and remedy of each (a test compares). */
export const cliErrors = {
  "CLI-001": "this Node is too old",
  "CLI-002": "the deployment file cannot be read",
  "CLI-003": "an input file is not valid",
  "CLI-004": "an argument is not valid",
  "CLI-005": "no account to act for",
  "CLI-006": "an output file cannot be written",
  "CLI-007": "there is no such token",
  "CLI-008": "no second chain",
} as const satisfies Record<string, string>;

export type CliErrorCode = keyof typeof cliErrors;

/** An error of this package: code, what was found, what was wanted, what to do. */
export function cliError(code: CliErrorCode, init: Omit<DaemonErrorInit, "kind"> & { kind?: ErrorKind }): DaemonError {
  return new DaemonError(code, cliErrors[code], { kind: "UserFault", ...init });
}
