import type { KeeperContext } from "../bot.ts";
import { botOf } from "../budget.ts";
import type { Asked } from "./approvals.ts";
import type { Mode } from "./duty.ts";

/** What of a bot waits for a person: for a yes (mode oversight), or for somebody who sends it (mode manual). */
export class Waiting {
  readonly #context: Pick<KeeperContext, "approvals" | "log" | "duties">;
  readonly #bot: string;
  readonly #actions = new Map<string, Asked>();

  /** Begins with what an earlier process asked for. */
  constructor(context: Pick<KeeperContext, "approvals" | "log" | "duties">, bot: string) {
    this.#context = context;
    this.#bot = bot;
    for (const { value, ...action } of context.approvals.all()) {
      if (botOf(action.key) === bot) this.#actions.set(action.key, { ...action, value: BigInt(value) });
    }
    this.#report();
  }

  all(): Asked[] {
    return [...this.#actions.values()];
  }

  /** Whether an action may be sent now: always in `auto`, after a person's yes in `oversight`, never in `manual`. Else it waits from now on. */
  maySend(mode: Mode, action: Asked): boolean {
    if (mode === "auto") return true;
    const before = this.#actions.get(action.key);
    if (before && !isSameCall(before, action)) this.#context.approvals.drop(before);
    this.#actions.set(action.key, action);
    this.#report();
    if (mode === "oversight" && this.#context.approvals.ask(action)) return true;
    const { key, to, data, value, text } = action;
    this.#context.log.debug({ key, to, data, value, action: text, mode }, "an action waits for a person");
    return false;
  }

  /** Forgets an action that is done or no longer due, and the yes to it. */
  drop(action: Asked): void {
    this.#actions.delete(action.key);
    this.#context.approvals.drop(action);
    this.#report();
  }

  /** Forgets all actions that are no longer due. */
  keep(isDue: (action: Asked) => boolean): void {
    for (const action of this.all()) if (!isDue(action)) this.drop(action);
  }

  /** For /status. */
  shown(): Pick<Asked, "text" | "to" | "data" | "value">[] {
    return this.all().map(({ text, to, data, value }) => ({ text, to, data, value }));
  }

  #report(): void {
    this.#context.duties.waiting.set({ bot: this.#bot }, this.#actions.size);
  }
}

function isSameCall(a: Asked, b: Asked): boolean {
  return a.to === b.to && a.data === b.data && a.value === b.value;
}
