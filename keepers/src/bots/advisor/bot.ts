import { join } from "node:path";
import { facts, knownError, writeDurably } from "@assay/daemon-kit";
import {
  type AssayClient,
  decodeError,
  describeSimulation,
  type EventName,
  getEvents,
  jobMarketplaceAbi,
  protocolCall,
  simulateProposal,
} from "@assay/sdk";
import { createPublicClient, http } from "viem";
import type { Bot, KeeperContext } from "../../bot.ts";
import { blockAt } from "../../chain/block-at.ts";
import type { ChainFacts } from "../../chain/observe.ts";
import { keeperError } from "../../errors.ts";
import { Deeds } from "../../internal/deeds.ts";
import { type Advice, decideAdvice, type MarketFigures, type Parameters, rates } from "./decide.ts";
import { advisorMetrics } from "./metrics.ts";

/** Seconds of chain time after which figures that could not be read are read again: an endpoint that fails is no reason for a day. */
const AFTER_FAILURE = 60;

/** A draft, in the form that `assay gov propose` reads. */
interface Draft {
  description: string;
  calls: { contract: string; function: string; args: (string | number | boolean)[] }[];
}

/** Watches the market's figures and drafts proposals to change parameters, as files. It sends nothing, ever. */
export class AdvisorBot implements Bot {
  readonly name = "parameter-advisor";
  readonly #context: KeeperContext;
  readonly #deeds = new Deeds();
  readonly #metrics: ReturnType<typeof advisorMetrics>;
  #next = 0;
  #figures: MarketFigures | undefined;
  #drafts: string[] = [];

  constructor(context: KeeperContext) {
    this.#context = context;
    this.#metrics = advisorMetrics(context.registry);
  }

  async recover(): Promise<void> {}

  async look(chain: ChainFacts): Promise<void> {
    if (chain.now < this.#next || this.#deeds.has("advise")) return;
    this.#next = chain.now + this.#context.config.advisor.everySeconds;
    const deed = () =>
      this.#advise(chain).catch((error: unknown) => {
        const { log, metrics, signal } = this.#context;
        if (signal.aborted) return;
        this.#next = Math.min(this.#next, chain.now + AFTER_FAILURE);
        metrics.botErrors.inc({ bot: this.name });
        log.warn(
          { bot: this.name, ...facts(knownError(error, decodeError)), err: error },
          "the figures could not be read",
        );
      });
    this.#deeds.start("advise", deed, () => {});
  }

  idle(): Promise<void> {
    return this.#deeds.idle();
  }

  status(): unknown {
    return { figures: this.#figures, drafts: this.#drafts, lines: this.#drafts.map((path) => `drafted ${path}`) };
  }

  async #advise(chain: ChainFacts): Promise<void> {
    const { client, config, log } = this.#context;
    const { periodSeconds, minJobs } = config.advisor;
    const figures = await readFigures(this.#context, chain, periodSeconds);
    this.#figures = figures;
    const { utilisation, lateRate, disputeRate } = rates(figures);
    this.#metrics.utilisation.set(utilisation);
    this.#metrics.late.set(lateRate);
    this.#metrics.disputes.set(disputeRate);
    const now = await readParameters(client);
    const drafts: string[] = [];
    for (const advice of decideAdvice(figures, now, minJobs)) {
      const draft = await this.#draft(advice, now, figures);
      const path = join(config.dataDir, "proposals", `${advice.name}.json`);
      writeDurably(path, Buffer.from(`${JSON.stringify(draft, null, 2)}\n`));
      log.warn({ bot: this.name, path, reasons: advice.reasons }, "a proposal was drafted; a person decides");
      drafts.push(path);
    }
    this.#drafts = drafts;
    this.#metrics.drafts.set(drafts.length);
  }

  async #draft(advice: Advice, now: Parameters, figures: MarketFigures): Promise<Draft> {
    const { client } = this.#context;
    const asy = client.deployment.contracts.AssayToken.address;
    const args =
      advice.functionName === "setMinWindow" ? [Number(advice.value)] : [asy, true, now.feeBps, String(advice.value)];
    const head = [
      `${advice.contract}.${advice.functionName}: from ${advice.before} to ${advice.after}`,
      "",
      ...advice.reasons,
      "",
      `Figures of the last ${this.#context.config.advisor.periodSeconds} seconds: ${figuresText(figures)}`,
    ].join("\n");
    const effect = await this.#effect(advice, now, head);
    return {
      description: `${head}\n\n${effect}`,
      calls: [{ contract: advice.contract, function: advice.functionName, args }],
    };
  }

  /** What the proposal would change, tried on a copy of the chain; never on the chain itself. */
  async #effect(advice: Advice, now: Parameters, description: string): Promise<string> {
    const { client, config, log } = this.#context;
    const { forkUrl } = config.advisor;
    if (!forkUrl) return "Not simulated: no advisor.forkUrl is set. See `assay gov simulate`.";
    const fork = createPublicClient({ transport: http(forkUrl, { retryCount: 0, timeout: 60_000 }) });
    const asy = client.deployment.contracts.AssayToken.address;
    const { deployment } = client;
    const contract = advice.contract;
    const call =
      advice.functionName === "setMinWindow"
        ? protocolCall(deployment, { contract, functionName: "setMinWindow", args: [Number(advice.value)] })
        : protocolCall(deployment, {
            contract,
            functionName: "configureToken",
            args: [asy, true, now.feeBps, advice.value],
          });
    try {
      const request = ({ method, params = [] }: { method: string; params?: unknown[] }): Promise<unknown> =>
        fork.request({ method: method as "eth_chainId", params: params as never });
      const simulation = await simulateProposal(client, { fork: { request }, calls: [call], description });
      return `Simulated on a copy of block ${simulation.blockNumber}:\n${describeSimulation(deployment, simulation).join("\n")}`;
    } catch (error) {
      const told = keeperError("KP-045", {
        kind: "Retryable",
        found: decodeError(error).message,
        wanted: "a copy of the chain at advisor.forkUrl that allows evm_snapshot and hardhat_setStorageAt",
        hint: "start `anvil --fork-url` or a hardhat node that forks the chain; the draft says that it was not simulated",
        cause: error,
      });
      log.warn({ bot: this.name, ...facts(told) }, "not simulated");
      return `Not simulated (KP-045): ${decodeError(error).message}`;
    }
  }
}

