import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { startProcess } from "../../scripts/lib/processes.ts";

const DEMO = fileURLToPath(new URL("../../scripts/demo/main.ts", import.meta.url));
const ACCURACY = 0.955;

test("the README's first command: a job is paid and worth its price; a weight changed by one costs a provider its stake; a user on another chain gets model and change", async (t) => {
  const dir = mkdtempSync(join(tmpdir(), "assay-demo-test-"));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  const json = join(dir, "facts.json");
  const demo = startProcess({ name: "demo", script: DEMO, args: ["--once", "--json", json, "--model", dir] });
  const { code } = await demo.exited;
  assert.equal(code, 0, demo.tail.join("\n"));

  const facts = JSON.parse(readFileSync(json, "utf8")) as Record<string, string> & {
    accuracy: number;
    segments: number;
    gas: Record<string, number>;
  };
  assert.ok(facts.accuracy >= ACCURACY, `accuracy ${facts.accuracy}`);
  assert.match(facts.runRoot ?? "", /^0x[0-9a-f]{64}$/);
  assert.match(facts.outputCid ?? "", /^baf/);
  assert.ok(facts.segments > 1);
  const earned = BigInt(facts.providerBalanceAfter ?? 0) - BigInt(facts.providerBalanceBefore ?? 0);
  assert.equal(earned, BigInt(facts.pricePaid ?? 0) - BigInt(facts.fee ?? 0));
  assert.ok(earned > 0n);
  for (const step of ["post", "claim", "submit", "finalize"]) assert.ok((facts.gas[step] ?? 0) > 21_000, step);
  const model = JSON.parse(readFileSync(join(dir, "model.json"), "utf8")) as { format: string };
  assert.equal(model.format, "layers-model");

  const dispute = (facts as unknown as { dispute: Record<string, string & number> }).dispute;
  assert.match(dispute.fault ?? "", /^step \d+, operator \d+ = .* element \d+: (-?\d+) instead of (-?\d+)$/);
  assert.ok((dispute.rounds ?? 0) >= 4, "a walk of some depth");
  assert.equal(BigInt(dispute.providerLost ?? 0), 500n * 10n ** 18n, "the whole bond");
  assert.equal(BigInt(dispute.challengerWon ?? 0), 125n * 10n ** 18n, "a quarter of it");
  assert.equal(BigInt(dispute.requesterRefunded ?? 0), 135n * 10n ** 18n, "its price, and 15 % of the bond");
  assert.match(dispute.againProvider ?? "", /^0x/);

  const { remote } = facts as unknown as { remote: Record<string, string & number> };
  assert.equal(remote.chainId, 31338);
  assert.match(remote.commitment ?? "", /^0x[0-9a-f]{64}$/);
  const paid = BigInt(remote.paid ?? 0);
  assert.equal(paid + BigInt(remote.change ?? 0), 40n * 10n ** 18n, "what she paid and what came back");
  assert.ok(paid >= 20n * 10n ** 18n && paid < 40n * 10n ** 18n, `paid ${paid}`);
  assert.ok((remote.accuracy ?? 0) > 0.5, `accuracy ${remote.accuracy}`);
});
