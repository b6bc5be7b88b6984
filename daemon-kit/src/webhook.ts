import { createHmac, randomUUID } from "node:crypto";
import type { Logger } from "./logger.ts";

/** Something that its operator wants to be told of. Nothing in it may be secret: receivers store it. */
export type Notice = {
  /** Stable name: `JOB_WON`. */
  event: string;
  /** One sentence for people. */
  text: string;
  /** Facts for programs; bigint values become decimal strings. */
  facts?: Record<string, unknown>;
};

export type WebhookArgs = {
  urls: readonly string[];
  /** Signs every delivery; without it they are not signed. */
  secret?: string | undefined;
  /** Who speaks: part of every delivery. */
  source: Record<string, unknown>;
  log: Logger;
  /** Milliseconds that a receiver may take. */
  timeoutMs?: number;
  /** Milliseconds before each further try; there are as many as entries. */
  retryMs?: readonly number[];
  /** Most notices that wait for one receiver; above it the oldest are dropped. */
  mostWaiting?: number;
  /** Told of the end of each delivery. */
  onEnd?: (end: "delivered" | "given up" | "dropped") => void;
};

export type Webhooks = {
  /** Returns at once; what cannot be delivered is logged and given up. */
  notify(notice: Notice): void;
  /** Tries what waits once more, for at most `graceMs`, and ends. */
  close(graceMs?: number): Promise<void>;
};

type Delivery = { id: string; event: string; body: string };

const TIMEOUT_MS = 10_000;
const RETRY_MS = [1_000, 5_000, 30_000, 120_000, 600_000];
const MOST_WAITING = 100;
const CLOSE_MS = 2_000;

/**
 * Posts notices to receivers, each by a queue of its own: one that hangs or fails holds up neither the caller nor the
 * others. A delivery carries `x-assay-event`, an id that stays the same over its tries, the time, and
 * `x-assay-signature: v1=HMAC-SHA256(secret, time + "." + body)` in hex. What answers 2xx has it; 4xx other than 408 and
 * 429 is not tried again. Redirects are not followed.
 */
export function createWebhooks(args: WebhookArgs): Webhooks {
  const receivers = args.urls.map((url) => new Receiver(url, args));
  return {
    notify: ({ event, text, facts = {} }) => {
      const id = randomUUID();
      const at = new Date().toISOString();
      const body = JSON.stringify({ id, event, at, text, ...args.source, facts }, (_, value) =>
        typeof value === "bigint" ? value.toString() : value,
      );
      for (const receiver of receivers) receiver.take({ id, event, body });
    },
    close: async (graceMs = CLOSE_MS) => {
      await Promise.all(receivers.map((receiver) => receiver.close(graceMs)));
    },
  };
}

/** One receiver and what waits for it. */
class Receiver {
  readonly #url: string;
  /** All that is ever logged of it: the path of a receiver is often its key. */
  readonly #name: string;
  readonly #args: WebhookArgs;
  readonly #waiting: Delivery[] = [];
  readonly #stop = new AbortController();
  #closing = false;
  #wake: () => void = () => {};
  #work: Promise<void> | undefined;

  constructor(url: string, args: WebhookArgs) {
    this.#url = url;
    this.#name = new URL(url).origin;
    this.#args = args;
  }

  take(delivery: Delivery): void {
    if (this.#closing) return;
    const { mostWaiting = MOST_WAITING, log, onEnd } = this.#args;
    if (this.#waiting.length >= mostWaiting) {
      // Not the first: it is under way.
      const [dropped] = this.#waiting.splice(1, 1);
      log.warn({ receiver: this.#name, event: dropped?.event }, "webhook: too many wait, one is dropped");
      onEnd?.("dropped");
    }
    this.#waiting.push(delivery);
    this.#work ??= this.#deliver().finally(() => {
      this.#work = undefined;
    });
  }

  async close(graceMs: number): Promise<void> {
    this.#closing = true;
    this.#wake();
    const timer = setTimeout(() => this.#stop.abort(), graceMs);
    await this.#work;
    clearTimeout(timer);
  }

  async #deliver(): Promise<void> {
    for (let head = this.#waiting[0]; head; head = this.#waiting[0]) {
      const failure = await this.#deliverOne(head);
      this.#waiting.shift();
      this.#args.onEnd?.(failure === undefined ? "delivered" : "given up");
      if (failure === undefined) continue;
      const { log } = this.#args;
      log.warn({ receiver: this.#name, event: head.event, failure }, "webhook: not delivered");
    }
  }

  /** @returns why it was given up, undefined when it has arrived */
  async #deliverOne(delivery: Delivery): Promise<string | undefined> {
    const { retryMs = RETRY_MS, log } = this.#args;
    for (let attempt = 0; ; attempt++) {
      const failure = await this.#post(delivery);
      if (failure === undefined) return undefined;
      const pause = retryMs[attempt];
      if (failure.final || pause === undefined || this.#closing) return failure.text;
      log.debug({ receiver: this.#name, event: delivery.event, failure: failure.text }, "webhook: tried again");
      await this.#sleep(pause);
    }
  }

  async #post({ id, event, body }: Delivery): Promise<{ text: string; final: boolean } | undefined> {
    const { secret, timeoutMs = TIMEOUT_MS } = this.#args;
    const time = String(Math.floor(Date.now() / 1000));
    try {
      const response = await fetch(this.#url, {
        method: "POST",
        body,
        redirect: "manual",
        signal: AbortSignal.any([this.#stop.signal, AbortSignal.timeout(timeoutMs)]),
        headers: {
          "content-type": "application/json",
          "user-agent": "assay",
          "x-assay-event": event,
          "x-assay-delivery": id,
          "x-assay-time": time,
          ...(secret ? { "x-assay-signature": signatureOf(secret, time, body) } : {}),
        },
      });
      // Its words are of no interest, and may have no end.
      await response.body?.cancel();
      if (response.ok) return undefined;
      const final = response.status < 500 && response.status !== 408 && response.status !== 429;
      return { text: `HTTP ${response.status}`, final };
    } catch (error) {
      return { text: reasonOf(error), final: false };
    }
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      // A daemon that is done does not live on for a receiver.
      timer.unref();
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

/** `v1=` and the hex of HMAC-SHA256 over `time.body`; what a receiver compares with `x-assay-signature`. */
export function signatureOf(secret: string, time: string, body: string): string {
  return `v1=${createHmac("sha256", secret).update(`${time}.${body}`).digest("hex")}`;
}

// The message of a network error names addresses and ports, never the path.
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return "no answer";
  const { cause } = error;
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : undefined;
  return error.name === "TimeoutError" ? "no answer in time" : (code ?? error.name);
}
