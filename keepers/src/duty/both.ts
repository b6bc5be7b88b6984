import type { Bot } from "../bot.ts";
import type { ChainFacts } from "../chain/observe.ts";
import type { DutyBot } from "./duty-bot.ts";

/** The same duties on two chains. */
export class Both implements Bot {
  readonly name: string;
  readonly #bots: readonly DutyBot[];

  constructor(name: string, bots: readonly DutyBot[]) {
    this.name = name;
    this.#bots = bots;
  }

  async recover(): Promise<void> {
    for (const bot of this.#bots) await bot.recover();
  }

  /** One after the other: the second may decide by what the first has read. A chain that does not answer keeps nobody waiting. */
  async look(chain: ChainFacts): Promise<void> {
    const failures: unknown[] = [];
    for (const bot of this.#bots) await bot.look(chain).catch((error: unknown) => failures.push(error));
    if (failures.length > 0) throw failures[0];
  }

  async idle(): Promise<void> {
    await Promise.all(this.#bots.map((bot) => bot.idle()));
  }

  status(): unknown {
    const all = this.#bots.map((bot) => bot.status() as { lines: string[] });
    return { home: all[0], satellite: all[1], lines: all.flatMap(({ lines }) => lines) };
  }
}
