// The states of a transaction journal that a calm chain never shows, brought about from outside the node.
import { type Hex, numberToHex, parseTransaction } from "viem";
import { jsonLine } from "../../scripts/lib/processes.ts";
import { type PostedJob, packJobTerms } from "../../sdk/src/index.ts";
import { type Market, type PreparedInputs, post, type TestNode } from "./harness.ts";
import type { Verdict } from "./rpc-proxy.ts";

/** failed: in a block, reverted. dropped: its nonce went to another transaction. abandoned: given up, may still land. */
export const FORCED = ["failed", "dropped", "abandoned"] as const;
export type ForcedState = (typeof FORCED)[number];

/** Blocks that pass between two looks at a transaction that is kept from the chain. */
const STUCK_BLOCKS = 8;
const STUCK_MS = 100;
/** What a node logs once its journal holds the state. */
const SIGNS: Record<ForcedState, (line: Record<string, unknown>) => boolean> = {
  failed: ({ msg }) => msg === "transaction reverted",
  dropped: ({ code }) => code === "DK-034",
  abandoned: ({ msg }) => msg === "transaction given up",
};

/** Forces one state after the other on the journals of a provider's node. */
export class StateForcer {
  /** Transactions of the operator that belong to no job of the run. */
  extra = 0;
  readonly #market: Market;
  readonly #account: number;
  #state: ForcedState | undefined;
  #decoy: PostedJob | undefined;
  #stuck = false;

  /** @param account test account of the owner; the operator is the next one */
  constructor(market: Market, account: number) {
    this.#market = market;
    this.#account = account;
  }

  /** Posts the job whose claim is going to fail; before the jobs of the run, so that it is claimed first. */
  async postDecoy({ spec }: PreparedInputs): Promise<void> {
    const provider = this.#market.chain.wallet(this.#account).account.address;
    const { timestamp } = await this.#market.chain.publicClient.getBlock();
    const terms = { provider, claimBy: Number(timestamp) + 6 * 3600, runTime: 6 * 3600 };
    const { id } = await post(this.#market, spec, terms);
    this.#decoy = (await this.#market.requester.getJob({ id })) as PostedJob;
  }

  /** Brings the node's journal into the state, and calls `reached` when it is there. */
  arm(state: ForcedState, node: TestNode, reached: () => void): void {
    this.#state = state;
    const sign = SIGNS[state];
    const seen = node.process.waitForLine(
      (text) => {
        const line = jsonLine(text);
        return line && sign(line) ? true : undefined;
      },
      2 ** 31 - 1,
    );
    void seen.then(reached, () => {}).finally(() => this.disarm());
  }

  disarm(): void {
    this.#state = undefined;
    this.#stuck = false;
  }

  /** What the proxy does with a transaction of the node. */
  async onTransaction(functionName: string, raw: Hex): Promise<Verdict> {
    if (this.#state === "failed" && functionName === "claim") await this.#takeAway(raw);
    if (this.#state === "dropped") await this.#takeNonce(raw);
    if (this.#state !== "abandoned") return "forward";
    if (!this.#stuck) void this.#mineWhileStuck();
    return "dropBefore";
  }

  /** The requester cancels the job between the simulation of its claim and the claim. */
  async #takeAway(raw: Hex): Promise<void> {
    if (!this.#decoy) return;
    const { terms } = this.#decoy;
    const words = packJobTerms(terms).map((word) => word.toString(16).padStart(64, "0"));
    if (!raw.includes(words.join(""))) return;
    this.#decoy = undefined;
    await this.#market.requester.cancelJob({ terms });
    this.extra += 1;
  }

  /** Another program uses the operator's key. */
  async #takeNonce(raw: Hex): Promise<void> {
    this.#state = undefined;
    const wallet = this.#market.chain.wallet(this.#account + 1);
    const { nonce = 0 } = parseTransaction(raw);
    const hash = await wallet.sendTransaction({ to: wallet.account.address, value: 0n, nonce });
    await this.#market.chain.publicClient.waitForTransactionReceipt({ hash });
    this.extra += 1;
  }

  async #mineWhileStuck(): Promise<void> {
    this.#stuck = true;
    while (this.#stuck) {
      const mine = { method: "hardhat_mine" as "eth_chainId", params: [numberToHex(STUCK_BLOCKS)] as never };
      await this.#market.chain.publicClient.request(mine).catch(() => {});
      await new Promise((resolve) => setTimeout(resolve, STUCK_MS));
    }
  }
}
