/** Processor seconds of this process, all its threads together, by what they were spent on. */
export class CpuLedger {
  #noted = 0;
  readonly #parts: Record<string, number> = {};

  /** Puts down what was taken since the last note, or since the process began, to `part`. */
  note(part: string): void {
    const { user, system } = process.cpuUsage();
    const now = (user + system) / 1e6;
    this.#parts[part] = (this.#parts[part] ?? 0) + now - this.#noted;
    this.#noted = now;
  }

  /** Seconds by part, to the millisecond. */
  get parts(): Record<string, number> {
    return Object.fromEntries(Object.entries(this.#parts).map(([part, s]) => [part, Math.round(1000 * s) / 1000]));
  }
}
