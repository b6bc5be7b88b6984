import {
  type Deployment,
  getJob,
  jobHubAbi,
  jobMarketplaceAbi,
  jobStatuses,
  remoteResultOf,
  type SubmittedJob,
  transferGas,
} from "@assay/sdk";
import { type Address, encodeFunctionData, getAbiItem, type Hex } from "viem";
import { LogReader } from "../../chain/log-reader.ts";
import type { Duty } from "../../duty/duty.ts";
import { decideRemoteJob } from "./decide.ts";
import type { Side } from "./side.ts";

/** What the hub grants the portal, JobHub.PORTAL_GAS. */
const PORTAL_GAS = 250_000;

interface RemoteJob {
  account: Address;
  id: Hex;
  ticket: { chainId: bigint; user: Address; index: bigint; homeAccount: Address };
}

const EVENTS = [
  getAbiItem({ abi: jobHubAbi, name: "RemoteJobPosted" }),
  getAbiItem({ abi: jobHubAbi, name: "RemoteResultSent" }),
  getAbiItem({ abi: jobHubAbi, name: "RemoteOutcomeSent" }),
] as const;

/** The jobs of another chain's users at home: results to be told, change to be sent. Rebuilt from the logs. */
export class HomeJobs {
  readonly #home: Side;
  readonly #satellite: Side;
  readonly #hub: Address;
  readonly #market: Address;
  readonly #reader: LogReader<typeof EVENTS>;
  readonly #jobs = new Map<Address, RemoteJob>();
  readonly #open = new Set<Address>();
  /** What was told, see `telling`. */
  readonly #reported = new Set<string>();
  /** Whose change a transfer carries. */
  readonly #carried = new Map<bigint, Address>();
  /** Transfers whose fate has become known: the bridge tells of each for a while only, and the hub may not answer then. */
  readonly #back = new Set<bigint>();

  constructor(home: Side, satellite: Side, { contracts }: Deployment, hub: Address) {
    this.#home = home;
    this.#satellite = satellite;
    this.#hub = hub;
    this.#market = contracts.JobMarketplace.address;
    const { context, startBlock, confirmations } = home.args;
    this.#reader = new LogReader({ rpc: context.rpc, address: hub, events: EVENTS, startBlock, confirmations });
  }

  /** @throws what the endpoint throws */
  async read(): Promise<void> {
    for (const number of this.#home.settled) this.#back.add(number);
    for (const { eventName, args } of await this.#reader.read()) {
      if (eventName === "RemoteJobPosted") this.#take(args);
      else if (eventName === "RemoteResultSent") this.#reported.add(telling(args));
      else {
        this.#carried.set(args.number, args.account);
        this.#home.outcomes.add(args.number);
      }
    }
    // what came back is to be sent again
    for (const number of this.#back) {
      const account = this.#carried.get(number);
      if (account && this.#jobs.has(account)) this.#open.add(account);
    }
    this.#back.clear();
  }

  #take({ account, id, chainId, user, index, homeAccount }: RemoteJob["ticket"] & Omit<RemoteJob, "ticket">): void {
    if (chainId !== BigInt(this.#satellite.args.chainId) || this.#jobs.has(account)) return;
    this.#jobs.set(account, { account, id, ticket: { chainId, user, index, homeAccount } });
    this.#open.add(account);
  }

  /** Calls that are due. @param fee wei for a unit of the satellite's gas */
  async duties(now: number, fee: bigint, wanted: { report: boolean; settle: boolean }): Promise<Duty[]> {
    const jobs = [...this.#open].map((account) => this.#jobs.get(account)!);
    return (await Promise.all(jobs.map((job) => this.#dutiesOf(job, now, fee, wanted)))).flat();
  }

  async #dutiesOf(
    job: RemoteJob,
    now: number,
    fee: bigint,
    wanted: { report: boolean; settle: boolean },
  ): Promise<Duty[]> {
    const { rpc, client } = this.#home.args.context;
    const lane = { address: this.#market, abi: jobMarketplaceAbi, functionName: "laneOf" } as const;
    const outcomeOf = { address: this.#hub, abi: jobHubAbi, functionName: "outcomeOf" } as const;
    const [[, code], [number, , taken]] = await Promise.all([
      rpc.readContract({ ...lane, args: [job.account, 0n] }),
      rpc.readContract({ ...outcomeOf, args: [job.account] }),
    ]);
    const status = jobStatuses[code]!;
    const submitted = status === "submitted" ? ((await getJob(client, { id: job.id })) as SubmittedJob) : undefined;
    const reported = submitted !== undefined && this.#reported.has(telling(submitted));
    const outcome = number === 0n ? undefined : await this.#home.outgoingOf(this.#satellite, number);
    const step = decideRemoteJob({ status, reported, outcome, taken }, wanted);
    if (step === "closed") this.#open.delete(job.account);
    if (step === "report" && submitted?.commitment) return [this.#report(job, submitted, now, fee)];
    return step === "settle" ? [this.#settle(job, number, now, fee)] : [];
  }

  #report({ account, ticket }: RemoteJob, job: SubmittedJob, now: number, fee: bigint): Duty {
    const data = encodeFunctionData({ abi: jobHubAbi, functionName: "report", args: [ticket, remoteResultOf(job)] });
    const text = `tell ${ticket.user} the result of its job ${account}`;
    const stillDue = async () => !(await this.#isReported(job));
    return { ...this.#duty(`report:${job.commitment}`, data, now, fee, text), stillDue };
  }

  /** The hub reports as often as it is asked to: only its events tell. */
  async #isReported(job: SubmittedJob): Promise<boolean> {
    const told = telling(job);
    if (this.#reported.has(told)) return true;
    const newest = await this.#reader.peek();
    return newest.some((log) => log.eventName === "RemoteResultSent" && telling(log.args) === told);
  }

  #settle({ account, ticket }: RemoteJob, last: bigint, now: number, fee: bigint): Duty {
    const data = encodeFunctionData({ abi: jobHubAbi, functionName: "settle", args: [ticket] });
    return this.#duty(
      `settle:${account}:${last}`,
      data,
      now,
      fee,
      `send ${ticket.user} the change of its job ${account}`,
    );
  }

  #duty(step: string, data: Hex, now: number, fee: bigint, text: string): Duty {
    const value = transferGas(PORTAL_GAS) * fee;
    return { key: `${this.#home.args.name}:${step}`, to: this.#hub, data, value, due: now, text };
  }
}

/** The hub takes any digest of the output: who tells a wrong one has not told the result. */
function telling({ commitment, outputDigest }: { commitment: Hex; outputDigest: Hex }): string {
  return `${commitment} ${outputDigest}`;
}
