import assert from "node:assert/strict";
import { test } from "node:test";
import { type AxelarClient, axelarNetwork } from "./network.ts";

const route = { source: "ethereum", destination: "arbitrum", gas: 700_000n };
const HASH = `0x${"12".repeat(32)}` as const;

/** The same shape as Axelar's own client. */
function client(fee: unknown, answer: { success: boolean; error?: unknown }, calls: unknown[] = []): AxelarClient {
  return {
    AxelarQueryAPI: class {
      async estimateGasFee(...args: unknown[]) {
        calls.push(args);
        if (fee instanceof Error) throw fee;
        return fee;
      }
    },
    AxelarGMPRecoveryAPI: class {
      async manualRelayToDestChain(...args: unknown[]) {
        calls.push(args);
        return answer;
      }
    },
  };
}

test("fees and pushes go to the network's own client, which is loaded only when it is opened", async () => {
  const calls: unknown[] = [];
  let loaded = 0;
  const network = await axelarNetwork("testnet", async () => {
    loaded += 1;
    return client("12345", { success: true }, calls);
  });
  assert.equal(await network.quote(route), 12_345n);
  await network.push({ transactionHash: HASH, index: 2 });
  assert.equal(loaded, 1);
  assert.deepEqual(calls[0], ["ethereum", "arbitrum", 700_000]);
  assert.deepEqual([(calls[1] as unknown[])[0], (calls[1] as unknown[])[5]], [HASH, `${HASH}-2`]);
});

test("a missing client, a refusal and an answer that is no fee are named", async () => {
  const missing = axelarNetwork("mainnet", async () => {
    throw new Error("Cannot find package");
  });
  await assert.rejects(missing, {
    code: "SDK-050",
    kind: "userFault",
    hint: /npm install --no-save @axelar-network\/axelarjs-sdk@0\.17\.9/,
  });
  const refusing = await axelarNetwork("mainnet", async () =>
    client(new Error("no route"), { success: false, error: "paused" }),
  );
  await assert.rejects(refusing.quote(route), { code: "SDK-051", found: /no route/ });
  await assert.rejects(refusing.push({ transactionHash: HASH, index: 0 }), { code: "SDK-051", found: /paused/ });
  const odd = await axelarNetwork("mainnet", async () => client({ baseFee: "1" }, { success: true }));
  await assert.rejects(odd.quote(route), { code: "SDK-051", found: /baseFee/ });
});

test("without the package that is exactly what happens", async () => {
  await assert.rejects(axelarNetwork("testnet"), { code: "SDK-050" });
});
