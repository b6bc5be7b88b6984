import { DaemonError, type DaemonErrorInit, type ErrorKind } from "@assay/daemon-kit/child";

/** Every code of this package; docs/errors.md has cause and remedy of each (a test compares). */
export const nodeErrors = {
  "CN-001": "this Node is too old",
  "CN-002": "the deployment file cannot be read",
  "CN-003": "a file is already there",
  "CN-004": "no password for the keystore",
  "CN-010": "the engine is not exact on this machine",
  "CN-011": "no engine works on this machine",
  "CN-020": "the job's inputs are not what its spec says",
  "CN-021": "the job's inputs do not fit",
  "CN-030": "the job was given up",
  "CN-031": "the result on the disk is not the one that was computed",
  "CN-032": "the job is not this claim's any more",
  "CN-033": "a child said what no run says",
  "CN-034": "the clock is behind the chain",
  "CN-040": "the provider has too little free stake",
  "CN-041": "the key is not an operator of the provider",
  "CN-042": "the account cannot pay for gas",
  "CN-050": "no running node found",
  "CN-060": "bad argument",
  "CN-061": "no such job in the records",
  "CN-062": "no log of this job",
  "CN-064": "nothing to withdraw",
} as const satisfies Record<string, string>;

export type NodeErrorCode = keyof typeof nodeErrors;

/** An error of this package: code, what was found, what was wanted, what to do. */
export function nodeError(
  code: NodeErrorCode,
  init: Omit<DaemonErrorInit, "kind"> & { kind?: ErrorKind },
): DaemonError {
  return new DaemonError(code, nodeErrors[code], { kind: "UserFault", ...init });
}
