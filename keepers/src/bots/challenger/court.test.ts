import assert from "node:assert/strict";
import { test } from "node:test";
import { type AssayClient, decodeError } from "@assay/sdk";
import { createPublicClient, custom, HttpRequestError, type PublicClient } from "viem";
import { Court } from "./court.ts";

const ADDRESS = `0x${"11".repeat(20)}` as const;

/** Opens the court behind an endpoint that answers every call so. @returns what it fails with */
async function failure(request: () => Promise<unknown>): Promise<unknown> {
  const rpc = createPublicClient({ transport: custom({ request }, { retryCount: 0 }) }) as PublicClient;
  const client = { deployment: { contracts: { VerificationHub: { address: ADDRESS } } } } as unknown as AssayClient;
  return await Court.open(rpc, client, { dispute: ADDRESS }).then(
    () => undefined,
    (error: unknown) => error,
  );
}

test("an endpoint that refuses is not taken for an address without a dispute contract", async () => {
  const refused = await failure(async () => {
    throw new HttpRequestError({ url: "http://127.0.0.1:1", status: 503, body: {} });
  });
  assert.equal(decodeError(refused).kind, "retryable");
  const nothing = await failure(async () => "0x");
  assert.equal((nothing as { code?: string }).code, "KP-010");
});
