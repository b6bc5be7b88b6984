import { Counter, type Registry } from "prom-client";
import {
  type Address,
  BaseError,
  type Hash,
  type Hex,
  type LocalAccount,
  type PublicClient,
  type TransactionReceipt,
} from "viem";
import { DaemonError } from "./errors.ts";
import type { Journal, TxEntry, TxStatus } from "./journal.ts";
import type { Logger } from "./logger.ts";
import { isUnreachable, refusedError, toRpcError } from "./rpc.ts";
import { broadcast, signAttempt } from "./tx-broadcast.ts";
import { insufficientFunds, OvertakenError, otherChain, refusedByNode, TxRevertedError } from "./tx-errors.ts";
import { type BumpPolicy, bumpedFees, DEFAULT_BUMP, type Fees, firstFees } from "./tx-fees.ts";
import { bumpNow, repairGaps, startCancel } from "./tx-repair.ts";
import { look, pause, receiptOf, type Sighting, settle, watch } from "./tx-watch.ts";
import {
  bringAhead,
  openOf,
  placeOfWithheld,
  resendUnlessVain,
  type WithholdContext,
  withholdIfVain,
} from "./tx-withhold.ts";

export type TxRequest = {
  /** Names the deed, not the try: the same key is never sent twice. */
  key: string;
  to: Address;
  data?: Hex;
  /** Wei. */
  value?: bigint;
  /** Gas limit; estimated, with a quarter and 50,000 to spare, if absent. */
  gas?: bigint;
  /** Try it with eth_call on the pending state first; true if absent. */
  simulate?: boolean;
  /** Whether what that call answers is worth a transaction: for calls that do nothing, without a revert, when too late. */
  accepts?: (answer: Hex) => boolean;
  /**
   * Whether it is still to be done, by the pending state: for deeds that succeed again when somebody else has done them. Asked right
   * before it is signed, in its turn, and, as `mayResend` is, before it is sent again.
   */
  stillDue?: () => Promise<boolean>;
  /** Whether there still is time for it, asked right before it is signed: it may have waited for others. */
  inTime?: () => boolean;
};

export type CreateTxSenderArgs = {
  journal: Journal;
  publicClient: PublicClient;
  account: LocalAccount;
  log: Logger;
  /** Blocks a receipt must have, its own included. */
  confirmations?: number;
  bump?: Partial<BumpPolicy>;
  pollMs?: number;
  /**
   * Whether a signed transaction that the chain does not know may be sent again now. Where given, it is also simulated again before
   * that, and held back if it would be for nothing; and nothing is simulated while the chain does not know what was sent before. For
   * deeds that others do, too, or that may overlap.
   */
  mayResend?: (entry: TxEntry) => boolean;
  /** Counts transactions by end, fee bumps, and nonces that were mended, under the prefix. */
  metrics?: { registry: Registry; prefix: string };
  signal?: AbortSignal;
};

export type Reconciled = { key: string; status: TxStatus | "forgotten" };

export type TxSender = {
  /**
   * Simulates, journals, signs, journals the hash, sends, and follows it to a confirmed receipt. A key that was sent
   * before, by this process or one before it, is not sent again: its receipt is waited for and returned.
   * @throws viem's own error when the simulation reverts, OvertakenError when its answer is not accepted, it is not due any more or not
   * in time, or it was held back (no gas was spent), DK-032 … DK-038, DK-040, DK-071
   */
  send(request: TxRequest): Promise<TransactionReceipt>;
  /** Compares every open entry with the chain; call it once, before anything is sent. */
  reconcile(): Promise<Reconciled[]>;
  /** Raises the fee of a transaction under way now. @returns the new version's hash @throws DK-036, DK-039 */
  bump(key: string): Promise<Hash>;
  /**
   * Puts a transfer of nothing in the place of a transaction under way, and waits for whichever of the two lands.
   * @returns "cancelled", or "landed" when the transaction itself was faster @throws DK-036, DK-039
   */
  cancel(key: string): Promise<"cancelled" | "landed">;
  /** Mends gaps in the account's nonces; does nothing where there are none. @returns the nonces mended */
  repair(): Promise<number[]>;
  /**
   * Does so now and then, however often it is asked: what is above a gap would wait forever. For every look at the chain.
   * Asks the chain nothing while nothing is under way.
   */
  tend(): Promise<void>;
};

const TEND_MS = 30_000;
/** For two records of votes: one that was written in the same second is overwritten in the estimate, and a new one later. */
const SPARE_GAS = 50_000n;

type Context = WithholdContext & { ends: Counter | undefined; mended: Counter | undefined };

