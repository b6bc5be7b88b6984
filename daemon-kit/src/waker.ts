/** Sleeps that anyone may end. */
export class Waker {
  #end: () => void = () => {};
  #woken = false;

  /** Ends the sleep under way, or the next one at once. */
  wake(): void {
    this.#woken = true;
    this.#end();
  }

  /** Resolves after `ms`, when woken, or when the signal fires. */
  sleep(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        signal.removeEventListener("abort", end);
        this.#end = () => {};
        this.#woken = false;
        resolve();
      };
      const timer = setTimeout(end, ms);
      signal.addEventListener("abort", end, { once: true });
      this.#end = end;
      if (signal.aborted || this.#woken) end();
    });
  }
}
