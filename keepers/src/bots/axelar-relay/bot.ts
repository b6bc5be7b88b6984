import { facts, isRetryable, TxRevertedError, unfailedKey } from "@assay/daemon-kit";
import { axelarGatewayAbi, commandIdOf, decodeError, prepareExecuteMessage, requireContract } from "@assay/sdk";
import { type Address, encodeFunctionData, type Hex } from "viem";
import type { Bot, KeeperContext } from "../../bot.ts";
import type { ChainFacts } from "../../chain/observe.ts";
import { pauseAfter } from "../../duty/select.ts";
import { Waiting } from "../../duty/waiting.ts";
import { keeperError } from "../../errors.ts";
import { Deeds } from "../../internal/deeds.ts";
import { sendCharged } from "../../send.ts";
import { inTurn, Sightings } from "../../turns.ts";
import {
  decideRelay,
  feeFor,
  type HoldReason,
  heldForLong,
  keepTurns,
  type MessageView,
  type RelayAction,
  type RelayDecision,
} from "./decide.ts";
import { readSigning, requireSigners, type Signing, signerAddresses } from "./keys.ts";
import { type KnownMessage, MessageBook, type RelayEnd } from "./messages.ts";
import { relayMetrics } from "./metrics.ts";
import { proofOf } from "./proof.ts";

const NAME = "axelar-relay";
/** Seconds of chain time after which a person's answer is looked for again. */
const ASK_AGAIN = 1;

/**
 * Opens the relay between the keeper's two chains.
 * @throws KP-071, KP-072
 */
export async function openRelay(context: KeeperContext): Promise<Bot> {
  const signing = readSigning(context.config.axelarRelay, context.env);
  const ends = await endsOf(context);
  for (const end of ends) await requireSigners(end, signing);
  context.log.info(
    { bot: NAME, signers: signerAddresses(signing), threshold: Number(signing.signers.threshold) },
    "signing",
  );
  return new RelayBot(context, ends, signing);
}

/** The two chains of a relay. @throws KP-072 */
export async function endsOf(context: KeeperContext): Promise<RelayEnd[]> {
  const { client, config, satellite } = context;
  const { axelar, startBlock, chainId } = client.deployment;
  if (!satellite || !axelar) {
    throw keeperError("KP-072", {
      found: satellite
        ? `no section axelar in the deployment file of chain ${chainId}`
        : "no satellite in the settings",
      wanted: "two chains that are linked",
      hint: "set satellite.rpcUrls and satellite.deployment; the home chain's file gets its section from `npm run deploy -- crosschain`",
    });
  }
  const there = satellite.deployment;
  const end = async (own: Omit<RelayEnd, "name" | "domain">): Promise<RelayEnd> => {
    const read = { address: own.axelar.gateway, abi: axelarGatewayAbi, functionName: "domainSeparator" } as const;
    return { ...own, name: own.axelar.name, domain: await own.context.rpc.readContract(read) };
  };
  const adapter = requireContract(client.deployment, "AxelarGatewayAdapter").address;
  return [
    await end({ context, axelar, adapter, startBlock, confirmations: config.confirmations }),
    await end({
      context: satellite.context,
      axelar: there.axelar,
      adapter: there.contracts.AxelarGatewayAdapter.address,
      startBlock: there.startBlock,
      confirmations: config.satellite.confirmations,
    }),
  ];
}

/** Why a message is where it is, for /status. */
interface Note {
  times: number;
  notBefore: number;
  reason: string;
}

/**
 * Carries messages between two gateways: signs and sends approvals, then executes. What is to be done is read from the two
 * chains at every look; a process that was killed leaves nothing behind but its journals.
 */
class RelayBot implements Bot {
  readonly name = NAME;
  readonly #context: KeeperContext;
  readonly #ends: ReadonlyMap<string, RelayEnd>;
  readonly #books: readonly MessageBook[];
  readonly #signing: Signing;
  readonly #metrics: ReturnType<typeof relayMetrics>;
  readonly #deeds = new Deeds();
  readonly #waiting: Waiting;
  readonly #notes = new Map<string, Note>();
  readonly #done = new Map<string, number>();
  readonly #sightings = new Sightings();
  #views: MessageView[] = [];
  #held: RelayDecision["held"] = [];
  #now = 0;

