import { readdirSync, readFileSync } from "node:fs";

/** Clock ticks in a second of /proc: fixed on Linux. */
const TICKS = 100;
const LOOK_MS = 50;

/**
 * Adds up the processor time of a process and of all below it, those that end meanwhile too: what a sandbox leaves behind
 * nobody waits for, so that the system's own sum for ended children has not got it. Of each process that ends, what it took
 * after the last look is missed.
 */
export class CpuMeter {
  readonly #root: number;
  readonly #first = new Map<number, number>();
  readonly #last = new Map<number, number>();
  readonly #timer: NodeJS.Timeout;

  /** @param root id of the process; only what it takes from now on is counted */
  constructor(root: number) {
    this.#root = root;
    this.#look();
    for (const [pid, ticks] of this.#last) this.#first.set(pid, ticks);
    this.#timer = setInterval(() => this.#look(), LOOK_MS);
  }

  /** Ends the measurement. @returns seconds of the process itself, and of all below it */
  stop(): { own: number; below: number } {
    clearInterval(this.#timer);
    this.#look();
    const taken = (pid: number) => ((this.#last.get(pid) ?? 0) - (this.#first.get(pid) ?? 0)) / TICKS;
    const own = taken(this.#root);
    const all = [...this.#last.keys()].reduce((sum, pid) => sum + taken(pid), 0);
    return { own, below: all - own };
  }

  #look(): void {
    const waiting = [this.#root];
    for (let pid = waiting.pop(); pid !== undefined; pid = waiting.pop()) {
      try {
        this.#last.set(pid, ticksOf(pid));
        for (const thread of readdirSync(`/proc/${pid}/task`)) {
          const children = readFileSync(`/proc/${pid}/task/${thread}/children`, "utf8");
          waiting.push(...children.split(" ").filter(Boolean).map(Number));
        }
      } catch {
        // gone between two looks
      }
    }
  }
}

function ticksOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return Number(fields[11]) + Number(fields[12]);
}
