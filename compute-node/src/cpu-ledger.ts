/** What this process spends its time on: of all its threads together, and by the clock. */
export class CpuLedger {
  #noted = { cpu: 0, wall: 0 };
  readonly #parts: Record<"cpu" | "wall", Record<string, number>> = { cpu: {}, wall: {} };

  /** Puts down what was taken since the last note, or since the process began, to `part`. */
  note(part: string): void {
    const { user, system } = process.cpuUsage();
    const now = { cpu: (user + system) / 1e6, wall: performance.now() / 1e3 };
    for (const kind of ["cpu", "wall"] as const) {
      this.#parts[kind][part] = (this.#parts[kind][part] ?? 0) + now[kind] - this.#noted[kind];
    }
    this.#noted = now;
  }

  /** Seconds by part, to the millisecond. */
  get told(): { cpuSeconds: Record<string, number>; wallSeconds: Record<string, number> } {
    const { cpu, wall } = this.#parts;
    return { cpuSeconds: rounded(cpu), wallSeconds: rounded(wall) };
  }
}

function rounded(parts: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(parts).map(([part, s]) => [part, Math.round(1000 * s) / 1000]));
}