  constructor(context: KeeperContext, ends: readonly RelayEnd[], signing: Signing) {
    this.#context = context;
    this.#signing = signing;
    this.#waiting = new Waiting(context, NAME);
    this.#ends = new Map(ends.map((end) => [end.name, end]));
    this.#books = ends.map((end) => new MessageBook(end, this.#ends));
    this.#metrics = relayMetrics(context.registry);
    context.turns.join(NAME, context.config.axelarRelay.spreadSeconds);
  }

  /** Nothing to recover: what is open is on the chains, what was sent is in the journals. */
  async recover(): Promise<void> {}

  async look({ now }: ChainFacts): Promise<void> {
    const { config, budget, signal, wake } = this.#context;
    this.#now = now;
    const idle = heldForLong({ held: this.#held });
    this.#views = (await Promise.all(this.#books.map((book) => book.read(idle))))
      .flat()
      .filter(({ executed }) => !executed);
    if (signal.aborted) return;
    this.#forget();
    const { feePerGas } = config.satellite;
    const state = {
      now,
      busy: new Set(this.#deeds.names()),
      notBefore: new Map([...this.#notes].map(([id, note]) => [id, note.notBefore])),
      gasSpent: budget.spent(NAME, "gas"),
    };
    const decision = this.#inTurn(decideRelay(this.#views, state, { ...config.axelarRelay, feePerGas }));
    this.#held = decision.held;
    this.#report();
    for (const action of decision.actions) this.#deeds.start(action.id, () => this.#carry(action), wake);
  }

  idle(): Promise<void> {
    return this.#deeds.idle();
  }

  /** A message has one turn for both its steps: who approved it executes it, unless it is away. */
  #inTurn(decision: RelayDecision): RelayDecision {
    const { config, account } = this.#context;
    const { place, places } = config;
    const rules = { place, places, spreadSeconds: config.axelarRelay.spreadSeconds };
    const idle = new Set(decision.held.filter(({ reason }) => reason !== "refused").map(({ id }) => id));
    const open = this.#views.filter(({ id }) => !idle.has(id)).map(({ id }) => ({ key: id, due: this.#now }));
    const seen = this.#sightings.note(open, this.#now);
    return keepTurns(decision, (id) => inTurn(this.#now, seen.get(id)!, account.address, rules));
  }

  status(): unknown {
    const reasons = new Map(this.#held.map(({ id, reason }) => [id, reason]));
    const messages = this.#views.map((view) => ({
      id: view.id,
      to: view.to,
      state: view.approved ? "approved" : "sent",
      paid: view.paid,
      wanted: feeFor(view, this.#context.config.satellite),
      ...(reasons.has(view.id) ? { held: reasons.get(view.id) } : {}),
      ...(this.#notes.get(view.id)?.reason ? { refusal: this.#notes.get(view.id)!.reason } : {}),
      nextTry: this.#notes.get(view.id)?.notBefore,
    }));
    const lines = messages.map(({ id, to, state, held }) => `${id} to ${to}: ${state}${held ? `, held: ${held}` : ""}`);
    const { mode } = this.#context.config.axelarRelay;
    return { mode, doing: this.#deeds.names(), waiting: this.#waiting.shown(), messages, lines };
  }

  /** Never throws. */
  async #carry({ type, id }: RelayAction): Promise<void> {
    const book = this.#books.find((each) => each.get(id));
    const message = book?.get(id);
    if (!book || !message) return;
    const end = this.#ends.get(message.destinationChain)!;
    try {
      if (type === "approve" && !(await book.confirm(id))) return;
      const call = type === "approve" ? await this.#approval(end, message) : prepareExecuteMessage(message);
      const duty = {
        key: keyOf(type, message),
        value: 0n,
        text: `${type} ${id} on ${end.name}`,
        to: call.to,
        data: call.data,
      };
      if (!this.#waiting.maySend(this.#context.config.axelarRelay.mode, duty)) {
        return this.#put(id, { times: 0, notBefore: this.#now + ASK_AGAIN, reason: "" });
      }
      const key = unfailedKey(end.context.journal, duty.key);
      const inTime = () => this.#context.turns.lasts(NAME);
      // a gateway approves what it has approved, without a word
      const unapproved = type === "approve" ? { stillDue: () => book.isUnapproved(message) } : {};
      const request = { key, to: call.to, data: call.data, inTime, ...unapproved };
      const receipt = await sendCharged(end.context, request);
      this.#waiting.drop(duty);
      this.#context.log.info(
        { bot: NAME, id, to: end.name, tx: receipt.transactionHash, gas: receipt.gasUsed },
        `${type}d`,
      );
      this.#succeeded(type, id);
    } catch (error) {
      this.#explain(type, id, error);
    }
  }

  async #approval({ axelar, domain }: RelayEnd, message: KnownMessage): Promise<{ to: Address; data: Hex }> {
    const { sourceChain, messageId, sourceAddress, contractAddress, payloadHash } = message;
    const plain = { sourceChain, messageId, sourceAddress, contractAddress, payloadHash };
    const { signers, signatures } = await proofOf([plain], domain, this.#signing.signers, this.#signing.keys);
    const proof = { signers: { ...signers, signers: [...signers.signers] }, signatures };
    const args = [[plain], proof] as const;
    return {
      to: axelar.gateway,
      data: encodeFunctionData({ abi: axelarGatewayAbi, functionName: "approveMessages", args }),
    };
  }

  /** An endpoint that lags may show the old state for a while: the same step is not sent again at once. */
  #succeeded(type: RelayAction["type"], id: string): void {
    const step = `${type}:${id}`;
    const times = (this.#done.get(step) ?? 0) + 1;
    this.#done.set(step, times);
    if (times === 1) this.#metrics.relayed.inc({ step: type });
    if (times === 1) this.#notes.delete(id);
    else this.#put(id, { times, notBefore: this.#now + pauseAfter(times), reason: "" });
  }

  #explain(type: RelayAction["type"], id: string, error: unknown): void {
    const { signal, log, metrics } = this.#context;
    if (signal.aborted) return;
    const refusal = decodeError(error);
    if (isRetryable(error) || isRetryable(refusal)) {
      // an endpoint that does not answer says nothing of the message
      this.#put(id, { times: 0, notBefore: this.#now + ASK_AGAIN, reason: refusal.message });
      log.debug({ bot: NAME, id, ...facts(refusal) }, "a message waits for an endpoint");
      return;
    }
    const times = (this.#notes.get(id)?.times ?? 0) + 1;
    const notBefore = this.#now + pauseAfter(times);
    this.#put(id, { times, notBefore, reason: refusal.message });
    if (refusal.revert || error instanceof TxRevertedError || refusal.code === "SDK-031") {
      this.#metrics.refused.inc();
      const told = keeperError("KP-070", {
        kind: "Retryable",
        found: refusal.message,
        wanted: `a destination that takes the message ${id} (${type})`,
        hint: `it stays approved and is tried again in ${pauseAfter(times)} seconds; \`assay relay explain\` says more`,
        cause: error,
      });
      log.warn({ bot: NAME, id, ...facts(told) }, "a message was refused");
    } else {
      metrics.botErrors.inc({ bot: NAME });
      log.warn({ bot: NAME, id, ...facts(refusal), err: error }, "a message could not be carried");
    }
  }

  #put(id: string, note: Note): void {
    this.#notes.set(id, note);
  }

  /** What is no longer open is not remembered. */
  #forget(): void {
    const open = new Set(this.#views.map(({ id }) => id));
    for (const id of this.#notes.keys()) if (!open.has(id)) this.#notes.delete(id);
    for (const step of this.#done.keys()) if (!open.has(step.slice(step.indexOf(":") + 1))) this.#done.delete(step);
    const next = this.#views.map(({ id, approved }) => {
      const message = this.#books.map((book) => book.get(id)).find((each) => each);
      return message && keyOf(approved ? "execute" : "approve", message);
    });
    this.#waiting.keep(({ key }) => next.includes(key));
  }

  #report(): void {
    const { open, held, oldest } = this.#metrics;
    for (const name of this.#ends.keys()) {
      open.set({ to: name }, this.#views.filter(({ to }) => to === name).length);
    }
    const reasons: HoldReason[] = ["unpaid", "oversized", "tooMuchGas", "noAddress", "refused", "budget", "turn"];
    for (const reason of reasons) {
      held.set({ reason }, this.#held.filter((each) => each.reason === reason).length);
    }
    const seen = this.#views.flatMap(({ id }) => this.#books.map((book) => book.get(id)?.seenAt ?? Date.now()));
    oldest.set(seen.length === 0 ? 0 : (Date.now() - Math.min(...seen)) / 1000);
  }
}

function keyOf(type: RelayAction["type"], { sourceChain, messageId }: KnownMessage): string {
  return `${NAME}:${type}:${commandIdOf(sourceChain, messageId)}`;
}
