import { facts, knownError } from "@assay/daemon-kit";
import {
  axelarNetwork,
  commandIdOf,
  decodeError,
  localRelayFees,
  prepareAddFee,
  prepareExecuteMessage,
  type RelayNetwork,
  type RelayRequest,
} from "@assay/sdk";
import type { Bot, KeeperContext } from "../../bot.ts";
import { Both } from "../../duty/both.ts";
import type { Duty } from "../../duty/duty.ts";
import { DutyBot, type DutyPlan } from "../../duty/duty-bot.ts";
import { endsOf } from "../axelar-relay/bot.ts";
import type { MessageView } from "../axelar-relay/decide.ts";
import { type KnownMessage, MessageBook, type RelayEnd } from "../axelar-relay/messages.ts";
import { decideRecovery, type RecoveryStep, type StuckView } from "./decide.ts";
import { recoveryMetrics } from "./metrics.ts";

const NAME = "axelar-recovery";
const THERE = "axelar-recovery-satellite";
/** Seconds of chain time after which the network is asked again about the same message. */
const PUSH_AGAIN = 600;

/**
 * Finds messages of our own adapters that are stuck, adds what is missing for their relay, asks the network to go on, and
 * executes by hand what is approved.
 * @throws KP-072, SDK-050
 */
export async function openRecovery(context: KeeperContext): Promise<Bot> {
  const { config } = context;
  const ends = await endsOf(context);
  const { environment } = config.axelarRecovery;
  const { feePerGas } = config.satellite;
  const network = environment === "local" ? localRelayFees(feePerGas) : await axelarNetwork(environment);
  const recovery = new Recovery(context, ends, network);
  const bots = ends.map((end, index) => {
    const name = index === 0 ? NAME : THERE;
    const plan: DutyPlan = {
      ...config.axelarRecovery,
      ...{ name, refused: "KP-070" as const, doneByOthers: [] },
      sending: ({ value }, key) => {
        if (value > 0n) context.budget.record(NAME, "coin", `${end.name}:${key}`, value);
      },
      unsent: (key) => context.budget.forget("coin", `${end.name}:${key}`),
      plan: async ({ now }) => {
        // both ends are read once for a look
        if (index === 0) await recovery.look(now);
        return recovery.dutiesAt(end, name, now);
      },
    };
    return new DutyBot(end.context, plan);
  });
  return new Both(NAME, bots);
}

/** What is stuck between two chains and what is to be done about it, read from the chains at every look. */
export class Recovery {
  readonly #context: KeeperContext;
  readonly #ends: readonly RelayEnd[];
  readonly #network: RelayNetwork;
  readonly #books: readonly MessageBook[];
  readonly #metrics: ReturnType<typeof recoveryMetrics>;
  readonly #pushed = new Map<string, number>();
  #steps: { message: KnownMessage; view: MessageView; step: RecoveryStep; fee: bigint }[] = [];

  constructor(context: KeeperContext, ends: readonly RelayEnd[], network: RelayNetwork) {
    this.#context = context;
    this.#ends = ends;
    this.#network = network;
    const byName = new Map(ends.map((end) => [end.name, end]));
    this.#books = ends.map((end) => new MessageBook(end, byName, { sender: end.adapter }));
    this.#metrics = recoveryMetrics(context.registry);
  }

  /** Decides about all messages, and pushes those that only the network can help. @throws what the endpoints throw */
  async look(now: number): Promise<void> {
    const { budget, config } = this.#context;
    const stuck = (await Promise.all(this.#ends.map((end, index) => this.#stuckFrom(end, this.#books[index]!)))).flat();
    const decided = decideRecovery(
      stuck.map(({ stuckView }) => stuckView),
      budget.spent(NAME, "coin"),
      config.axelarRecovery,
    );
    this.#steps = stuck.map(({ message, view }, index) => ({ message, view, ...decided[index]! }));
    for (const step of ["wait", "execute", "addFee", "relay", "tooDear"] as const) {
      this.#metrics.stuck.set({ step }, this.#steps.filter((each) => each.step === step).length);
    }
    for (const { step, message } of this.#steps) if (step === "relay") await this.#push(message, now);
  }

  /** The calls at one end: fees are added where a message was sent, executions are made where it is to arrive. */
  dutiesAt(end: RelayEnd, name: string, now: number): Duty[] {
    return this.#steps.flatMap(({ message, view, step, fee }) => {
      const { messageId, sourceChain, destinationChain } = message;
      if (step === "addFee" && sourceChain === end.name) {
        const refundTo = this.#context.account.address;
        const { to, data, value } = prepareAddFee(end.axelar.gasService, message, { value: fee, refundTo });
        const text = `add ${fee} wei to the fee of ${messageId}`;
        const key = `${name}:fee:${messageId}:${view.paid}`;
        const book = this.#books[this.#ends.indexOf(end)]!;
        // the gas service takes what it is given
        const stillDue = async () => (await book.paidByNow(message)) <= view.paid;
        return [{ key, to, data, value, due: now, text, stillDue }];
      }
      if (step !== "execute" || destinationChain !== end.name) return [];
      const { to, data, value } = prepareExecuteMessage(message);
      const key = `${name}:execute:${commandIdOf(sourceChain, messageId)}`;
      return [{ key, to, data, value, due: now, text: `execute ${messageId}` }];
    });
  }

  /** Open messages of our own adapter on this end. */
  async #stuckFrom(end: RelayEnd, book: MessageBook) {
    const { rpc } = end.context;
    const views = (await book.read()).filter(({ executed }) => !executed);
    if (views.length === 0) return [];
    const now = Number((await rpc.getBlock()).timestamp);
    const open = views.flatMap((view) => {
      const message = book.get(view.id);
      return message ? [{ view, message }] : [];
    });
    return Promise.all(
      open.map(async ({ view, message }) => {
        const route = { source: message.sourceChain, destination: message.destinationChain, gas: view.gas };
        const age = now - message.sentAt;
        // a young message is not worth a question
        const young = age < this.#context.config.axelarRecovery.afterSeconds;
        const wanted = young || view.approved ? 0n : await this.#quote(view.id, route);
        const stuckView: StuckView = { id: view.id, approved: view.approved, age, paid: view.paid, wanted };
        return { view, message, stuckView };
      }),
    );
  }

  /** Never throws: what is approved is executed without a price. @returns wei, undefined where the network tells nothing */
  async #quote(id: string, route: RelayRequest): Promise<bigint | undefined> {
    try {
      return await this.#network.quote(route);
    } catch (error) {
      const why = facts(knownError(error, decodeError));
      this.#context.log.warn({ bot: NAME, id, ...why }, "nobody tells what a stuck message lacks");
      return undefined;
    }
  }

  /** Never throws: the network's word is not needed for anything else. */
  async #push(message: KnownMessage, now: number): Promise<void> {
    const { log } = this.#context;
    const { messageId } = message;
    if (!this.#network.push) return;
    if (now < (this.#pushed.get(messageId) ?? 0) + PUSH_AGAIN) return;
    this.#pushed.set(messageId, now);
    try {
      await this.#network.push(message);
      this.#metrics.pushed.inc({ end: "done" });
      log.info({ bot: NAME, id: messageId }, "the network was asked to go on");
    } catch (error) {
      this.#metrics.pushed.inc({ end: "refused" });
      log.warn(
        { bot: NAME, id: messageId, ...facts(knownError(error, decodeError)) },
        "a stuck message cannot be pushed on",
      );
    }
  }
}
