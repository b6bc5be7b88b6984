import { type ChainClock, readClock } from "@assay/daemon-kit";
import { reputationRegistryAbi, stakingManagerAbi } from "@assay/sdk";
import type { ChainContext } from "./context.ts";
import type { NodeState } from "./state.ts";

/** What follows from a block's state. */
type BlockFacts = Omit<
  NodeState,
  "now" | "head" | "jobs" | "draining" | "leaving" | "pressed" | "nowMs" | "diskUsedMb" | "cost" | "marketPerGmac"
>;

/** What the chain says of the provider and of itself at this moment. */
export interface ChainFacts extends ChainClock, BlockFacts {
  /** Whether the state was read anew; it was not where the newest block is still the one of the look before. */
  isNew: boolean;
}

/** An endpoint may have answered for an older block than it named: what it said is not believed for longer. */
const BELIEVED_MS = 15_000;

/** Looks at the chain again and again. What a block's state says is asked for once, while that block is the newest. */
export class Observer {
  readonly #context: ChainContext;
  readonly #nowMs: () => number;
  #known: { hash: string; atMs: number; facts: BlockFacts } | undefined;

  constructor(context: ChainContext, nowMs = Date.now) {
    this.#context = context;
    this.#nowMs = nowMs;
  }

  /**
   * One look.
   * @throws viem's errors when the endpoint does not answer
   */
  async look(): Promise<ChainFacts> {
    const clock = await readClock(this.#context.rpc);
    const known = this.#known;
    const atMs = this.#nowMs();
    if (known?.hash === clock.headHash && atMs - known.atMs < BELIEVED_MS) {
      return { ...clock, ...known.facts, isNew: false };
    }
    this.forget();
    const facts = await readFacts(this.#context);
    this.#known = { hash: clock.headHash, atMs, facts };
    return { ...clock, ...facts, isNew: true };
  }

  /** The next look reads everything. */
  forget(): void {
    this.#known = undefined;
  }
}

async function readFacts({ rpc, client, account, provider }: ChainContext): Promise<BlockFacts> {
  const { AssayToken, StakingManager, ReputationRegistry } = client.deployment.contracts;
  const staking = { abi: stakingManagerAbi, address: StakingManager.address } as const;
  const registry = ReputationRegistry && { abi: reputationRegistryAbi, address: ReputationRegistry.address };
  const [[stake, lockedStake, freeStake], exposure, reputation, authorised, gasBalance, gasPrice] = await Promise.all([
    rpc.readContract({ ...staking, functionName: "stakeOf", args: [provider] }),
    rpc.readContract({ ...staking, functionName: "exposureOf", args: [provider] }),
    registry ? rpc.readContract({ ...registry, functionName: "scoreOf", args: [provider] }) : 0n,
    rpc.readContract({ ...staking, functionName: "isOperator", args: [provider, account.address] }),
    rpc.getBalance({ address: account.address }),
    rpc.getGasPrice(),
  ]);
  return {
    provider,
    operator: account.address,
    authorised,
    asy: AssayToken.address,
    stake,
    lockedStake,
    freeStake,
    exposureBps: Number(exposure),
    reputation: Number(reputation),
    gasBalance,
    gasPrice,
  };
}
