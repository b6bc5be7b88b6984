import { DaemonError, type DaemonErrorInit, type ErrorKind } from "@assay/daemon-kit";

/** Every code of this package; docs/errors.md has cause and remedy of each (a test compares). */
export const keeperErrors = {
  "KP-001": "this Node is too old",
  "KP-002": "the deployment file cannot be read",
  "KP-003": "no bot is switched on",
  "KP-004": "settings contradict each other",
  "KP-010": "no dispute contract to challenge at",
  "KP-011": "a bond cannot be paid",
  "KP-012": "no engine works on this machine",
  "KP-020": "the job's inputs are not what its spec says",
  "KP-021": "the re-run was given up",
  "KP-022": "two re-runs of one job differ",
  "KP-030": "a difference that no game can reach",
  "KP-031": "the judge agrees with the other side",
  "KP-032": "a reveal is not what the contract must have checked",
  "KP-040": "a clock cannot be ended",
  "KP-041": "a passed proposal cannot be carried out",
  "KP-042": "earnings cannot be collected",
  "KP-043": "an account cannot be topped up",
  "KP-045": "a drafted proposal could not be simulated",
  "KP-070": "a message between chains cannot be delivered",
  "KP-071": "the signers are not the gateway's",
  "KP-072": "no second chain",
  "KP-073": "a remote job cannot be moved on",
  "KP-050": "no running keeper found",
  "KP-060": "no such action waits",
} as const satisfies Record<string, string>;

export type KeeperErrorCode = keyof typeof keeperErrors;

/** An error of this package: code, what was found, what was wanted, what to do. */
export function keeperError(
  code: KeeperErrorCode,
  init: Omit<DaemonErrorInit, "kind"> & { kind?: ErrorKind },
): DaemonError {
  return new DaemonError(code, keeperErrors[code], { kind: "UserFault", ...init });
}
