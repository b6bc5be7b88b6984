// What becomes of a deed whose transaction was mined and reverted, with a sender that keeps keys as the real one does.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { openGuard, type TxEntry, TxRevertedError } from "@assay/daemon-kit";
import { type ClaimedJob, jobMarketplaceAbi, resultCommitment, type SubmittedJob, stateHash } from "@assay/sdk";
import { encodeErrorResult, type Hex } from "viem";
import { LocalJobs } from "../local.ts";
import { OUTPUT_FILE, RESULT_FILE } from "../run-files.ts";
import { filesFolder, runFolder } from "../run-folder.ts";
import { submitDeadline } from "../state.ts";
import { HOT, OTHER, scratch, someConfig, someJob, word } from "../test-kit.ts";
import type { ActDeps } from "./deps.ts";
import { finalize } from "./finalize.ts";
import { submit } from "./submit.ts";

const TOO_EARLY = encodeErrorResult({ abi: jobMarketplaceAbi, errorName: "Market_TooEarly", args: [2n, 1n] });
const STALE = encodeErrorResult({ abi: jobMarketplaceAbi, errorName: "Market_StaleJob", args: [word(1), 2] });

/** @param ends of the transactions, in order: mined, or reverted with this data (`0x`: none that a replay shows) */
function scene(t: TestContext, job: ClaimedJob | SubmittedJob, ...ends: ("mined" | Hex)[]) {
  const dataDir = scratch(t);
  const entries = new Map<string, TxEntry>();
  const sent: string[] = [];
  const notes: string[] = [];
  const reverted = (key: string, data?: Hex) =>
    new TxRevertedError({ key } as TxEntry, word(9), "reverted", undefined, data);
  const local = new LocalJobs(dataDir);
  const guard = openGuard(join(dataDir, "guard.sqlite"));
  t.after(() => guard.close());
  const log = { info() {}, warn() {}, error() {} };
  const contract = { address: OTHER };
  const deps = {
    config: { ...someConfig(), dataDir, gateways: [], collect: false },
    client: { deployment: { contracts: { JobMarketplace: contract, AssayToken: contract } } },
    account: { address: HOT },
    index: { reload: async () => job },
    journal: { get: (key: string) => entries.get(key) },
    sender: {
      send: async ({ key }: { key: string }) => {
        if (entries.get(key)?.status === "failed") throw reverted(key);
        sent.push(key);
        const end = ends.shift();
        entries.set(key, { key, status: end === "mined" ? "mined" : "failed" } as TxEntry);
        if (end !== "mined") throw reverted(key, end === "0x" ? undefined : end);
        return { transactionHash: word(8), gasUsed: 1n, effectiveGasPrice: 1n };
      },
    },
    history: { note: (_: Hex, what: string) => notes.push(what) },
    metrics: { gasSpent: { inc() {} }, earned: { inc() {} } },
    machine: { spent() {} },
    signal: new AbortController().signal,
    ...{ guard, local, log },
  } as unknown as ActDeps;
  return { deps, sent, notes, dataDir, local };
}

function finishRun(dataDir: string, { id, nonce, spec }: ClaimedJob) {
  const folder = filesFolder(runFolder(dataDir, id, nonce));
  const output = new Uint8Array(50);
  const finalRoots = [word(3), word(4)];
  const finalState = stateHash(spec.steps, finalRoots);
  const outputHash = createHash("sha256").update(output).digest("hex");
  const result = { runRoot: word(7), finalRoots, finalState, outputHash, outputBytes: output.length, loss: 1 };
  writeFileSync(join(folder, OUTPUT_FILE), output);
  writeFileSync(join(folder, RESULT_FILE), JSON.stringify(result));
  return resultCommitment({ id, nonce, runRoot: result.runRoot, finalState });
}

test("a finalization that came a block too early is sent again, under a key of its own", async (t) => {
  const job = { ...someJob("submitted"), commitment: word(6) } as SubmittedJob;
  const { deps, sent, notes } = scene(t, job, TOO_EARLY, "0x", "mined");
  for (let n = 0; n < 3; n++) await finalize(deps, job);
  const key = `finalize:${job.id}:${job.nonce}`;
  assert.deepEqual(sent, [key, `${key}:2`, `${key}:3`]);
  assert.equal(notes.at(-1), "FINALIZED");
});

test("a submission that reverted is sent once more while the claim stands, and the result is the same", async (t) => {
  for (const data of ["0x", STALE] as Hex[]) {
    const job = someJob("claimed") as ClaimedJob;
    const { deps, sent, notes, dataDir, local } = scene(t, job, data, "mined");
    const commitment = finishRun(dataDir, job);
    const late = submitDeadline(job);
    await submit(deps, job, late);
    assert.equal(local.runOf(job.id, job.nonce).gaveUp, undefined);
    assert.ok(local.of(job.id).notBeforeMs! > Date.now(), "not at once");
    await submit(deps, job, late);
    const key = `submit:${job.id}:${job.nonce}`;
    assert.deepEqual(sent, [key, `${key}:2`]);
    assert.deepEqual(notes, ["SUBMIT_REVERTED", "SUBMITTED"]);
    assert.deepEqual(
      deps.guard.export().map(({ value }) => value),
      [commitment],
    );
  }
});

test("a submission that reverts twice is given up, for good", async (t) => {
  const job = someJob("claimed") as ClaimedJob;
  const { deps, sent, notes, dataDir } = scene(t, job, "0x", "0x");
  finishRun(dataDir, job);
  for (let n = 0; n < 2; n++) await submit(deps, job, submitDeadline(job));
  assert.equal(sent.length, 2);
  assert.deepEqual(notes, ["SUBMIT_REVERTED", "GAVE_UP"]);
  assert.equal(new LocalJobs(dataDir).runOf(job.id, job.nonce).gaveUp?.code, "CN-032");
});
