// A sender whose questions and transactions get lost.
import { join } from "node:path";
import type { TestContext } from "node:test";
import { createPublicClient, custom, type Hex, RpcRequestError } from "viem";
import { hardhat } from "viem/chains";
import { openJournal, type TxEntry } from "./journal.ts";
import { chainKnows, chainOf, memoryLog, scratch, type TestChain, until } from "./test-kit.ts";
import { type CreateTxSenderArgs, createTxSender } from "./tx-sender.ts";

export const TO = "0x00000000000000000000000000000000000a55a1";
export const DEED = "0x00000000000000000000000000000000000bad00";
/** Answers one and notes that it is done; from then on it reverts. */
export const ONCE: Hex = "0x5f54156009575f5ffd5b60015f5560015f5260205ff3";
/** Answers one the first time, zero from then on, and never reverts. */
export const LESS: Hex = "0x5f54155f5260015f5560205ff3";
export const ONE = (answer: Hex) => BigInt(answer) === 1n;

/** What becomes of a sender's questions. */
export interface Line {
  /** Transactions are taken, and lost. */
  cut: boolean;
  dropped: number;
  /** Such questions get no answer. */
  fails?: ((method: string) => boolean) | undefined;
  /** The answers to such wait for this. */
  held?: { method: string; until: () => Promise<void> };
}

/** A sender on a journal of its own, whose transactions do not reach the chain while it is cut off. */
export async function senderOf(
  t: TestContext,
  mayResend: (entry: TxEntry) => boolean = () => true,
  more: Partial<CreateTxSenderArgs> = {},
) {
  const chain = await chainOf(t);
  const line: Line = { cut: false, dropped: 0 };
  const path = join(scratch(t), "journal.db");
  const publicClient = createPublicClient({
    chain: hardhat,
    pollingInterval: 10,
    cacheTime: 0,
    transport: custom(
      {
        request: async ({ method, params }: { method: string; params: unknown }) => {
          if (line.fails?.(method))
            throw new RpcRequestError({ body: {}, url: "", error: { code: -32005, message: "limit" } });
          if (line.cut && method === "eth_sendRawTransaction") {
            line.dropped += 1;
            return `0x${"00".repeat(32)}`; // taken, and lost
          }
          const answer = await chain.client.request({ method, params } as never);
          if (line.held?.method === method) await line.held.until();
          return answer;
        },
      },
      { retryCount: 0 },
    ),
  });
  const over = new AbortController();
  t.after(() => over.abort());
  const open = (signal: AbortSignal = over.signal) => {
    const journal = openJournal(path);
    const { log } = memoryLog();
    const { account } = chain;
    const args = { journal, publicClient, account, log, pollMs: 10, mayResend, signal, ...more };
    return { journal, sender: createTxSender(args) };
  };
  return { chain, line, open };
}

/** Somebody else does the deed. */
export async function overtake({ node, client }: TestChain): Promise<void> {
  const [stranger] = (await client.request({ method: "eth_accounts" as never })) as Hex[];
  const call = { from: stranger, to: DEED, gas: "0x30000" };
  await node.request({ method: "eth_sendTransaction", params: [call] } as never);
}

/** Two deeds, one above the other, that the chain had and forgot; nothing reaches it from here on. */
export async function forgottenDeeds(
  t: TestContext,
  mayResend?: (entry: TxEntry) => boolean,
  more?: Partial<CreateTxSenderArgs>,
) {
  const { chain, line, open } = await senderOf(t, mayResend, more);
  await chain.node.setCode({ address: DEED, bytecode: ONCE });
  await chain.node.setAutomine(false);
  const { journal, sender } = open();
  const sent = async (key: string, to: Hex) => {
    const sending = sender.send({ key, to, gas: 200_000n, value: to === TO ? 3n : 0n });
    const ended = sending.then(
      () => "done",
      (error: { code: string }) => error.code,
    );
    await until(() => chainKnows(chain, journal.get(key)?.attempts[0]?.hash));
    return { ended };
  };
  const below = await sent("deed", DEED);
  const above = await sent("above", TO);
  line.cut = true;
  for (const key of ["above", "deed"]) await chain.node.dropTransaction({ hash: journal.get(key)!.attempts[0]!.hash });
  await chain.node.setAutomine(true);
  return { chain, line, journal, sender, below, above };
}
