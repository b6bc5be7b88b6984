/** Deeds under way, by name: one at a time for each name. */
export class Deeds {
  readonly #running = new Map<string, Promise<void>>();

  has(name: string): boolean {
    return this.#running.has(name);
  }

  names(): string[] {
    return [...this.#running.keys()];
  }

  /** Starts a deed. It must not throw: `onEnd` is called when it is over. */
  start(name: string, deed: () => Promise<void>, onEnd: () => void): void {
    const done = deed().finally(() => {
      this.#running.delete(name);
      onEnd();
    });
    this.#running.set(name, done);
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.allSettled(this.#running.values());
  }
}