async function readParameters({ publicClient, deployment }: AssayClient): Promise<Parameters> {
  const market = { address: deployment.contracts.JobMarketplace.address, abi: jobMarketplaceAbi } as const;
  const asy = deployment.contracts.AssayToken.address;
  const [config, [, feeBps, minBond]] = await Promise.all([
    publicClient.readContract({ ...market, functionName: "config" }),
    publicClient.readContract({ ...market, functionName: "tokenConfig", args: [asy] }),
  ]);
  return { minWindow: Number(config[1]), minBond, feeBps };
}

async function readFigures({ client, rpc }: KeeperContext, chain: ChainFacts, period: number): Promise<MarketFigures> {
  const { deployment } = client;
  const fromBlock = await blockAt(rpc, chain.now - period, BigInt(deployment.startBlock), chain.head);
  const count = async (eventName: EventName<"JobMarketplace">) =>
    (await getEvents(client, { contract: "JobMarketplace", eventName, fromBlock })).length;
  const [posted, claimed, submitted, late, rescued, unclaimed, rejected] = await Promise.all(
    (
      ["JobPosted", "JobClaimed", "ResultSubmitted", "JobExpired", "JobRescued", "JobCancelled", "JobRejected"] as const
    ).map(count),
  );
  const challenges = deployment.contracts.RefereedDispute
    ? await getEvents(client, { contract: "RefereedDispute", eventName: "Challenged", fromBlock })
    : [];
  return {
    posted: posted!,
    claimed: claimed!,
    submitted: submitted!,
    late: late! + rescued!,
    unclaimed: unclaimed!,
    rejected: rejected!,
    challenged: new Set(challenges.map(({ args }) => args.commitment)).size,
  };
}

function figuresText(figures: MarketFigures): string {
  return Object.entries(figures)
    .map(([name, value]) => `${name} ${value}`)
    .join(", ");
}
