import assert from "node:assert/strict";
import { test } from "node:test";
import { AssayError, type RelayNetwork } from "@assay/sdk";
import { Registry } from "prom-client";
import { keccak256 } from "viem";
import type { KeeperContext } from "../../bot.ts";
import { ADAPTER, endsOn, FakeChain, TX } from "../axelar-relay/test-kit.ts";
import { Recovery } from "./bot.ts";

test("a network that is away holds up no message that is approved", async () => {
  const [chain, other] = [new FakeChain(), new FakeChain()];
  const approved = keccak256("0x02");
  chain.sent.set(approved, 11);
  other.sent.clear();
  other.approved.add(approved);
  const warnings: unknown[] = [];
  const context = {
    config: { axelarRecovery: { afterSeconds: 1, maxFee: 100n, feePerDay: 100n } },
    budget: { spent: () => 0n },
    registry: new Registry(),
    account: { address: ADAPTER },
    log: { info() {}, warn: (about: unknown) => warnings.push(about) },
  } as unknown as KeeperContext;
  let isAway = true;
  const network: RelayNetwork = {
    quote: async () => {
      if (!isAway) return 9n;
      throw new AssayError("SDK-051", { message: "away", found: "nothing", wanted: "a price", hint: "Wait" });
    },
  };
  const ends = endsOn(chain, other);
  const recovery = new Recovery(context, ends, network);
  const duties = async () => {
    await recovery.look(500);
    return ends.flatMap((end) => recovery.dutiesAt(end, "recovery", 500)).map(({ text }) => text);
  };
  assert.deepEqual(await duties(), [`execute ${approved}-0`]);
  assert.partialDeepStrictEqual(warnings, [{ code: "SDK-051", id: `${TX}-0` }]);
  isAway = false;
  assert.deepEqual(await duties(), [`add 9 wei to the fee of ${TX}-0`, `execute ${approved}-0`]);
});