/** Sends transactions of one account so that a crash at any point loses none and repeats none. */
export function createTxSender(args: CreateTxSenderArgs): TxSender {
  const context = contextOf(args);
  const { inTurn } = context;
  const running = new Map<string, Promise<TransactionReceipt>>();
  let chain: Promise<number> | undefined;
  const ready = () => {
    chain ??= assertChain(context).catch((error: unknown) => {
      chain = undefined;
      throw error;
    });
    return chain;
  };
  const onChain = async <T>(action: (chainId: number) => Promise<T>): Promise<T> => {
    try {
      return await action(await ready());
    } catch (error) {
      throw toRpcError(error);
    }
  };
  const repair = async () => {
    const mended = await onChain((chainId) => inTurn(() => repairGaps(context, chainId)));
    context.mended?.inc(mended.length);
    return mended;
  };
  let tendedAt = Number.NEGATIVE_INFINITY;
  return {
    send(request) {
      if (request.stillDue) context.stillDue.set(request.key, request.stillDue);
      const known = running.get(request.key);
      if (known) return known;
      const mine = ready()
        .then((chainId) => inTurn(() => launch(context, request, chainId)))
        .then((settled) => settled ?? watch(context, request.key))
        .catch((error: unknown) => {
          throw toRpcError(error);
        })
        .finally(() => {
          running.delete(request.key);
          context.stillDue.delete(request.key);
          const status = context.journal.get(request.key)?.status;
          if (status && status !== "sent") context.ends?.inc({ status });
        });
      running.set(request.key, mine);
      return mine;
    },
    reconcile: () => onChain(() => inTurn(() => reconcileAll(context))),
    bump: (key) => onChain(() => inTurn(() => bumpNow(context, key))),
    cancel: (key) =>
      onChain(async () => {
        const cancelKey = await inTurn(() => startCancel(context, key));
        try {
          await watch(context, cancelKey);
          return "cancelled" as const;
        } catch (error) {
          if (error instanceof DaemonError && error.code === "DK-034") return "landed" as const;
          throw error;
        }
      }),
    repair,
    tend: async () => {
      if (performance.now() - tendedAt < TEND_MS || context.journal.list("sent").length === 0) return;
      tendedAt = performance.now();
      await repair();
    },
  };
}

function contextOf(args: CreateTxSenderArgs): Context {
  const { journal, publicClient: client, account, log, metrics, signal } = args;
  const bumps = metrics && counter(metrics, "tx_fee_bumps_total", "Fee increases at the same nonce", []);
  const context: Context = {
    journal,
    client,
    account,
    log,
    signal,
    confirmations: args.confirmations ?? 1,
    bump: { ...DEFAULT_BUMP, ...args.bump },
    pollMs: args.pollMs ?? client.pollingInterval,
    onBump: () => bumps?.inc(),
    withhold: (entry) => withholdIfVain(context, entry),
    inTurn: turns(),
    mayResend: args.mayResend,
    withheld: new Set(),
    stillDue: new Map(),
    ends: metrics && counter(metrics, "tx_total", "Transactions by how they ended", ["status"]),
    mended: metrics && counter(metrics, "nonces_mended_total", "Gaps in the account's nonces that were filled", []),
  };
  return context;
}

// One at a time from simulation to broadcast: nonces are allotted without gaps, and only to what will be sent; and each is simulated on
// top of what was sent before.
function turns(): Context["inTurn"] {
  let tail: Promise<unknown> = Promise.resolve();
  return (action) => {
    const mine = tail.then(action, action);
    tail = mine.catch(() => {});
    return mine;
  };
}

function counter(
  { registry, prefix }: { registry: Registry; prefix: string },
  name: string,
  help: string,
  labelNames: string[],
) {
  return new Counter({ name: `${prefix}${name}`, help, labelNames, registers: [registry] });
}

// A local chain started anew has the same id and other blocks; old entries would then be believed wrongly.
async function assertChain({ client, journal }: Context): Promise<number> {
  const [chainId, block] = await Promise.all([client.getChainId(), client.getBlock({ blockNumber: 0n })]);
  const known = journal.genesis(chainId, block.hash);
  if (known !== block.hash) throw otherChain(block.hash, known);
  return chainId;
}

/** @returns the receipt of a key that ended before, or undefined when the key is now on its way */
async function launch(context: Context, request: TxRequest, chainId: number): Promise<TransactionReceipt | undefined> {
  const { journal, client } = context;
  const before = journal.get(request.key);
  if (before?.status === "mined" || before?.status === "failed") {
    const receipt = before.minedHash && (await receiptOf(client, before.minedHash));
    // A block that a reorganisation took away: the signed versions are still good.
    if (!receipt) journal.setStatus(request.key, "sent");
    else if (before.status === "mined") return receipt;
    else throw new TxRevertedError(before, receipt.transactionHash, before.error ?? "reverted", receipt);
    return undefined;
  }
  if (before?.status === "sent" || before?.status === "abandoned") {
    journal.setStatus(request.key, "sent");
    return undefined;
  }
  if (before) journal.forget(request.key); // never signed, or can never land
  await start(context, request, chainId);
  return undefined;
}

