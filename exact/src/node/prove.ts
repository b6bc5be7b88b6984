import type { Backend } from "../run/backend.ts";
import type { BackendName } from "../run/backend-names.ts";
import { requireExactBackend } from "../run/probe.ts";
import type { ProvenEngine } from "./choose.ts";
import { fingerprintOf } from "./fingerprint.ts";
import { loadNodeBackend, type NodeBackendOptions } from "./load.ts";

/**
 * Loads an engine and puts it to the exactness probe. An addon that crashes takes the process along: daemons call this in
 * a child.
 * @throws ExactError EX-020 when it does not load, EX-021 when it is not exact
 */
export async function proveEngine(engine: BackendName, options: NodeBackendOptions = {}): Promise<ProvenEngine> {
  const began = performance.now();
  const fingerprint = fingerprintOf(engine);
  const backend = await loadNodeBackend(engine, options);
  const { digest } = await requireExactBackend(backend);
  const { adapter } = backend;
  return {
    engine,
    ...(adapter ? { adapter } : {}),
    ...(fingerprint ? { fingerprint } : {}),
    digest,
    seconds: (performance.now() - began) / 1000,
  };
}

/**
 * Loads an engine that is exact: one that was proven on this machine by its fingerprint, any other by the probe.
 * @param options `proven`: the fingerprint that `proveEngine` gave
 * @throws ExactError EX-020 when it does not load, EX-021 when it is not exact
 */
export async function loadExactBackend(
  engine: BackendName,
  { proven, ...options }: NodeBackendOptions & { proven?: string | undefined } = {},
): Promise<Backend> {
  const backend = await loadNodeBackend(engine, options);
  if (proven === undefined || fingerprintOf(engine) !== proven) await requireExactBackend(backend);
  return backend;
}
