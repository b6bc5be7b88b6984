import { facts, receiptOf } from "@assay/daemon-kit";
import {
  type AxelarEnd,
  axelarGasServiceAbi,
  axelarGatewayAbi,
  messageIdOf,
  messagesOf,
  relayGas,
  type SentMessage,
} from "@assay/sdk";
import {
  type Address,
  type GetLogsReturnType,
  getAbiItem,
  type Hex,
  isAddress,
  isAddressEqual,
  size,
  TransactionReceiptNotFoundError,
} from "viem";
import type { KeeperContext } from "../../bot.ts";
import { LogReader } from "../../chain/log-reader.ts";
import type { MessageView } from "./decide.ts";

/** One chain of a relay. */
export interface RelayEnd {
  /** What Axelar calls it. */
  name: string;
  context: KeeperContext;
  axelar: AxelarEnd;
  /** Our own adapter on it. */
  adapter: Address;
  startBlock: number;
  /** Blocks that a message must be below the head to be carried. */
  confirmations: number;
  /** What binds a proof to this gateway. */
  domain: Hex;
}

/** A message that has not been executed for good. */
export interface KnownMessage extends SentMessage {
  order: number;
  /** Unix seconds of its block, and Unix ms when this process first saw it. */
  sentAt: number;
  seenAt: number;
}

interface BlockPlace {
  blockHash: Hex;
  blockNumber: bigint;
}

const SENT = getAbiItem({ abi: axelarGatewayAbi, name: "ContractCall" });
const ADDED = getAbiItem({ abi: axelarGasServiceAbi, name: "NativeGasAdded" });
const EVENTS = [SENT, ADDED] as const;
const EXECUTION = { abi: axelarGatewayAbi, functionName: "isMessageExecuted" } as const;
const APPROVAL = { abi: axelarGatewayAbi, functionName: "isMessageApproved" } as const;
/** Messages asked about at once. */
const AT_ONCE = 16;
/** How long an answer about a message that is held is good for: anybody may send many that nobody pays for. */
const GOOD_FOR_MS = 30_000;
const NONE: ReadonlySet<string> = new Set();

interface Addition {
  transactionHash: Hex;
  /** Of its own event; in the arguments, the message's. */
  logIndex: number;
  args: { txHash: Hex; logIndex: bigint; gasFeeAmount: bigint };
}

/** What was added to a message's fee, under the name of the event that says so. */
function additionOf({ transactionHash, logIndex, args }: Addition): [string, { id: string; amount: bigint }] {
  const id = messageIdOf(args.txHash, Number(args.logIndex));
  return [`${transactionHash}-${logIndex}`, { id, amount: args.gasFeeAmount }];
}

export interface MessageBookOptions {
  /** Whose messages are read; everybody's when left out. */
  sender?: Address;
  clock?: () => number;
}

/** What one chain's gateway has emitted for the others and is not executed there yet. Rebuilt from the logs at every start. */
export class MessageBook {
  readonly #source: RelayEnd;
  readonly #ends: ReadonlyMap<string, RelayEnd>;
  readonly #sender: Address | undefined;
  readonly #readers: readonly Pick<LogReader<typeof EVENTS>, "read" | "peek">[];
  readonly #open = new Map<string, KnownMessage>();
  /** Blocks of transactions that were taken apart, by hash. */
  readonly #taken = new Map<Hex, BlockPlace>();
  /** Of those that are not yet: the reader tells of each for a while only. */
  readonly #waiting = new Map<Hex, BlockPlace>();
  readonly #added = new Map<string, { id: string; amount: bigint }>();
  /** What was added to each message's fee, by its id. */
  #more: ReadonlyMap<string, bigint> = new Map();
  /** The last answers about messages, and when they were given, Unix ms. */
  readonly #answers = new Map<string, { view: MessageView; at: number }>();
  readonly #clock: () => number;
  #count = 0;

  constructor(source: RelayEnd, ends: ReadonlyMap<string, RelayEnd>, options: MessageBookOptions = {}) {
    this.#source = source;
    this.#sender = options.sender;
    this.#clock = options.clock ?? Date.now;
    this.#ends = ends;
    this.#readers = readersOf(source, options.sender);
  }

  get(id: string): KnownMessage | undefined {
    return this.#open.get(id);
  }

