import { readFileSync } from "node:fs";
import type { DaemonErrorInit } from "./errors.ts";

/**
 * Reads the file with the protocol's addresses.
 * @param parse checks its content @param fail makes the error of the daemon
 * @throws what `fail` and `parse` make
 */
export function readDeploymentFile<T extends { chainId: number }>({
  path,
  chainId,
  parse,
  fail,
}: {
  path: string;
  chainId: number;
  parse: (json: unknown) => T;
  fail: (init: Omit<DaemonErrorInit, "kind">) => Error;
}): T {
  const hint =
    "set `deployment` to the file that the deployment of the protocol wrote for your chain, or correct `chainId`";
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, "utf8"));
  } catch (cause) {
    const found = `${path}: ${cause instanceof Error ? cause.message : String(cause)}`;
    throw fail({ found, wanted: "the JSON file that the deployment of the protocol wrote", hint, cause });
  }
  const deployment = parse(json);
  if (deployment.chainId === chainId) return deployment;
  throw fail({ found: `chain ${deployment.chainId} in ${path}`, wanted: `chain ${chainId}`, hint });
}
