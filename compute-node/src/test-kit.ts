// Shared by the tests of this package.
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import {
  type ClaimedJob,
  type Job,
  type JobSpec,
  type JobStatus,
  type JobTerms,
  jobId,
  NO_DEMANDS,
  specHash,
} from "@assay/sdk";
import { type Hex, keccak256, numberToHex, zeroAddress } from "viem";
import { loadNodeConfig, type NodeConfig } from "./config.ts";
import type { NodeState } from "./state.ts";

export const ME = "0x1111111111111111111111111111111111111111";
export const HOT = "0x2222222222222222222222222222222222222222";
export const OTHER = "0x3333333333333333333333333333333333333333";
export const ASY = "0x4444444444444444444444444444444444444444";
export const NOW = 1_800_000_000;

/** A folder that goes away with the test. */
export function scratch(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "assay-node-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A server that goes away with the test. @returns its URL */
export async function serverOf(t: TestContext, listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

export function word(n: number): Hex {
  return keccak256(numberToHex(n, { size: 8 }));
}

export const SPEC: JobSpec = {
  programHash: word(1),
  dataRoot: word(2),
  initState: word(3),
  steps: 100,
  segmentLength: 32,
  outIdx: 0,
  stateCount: 2,
  rulesVersion: 1,
  refSeconds: 60,
  inputs: word(4),
  judge: zeroAddress,
};

/** A job that `decide` would take with the default configuration. */
export function someJob(status: JobStatus = "open", change: Partial<JobTerms> = {}, spec: Partial<JobSpec> = {}): Job {
  const fullSpec = { ...SPEC, ...spec };
  const terms: JobTerms = {
    requester: OTHER,
    maxPrice: 100n * 10n ** 18n,
    token: ASY,
    minPrice: 100n * 10n ** 18n,
    bond: 10n * 10n ** 18n,
    rampStart: 0,
    rampLength: 0,
    claimBy: NOW + 3600,
    runTime: 600,
    feeBps: 250,
    minReputation: 0,
    provider: zeroAddress,
    generation: 1,
    lane: 0,
    window: 60,
    policy: 1,
    version: 2,
    specHash: specHash(fullSpec),
    ...NO_DEMANDS,
    ...change,
  };
  const posted = { id: jobId(terms), status, terms, spec: fullSpec, timeline: [] };
  if (status === "open" || status === "cancelled") return posted as Job;
  const claimed = {
    ...posted,
    provider: ME,
    claimer: HOT,
    price: terms.maxPrice,
    nonce: word(5),
    claimedAt: NOW - 10,
    run: { provider: ME, claimedAt: NOW - 10, span: 0, rescued: 0, quote: 0 },
    submittedAt: NOW - 5,
    timeline: [{ eventName: "JobClaimed", blockNumber: 90n } as ClaimedJob["timeline"][number]],
  };
  return claimed as unknown as Job;
}

export function someState(change: Partial<NodeState> = {}): NodeState {
  return {
    now: NOW,
    nowMs: NOW * 1000,
    head: 100n,
    provider: ME,
    operator: HOT,
    authorised: true,
    asy: ASY,
    freeStake: 1000n * 10n ** 18n,
    gasBalance: 10n ** 18n,
    draining: false,
    leaving: false,
    gasPrice: 10n ** 9n,
    cost: { secondsPerGmac: 0.8, startSeconds: 0, gasPerJob: 400_000 },
    marketPerGmac: undefined,
    pressed: false,
    diskUsedMb: 0,
    exposureBps: 10_000,
    reputation: 0,
    stake: 1000n * 10n ** 18n,
    lockedStake: 0n,
    jobs: [],
    ...change,
  };
}

export function someConfig(change: Partial<NodeConfig> = {}): NodeConfig {
  return { ...loadNodeConfig({ flags: { claimSpreadMs: 0 } }).config, ...change };
}