async function start(context: Context, request: TxRequest, chainId: number): Promise<void> {
  const { client, account, journal, log } = context;
  const { key, to, data = "0x", value = 0n, simulate = true, accepts, stillDue, inTime = () => true } = request;
  let expected: Hex | undefined;
  const call = { account: account.address, to, data, value };
  if (simulate) {
    if (context.mayResend) await bringAhead(context, key, chainId);
    const { data: answer = "0x" } = await client.call({ ...call, blockTag: "pending" });
    if (accepts && !accepts(answer)) throw new OvertakenError(key);
    if (accepts) expected = answer;
  }
  const gas = request.gas ?? ((await client.estimateGas({ ...call, account })) * 5n) / 4n + SPARE_GAS;
  const { nonce, fees } = await nextPlace(context, chainId);
  await assertFunds(context, value + gas * fees.maxFeePerGas);
  if (stillDue && !(await stillDue())) throw new OvertakenError(key);
  context.signal?.throwIfAborted();
  if (!inTime()) throw new OvertakenError(key);
  const intent = {
    key,
    chainId,
    from: account.address,
    to,
    data,
    value,
    nonce,
    gas,
    conditional: stillDue !== undefined,
  };
  journal.addIntent(expected === undefined ? intent : { ...intent, answer: expected });
  try {
    await signAttempt(context, journal.get(key) as TxEntry, fees);
  } catch (error) {
    journal.forget(key); // unsigned, so it cannot be anywhere
    throw error;
  }
  const entry = journal.get(key) as TxEntry;
  const result = await broadcast(client, entry);
  log.info({ key, tx: entry.attempts[0]?.hash, nonce, outcome: result.outcome }, "transaction sent");
  if (result.outcome === "noFunds" || result.outcome === "refused") {
    journal.setStatus(key, "dropped");
    throw result.outcome === "noFunds"
      ? insufficientFunds(account.address, "less than needed", "value and gas of the transaction", result.error)
      : refusedByNode(key, result.error);
  }
}

// Asked beforehand: every node words its refusal differently, and a refused transaction would have taken a nonce.
async function assertFunds({ client, account }: Context, wanted: bigint): Promise<void> {
  const found = await client.getBalance({ address: account.address });
  if (found < wanted) throw insufficientFunds(account.address, `${found} wei`, `${wanted} wei, for value and gas`);
}

/**
 * Nonce and fees of the next transaction. The chain may not know yet what is signed and journaled, and the journal does not know what
 * others sent. What was held back leaves its nonce to it, for fees with which it also wins where somebody still has the other.
 */
async function nextPlace(context: Context, chainId: number): Promise<{ nonce: number; fees: Fees }> {
  const { client, account, journal, bump, withheld } = context;
  const { address } = account;
  const fees = await firstFees(client, bump);
  const pending = await client.getTransactionCount({ address, blockTag: "pending" });
  const open = openOf(journal, address, chainId);
  const place = placeOfWithheld(open, withheld, pending);
  const last = place?.attempts.at(-1);
  const better = last && bumpedFees(last, fees, bump);
  if (place && better) return { nonce: place.nonce, fees: better };
  return { nonce: Math.max(pending, ...open.map((entry) => entry.nonce + 1)), fees };
}

async function reconcileAll(context: Context): Promise<Reconciled[]> {
  const { journal, log } = context;
  const results: Reconciled[] = [];
  for (const entry of journal.list("intent", "sent", "abandoned")) {
    if (entry.attempts.length === 0) {
      journal.forget(entry.key);
      results.push({ key: entry.key, status: "forgotten" });
      continue;
    }
    const sighting = await lookPatiently(context, entry);
    if (sighting.state === "settled") {
      await settle(context, entry, sighting.receipt).catch((error: unknown) => {
        if (!(error instanceof TxRevertedError)) throw error;
      });
    } else if (sighting.state === "replaced") journal.setStatus(entry.key, "dropped");
    else if (sighting.state === "pending") await resendUnlessVain(context, entry);
    results.push({ key: entry.key, status: journal.get(entry.key)?.status ?? "forgotten" });
  }
  if (results.length > 0) log.info({ entries: results }, "journal reconciled");
  return results;
}

/** Behind a balancer the node that is asked next may have the block that this one lacks. @throws DK-040 when none has it */
async function lookPatiently(context: Context, entry: TxEntry): Promise<Sighting> {
  for (let refused = 1; ; refused++) {
    try {
      return await look(context, entry);
    } catch (error) {
      if (!(error instanceof BaseError) || isUnreachable(error)) throw error;
      if (refused === MOST_REFUSALS) throw refusedError(error);
    }
    await pause(context.pollMs, context.signal);
  }
}

const MOST_REFUSALS = 10;