  /**
   * Reads what is new and asks the destinations what became of the rest.
   * @param held ids of messages that are not to be carried as they are: they are asked about now and then, and when more was paid
   * @throws what the endpoints throw
   */
  async read(held: ReadonlySet<string> = NONE): Promise<MessageView[]> {
    // what one has read is kept before the next is asked: it is told of it for a while only
    for (const reader of this.#readers) for (const log of await reader.read()) this.#note(log);
    await this.#takeWaiting();
    const more = new Map<string, bigint>();
    for (const { id, amount } of this.#added.values()) more.set(id, (more.get(id) ?? 0n) + amount);
    this.#more = more;
    const views = await this.#views(held);
    for (const id of this.#answers.keys()) if (!this.#open.has(id)) this.#answers.delete(id);
    return views;
  }

  /** Whether its destination has neither approved nor executed it, by the pending state. @throws what the endpoint throws */
  async isUnapproved({
    sourceChain,
    messageId,
    sourceAddress,
    contractAddress,
    payloadHash,
    ...message
  }: KnownMessage) {
    const { context, axelar } = this.#ends.get(message.destinationChain)!;
    const call = { address: axelar.gateway, blockTag: "pending" } as const;
    const args = [sourceChain, messageId, sourceAddress, contractAddress as Address, payloadHash] as const;
    const [executed, approved] = await Promise.all([
      context.rpc.readContract({ ...EXECUTION, ...call, args: [sourceChain, messageId] }),
      context.rpc.readContract({ ...APPROVAL, ...call, args }),
    ]);
    return !executed && !approved;
  }

  /** Wei paid for a message up to the newest block, however deep. @throws what the endpoint throws */
  async paidByNow(message: KnownMessage): Promise<bigint> {
    const added = new Map(this.#added);
    for (const reader of this.#readers) {
      for (const log of await reader.peek()) if (log.eventName === "NativeGasAdded") added.set(...additionOf(log));
    }
    return [...added.values()]
      .filter(({ id }) => id === message.messageId)
      .reduce((sum, { amount }) => sum + amount, message.paidAtOnce);
  }

  #note(log: GetLogsReturnType<undefined, typeof EVENTS, true>[number]): void {
    const { transactionHash, blockHash, blockNumber } = log;
    if (log.eventName === "NativeGasAdded") {
      const { txHash } = log.args;
      // of a public gas service's only what is for a message that is known
      if (this.#sender && !this.#taken.has(txHash) && !this.#waiting.has(txHash)) return;
      this.#added.set(...additionOf(log));
    } else if (this.#ends.has(log.args.destinationChain)) {
      if (this.#taken.get(transactionHash)?.blockHash === blockHash) return;
      this.#waiting.set(transactionHash, { blockHash, blockNumber });
    }
  }

  #isAskedFor({ destinationChain, sourceAddress }: SentMessage): boolean {
    if (this.#sender && !isAddressEqual(sourceAddress as Address, this.#sender)) return false;
    return this.#ends.has(destinationChain);
  }

  /**
   * Whether the message is still in its chain, deep enough: asked right before it is signed. It is forgotten only if another
   * block stands where its block was: an endpoint that is behind, such as a node that was restarted, says nothing of it.
   * @throws what the endpoint throws
   */
  async confirm(id: string): Promise<boolean> {
    const message = this.#open.get(id);
    if (!message) return false;
    const { context, confirmations } = this.#source;
    const [receipt, head] = await Promise.all([
      // throws for silence, which is no reorganisation: a message that is forgotten for it would be lost
      receiptOf(context.rpc, message.transactionHash),
      context.rpc.getBlockNumber({ cacheTime: 0 }),
    ]);
    const found = receipt && messagesOf(this.#source.axelar, receipt).find(({ messageId }) => messageId === id);
    const deep = receipt !== undefined && receipt.blockNumber + BigInt(confirmations) <= head;
    if (found && deep && found.payloadHash === message.payloadHash) return true;
    const taken = this.#taken.get(message.transactionHash);
    if (!taken || (await this.#isReplaced(taken))) {
      this.#open.delete(id);
      this.#taken.delete(message.transactionHash);
    }
    return false;
  }

  async #isReplaced({ blockHash, blockNumber }: BlockPlace): Promise<boolean> {
    const { rpc } = this.#source.context;
    if ((await rpc.getBlockNumber({ cacheTime: 0 })) < blockNumber) return false;
    return (await rpc.getBlock({ blockNumber })).hash !== blockHash;
  }

  /**
   * Takes apart what is not yet, oldest first. What cannot be read now is read at a later look, and holds up nothing else: a
   * receipt that is late says nothing of the others, and an endpoint that refuses is asked for no more of them at this look.
   */
  async #takeWaiting(): Promise<void> {
    const { log } = this.#source.context;
    for (const [hash, place] of [...this.#waiting]) {
      try {
        await this.#take(hash, place.blockNumber);
        this.#taken.set(hash, place);
        this.#waiting.delete(hash);
      } catch (error) {
        log.warn({ tx: hash, block: place.blockNumber, ...facts(error) }, "a message cannot be read yet");
        const late = error instanceof TransactionReceiptNotFoundError;
        const gone = late && (await this.#isReplaced(place).catch(() => false));
        this.#waiting.delete(hash);
        if (!gone) this.#waiting.set(hash, place); // behind the others
        if (!late) return;
      }
    }
  }

  async #take(hash: Hex, blockNumber: bigint): Promise<void> {
    const { context, axelar } = this.#source;
    const [receipt, block] = await Promise.all([
      context.rpc.getTransactionReceipt({ hash }),
      context.rpc.getBlock({ blockNumber }),
    ]);
    const sentAt = Number(block.timestamp);
    for (const message of messagesOf(axelar, receipt)) {
      if (!this.#isAskedFor(message) || this.#open.has(message.messageId)) continue;
      this.#open.set(message.messageId, { ...message, order: this.#count++, sentAt, seenAt: Date.now() });
    }
  }

  async #views(held: ReadonlySet<string>): Promise<MessageView[]> {
    const views: MessageView[] = [];
    const messages: KnownMessage[] = [];
    for (const message of this.#open.values()) {
      const known = held.has(message.messageId) ? this.#answers.get(message.messageId) : undefined;
      const good = known && known.view.paid === this.#paidFor(message) && this.#clock() < known.at + GOOD_FOR_MS;
      if (good) views.push(known.view);
      else messages.push(message);
    }
    for (let from = 0; from < messages.length; from += AT_ONCE) {
      const some = messages.slice(from, from + AT_ONCE);
      views.push(...(await Promise.all(some.map((message) => this.#view(message)))));
    }
    return views;
  }

  async #view(message: KnownMessage): Promise<MessageView> {
    const { sourceChain, messageId, sourceAddress, contractAddress, payloadHash, payload } = message;
    const { context, axelar, confirmations } = this.#ends.get(message.destinationChain)!;
    const address = axelar.gateway;
    const [executed, approved] = await Promise.all([
      context.rpc.readContract({ ...EXECUTION, address, args: [sourceChain, messageId] }),
      isAddress(contractAddress, { strict: false })
        ? context.rpc.readContract({
            ...APPROVAL,
            address,
            args: [sourceChain, messageId, sourceAddress, contractAddress, payloadHash],
          })
        : false,
    ]);
    if (executed && (await this.#isFinal(message, confirmations))) this.#open.delete(messageId);
    const view = {
      id: messageId,
      to: message.destinationChain,
      order: message.order,
      approved,
      executed,
      paid: this.#paidFor(message),
      gas: relayGas(payload),
      payloadBytes: size(payload),
      addressed: isAddress(contractAddress, { strict: false }),
    };
    this.#answers.set(messageId, { view, at: this.#clock() });
    return view;
  }

  #paidFor({ messageId, paidAtOnce }: KnownMessage): bigint {
    return paidAtOnce + (this.#more.get(messageId) ?? 0n);
  }

  /** Whether the execution is below the blocks that a reorganisation may take away. */
  async #isFinal({ sourceChain, messageId, destinationChain }: KnownMessage, confirmations: number): Promise<boolean> {
    if (confirmations === 0) return true;
    const { context, axelar } = this.#ends.get(destinationChain)!;
    const head = await context.rpc.getBlockNumber({ cacheTime: 0 });
    const blockNumber = head > BigInt(confirmations) ? head - BigInt(confirmations) : 0n;
    return context.rpc
      .readContract({ ...EXECUTION, address: axelar.gateway, args: [sourceChain, messageId], blockNumber })
      .catch(() => false);
  }
}

/**
 * What reads the events: all with one question, or one sender's messages, for which a public gateway has an index, and what was
 * added to any fee, which is rare.
 */
function readersOf({ context, axelar, startBlock, confirmations }: RelayEnd, sender: Address | undefined) {
  const from = { rpc: context.rpc, startBlock, confirmations };
  const { gateway, gasService } = axelar;
  if (sender === undefined) return [new LogReader({ ...from, address: [gateway, gasService], events: EVENTS })];
  return [
    new LogReader({ ...from, address: gateway, events: [SENT], args: { sender } }),
    new LogReader({ ...from, address: gasService, events: [ADDED] }),
  ];
}
