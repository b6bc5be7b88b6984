// Keepers as processes between endpoints that fail, each of which can be killed at the moment it sends.
import type { TestKeeper } from "./keeper-harness.ts";
import { type Call, type Fault, type RpcProxy, randomFaults, startRpcProxy, type Verdict } from "./rpc-proxy.ts";

/** Of the calls to the first endpoint of each keeper, how many go wrong. */
const FAULTS = 0.04;
const STEPS_TO_SEND = 60;
/** The exit code after which a service manager starts a daemon again. */
const NOTHING_ANSWERS = 75;

/** What is to happen to the next transaction of any keeper: it is killed before or after the chain has it. */
export interface KillPlan {
  armed: boolean;
  after: boolean;
  /** Transactions that go through before that. */
  skip: number;
  /** The keeper that was killed so, until it is started again. */
  struck: number | undefined;
}

/** Keepers by their places, each behind two endpoints of every chain; `Name`: what the chains are called. */
export class Killable<Name extends string> {
  /** Chains that cannot be reached. */
  readonly down = new Set<Name>();
  /** Chains whose first endpoints cannot be reached: the second has to do. */
  readonly half = new Set<Name>();
  readonly running: TestKeeper[] = [];
  readonly faults;
  atSending = 0;
  readonly #plan: KillPlan = { armed: false, after: false, skip: 0, struck: undefined };
  readonly #random: () => number;
  readonly #proxies: RpcProxy[] = [];
  #closed = false;

  constructor(random: () => number) {
    this.#random = random;
    this.faults = randomFaults(random, FAULTS);
  }

  /**
   * Lets the next transaction of a keeper, or the one after it, be its last.
   * @param step lets some time pass; taken until a keeper has sent something, or has had time enough for it
   * @returns the place of the keeper that was killed; undefined if none had anything to send
   */
  async strike(step: () => Promise<void>, steps = STEPS_TO_SEND): Promise<number | undefined> {
    const plan = this.#plan;
    const skip = Math.floor(this.#random() * 2);
    Object.assign(plan, { armed: true, after: this.#random() < 0.5, skip, struck: undefined });
    for (let taken = 0; plan.armed && taken < steps; taken++) await step();
    plan.armed = false;
    return plan.struck;
  }

  /** One chain's first endpoints, or all of its endpoints, cut every connection until the step is over. */
  async outage(names: readonly Name[], step: () => Promise<void>): Promise<void> {
    for (const name of names) if (this.#random() < 0.6) (this.#random() < 0.5 ? this.down : this.half).add(name);
    await step();
    this.down.clear();
    this.half.clear();
  }

  /** Starts a keeper, and once more, as a service manager does, when it ends by itself because nothing answers. */
  keepUp(place: number, start: () => TestKeeper): void {
    const keeper = start();
    this.running[place] = keeper;
    void keeper.process.exited.then(({ code }) => {
      if (code === NOTHING_ANSWERS && !this.#closed && this.running[place] === keeper) this.keepUp(place, start);
    });
  }

  /** Waits until the keeper of a place works. */
  async started(place: number): Promise<void> {
    for (;;) {
      const keeper = this.running[place]!;
      try {
        await keeper.url();
        return;
      } catch (error) {
        if (this.running[place] === keeper) throw error;
      }
    }
  }

  async allStarted(): Promise<void> {
    await Promise.all(this.running.map((_, place) => this.started(place)));
  }

  async kill(place: number): Promise<void> {
    const { process } = this.running[place]!;
    process.kill("SIGKILL");
    await process.exited;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.running.map((keeper) => keeper.process.stop()));
    await Promise.all(this.#proxies.map((proxy) => proxy.close()));
  }

  /** Two endpoints of a chain for one keeper, the first of which fails at random; the plan is carried out at both. */
  async endpoints(name: Name, url: string, place: number): Promise<string> {
    const dropped = { kind: "dropBefore" } as const;
    const faultOf = (call: Call) => (this.down.has(name) || this.half.has(name) ? dropped : this.faults.of(call));
    const spareFaultOf = () => (this.down.has(name) ? dropped : undefined);
    return [await this.#open(url, place, faultOf), await this.#open(url, place, spareFaultOf)].join();
  }

  async #open(url: string, place: number, faultOf: (call: Call) => Fault | undefined): Promise<string> {
    const proxy = await startRpcProxy(
      url,
      () => this.#onTransaction(place),
      (call) => call,
      faultOf,
    );
    this.#proxies.push(proxy);
    return proxy.url;
  }

  async #onTransaction(place: number): Promise<Verdict> {
    const plan = this.#plan;
    if (!plan.armed || plan.skip-- > 0) return "forward";
    Object.assign(plan, { armed: false, struck: place });
    this.atSending += 1;
    const { process } = this.running[place]!;
    if (plan.after) {
      setImmediate(() => process.kill("SIGKILL"));
      return "dropAfter";
    }
    process.kill("SIGKILL");
    await process.exited;
    return "dropBefore";
  }
}
