// `npm run devnet -- --chains 2` as a process: it says what runs, all of it answers, and nothing outlives it.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { createPublicClient, http } from "viem";
import { jsonLine, startProcess } from "../lib/processes.ts";

interface Facts {
  chains: {
    name: string;
    chainId: number;
    url: string;
    deployment: string;
    contracts: Record<string, `0x${string}`>;
  }[];
  relay: { http: string };
}

/** Patience: only a failing test, or a machine under heavy load, uses it up. */
const START_MS = 300_000;
const idOf = (url: string) => createPublicClient({ transport: http(url, { retryCount: 0 }) }).getChainId();

test("two linked chains with a relay are up when it says so, and gone when it is told to end", async (t) => {
  const dir = mkdtempSync(join(tmpdir(), "assay-devnet-"));
  const devnet = startProcess({
    name: "devnet",
    script: fileURLToPath(new URL("main.ts", import.meta.url)),
    args: ["--chains", "2", "--port", "0", "--dir", dir, "--json"],
  });
  t.after(async () => {
    await devnet.stop();
    rmSync(dir, { recursive: true, force: true });
  });
  const { chains, relay } = await devnet.waitForLine((line) => jsonLine(line) as Facts | undefined, START_MS);
  assert.deepEqual(
    chains.map(({ name, chainId }) => [name, chainId]),
    [
      ["home", 31_337],
      ["satellite", 31_338],
    ],
  );
  for (const { chainId, url, deployment, contracts } of chains) {
    assert.match(url, /^http:\/\/127\.0\.0\.1:/);
    assert.equal(await idOf(url), chainId);
    const written = JSON.parse(readFileSync(deployment, "utf8")) as { contracts: Record<string, { address: string }> };
    const adapter = contracts.AxelarGatewayAdapter!;
    assert.equal(written.contracts.AxelarGatewayAdapter?.address, adapter);
    const client = createPublicClient({ transport: http(url) });
    assert.notEqual(await client.getCode({ address: adapter }), undefined);
  }
  const { bots } = (await (await fetch(`${relay.http}/status`)).json()) as { bots: { name: string }[] };
  assert.ok(bots.some(({ name }) => name === "axelar-relay"));
  devnet.kill("SIGTERM");
  assert.deepEqual(await devnet.exited, { code: 0, signal: null });
  for (const { url } of chains) await assert.rejects(idOf(url));
  await assert.rejects(fetch(relay.http));
});
