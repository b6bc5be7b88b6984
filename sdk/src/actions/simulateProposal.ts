import {
  type Address,
  createPublicClient,
  custom,
  getAddress,
  type Hex,
  hexToBigInt,
  numberToHex,
  type TransactionReceipt,
  zeroAddress,
} from "viem";
import { erc20Abi } from "../abis.ts";
import type { AssayContext } from "../context.ts";
import { requireContract } from "../deployment.ts";
import { AssayError } from "../errors.ts";
import { contractNameOf, type DecodedCall, decodeCall } from "../governance/calls.ts";
import { eventText, type Holder, holdersIn, rolesIn, subjectsOfCalls, subjectsOfLogs } from "../governance/effects.ts";
import { executableStorage } from "../governance/executable.ts";
import { type ProposalContent, proposalId, timelockOperationId } from "../governance/proposal.ts";
import type { ProposalSimulation } from "../governance/simulation.ts";
import { plainViews, readViews, viewsAbout, type WatchedView } from "../governance/views.ts";
import { mapBatched, read } from "../internal/read.ts";
import { decodeError } from "../revert/decodeError.ts";
import { prepareExecuteProposal } from "./executeProposal.ts";

/** A copy of the chain that may be written to: Hardhat's in-process network or anvil, forked from an endpoint. */
export interface ForkedChain {
  request(call: { method: string; params?: unknown[] }): Promise<unknown>;
}

/** Sends the execution; it needs no role, since anybody may execute. */
const ANYBODY: Address = "0x00000000000000000000000000000000000A55A7";
const IMPLEMENTATION_SLOT = "0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc";
const GAS = 16_000_000n;

/**
 * Executes a proposal on a copy of the chain and tells what it changed. Works in every state of a proposal, and before it is
 * proposed: the copy is told that it has passed and waited. The copy is left as it was.
 * @param args.fork the copy; never the chain itself
 * @throws AssayError SDK-007 where the deployment has no governor, SDK-041 when the copy lacks a method
 */
export async function simulateProposal(
  context: AssayContext,
  { fork, ...content }: ProposalContent & { fork: ForkedChain },
): Promise<ProposalSimulation> {
  try {
    return await new Simulator(context, fork, content).run();
  } catch (error) {
    throw decodeError(error);
  }
}

interface Outcome {
  failure: AssayError | null;
  receipt: TransactionReceipt | null;
  touched: ProposalSimulation["touched"];
}

class Simulator {
  readonly #context: AssayContext;
  readonly #fork: ForkedChain;
  readonly #content: ProposalContent;
  readonly #calls: DecodedCall[];
  readonly #operation: Hex;

  constructor(context: AssayContext, fork: ForkedChain, content: ProposalContent) {
    const publicClient = createPublicClient({ transport: custom(fork, { retryCount: 0 }), cacheTime: 0 });
    this.#context = { publicClient, deployment: context.deployment };
    this.#fork = fork;
    this.#content = content;
    this.#operation = timelockOperationId(requireContract(context.deployment, "AssayGovernor").address, content);
    this.#calls = content.calls.map((call) => decodeCall(context.deployment, call));
  }

  async run(): Promise<ProposalSimulation> {
    const head = await this.#context.publicClient.getBlock();
    const start = await this.#request("evm_snapshot");
    try {
      for (const { address, slot, value } of executableStorage(this.#context, this.#content)) {
        await this.#request("hardhat_setStorageAt", [address, slot, value]);
      }
      await this.#request("hardhat_setBalance", [ANYBODY, numberToHex(10n ** 24n)]);
      await this.#request("hardhat_impersonateAccount", [ANYBODY]);
      return await this.#compare(head.number, head.timestamp + 1n);
    } finally {
      await this.#request("evm_revert", [start]);
    }
  }

  /** Both sides are read in a block of the same number and time, so that only the proposal makes a difference. */
  async #compare(blockNumber: bigint, time: bigint): Promise<ProposalSimulation> {
    const before = await this.#request("evm_snapshot");
    await this.#request("evm_setNextBlockTimestamp", [numberToHex(time)]);
    const { failure, receipt, touched } = await this.#execute();
    const base = { id: proposalId(this.#content), calls: this.#calls, blockNumber, failure };
    if (!receipt) {
      const nothing = { parameters: [], implementations: [], roles: [], balances: [], events: [], touched: [] };
      return { ...base, ...nothing, gasUsed: 0n };
    }
    const { deployment } = this.#context;
    const { logs, gasUsed } = receipt;
    const subjects = [...subjectsOfCalls(this.#calls), ...subjectsOfLogs(deployment, logs)];
    // that the proposal itself is done afterwards is no news
    const others = subjects.filter(({ values }) => !values.includes(base.id) && !values.includes(this.#operation));
    const views = [...plainViews(this.#context), ...viewsAbout(others)];
    const named = this.#calls.flatMap(({ target, args }) => [target, ...Object.values(args).filter(isAddressLike)]);
    const holders = holdersIn(logs, [...touched.map(({ address }) => address), ...named]);
    const after = await this.#look(views, holders);
    await this.#request("evm_revert", [before]);
    await this.#request("evm_setNextBlockTimestamp", [numberToHex(time)]);
    await this.#request("evm_mine");
    const earlier = await this.#look(views, holders);
    return {
      ...base,
      parameters: difference(earlier.values, after.values).map(([name, was, is]) => ({ name, before: was, after: is })),
      implementations: difference(earlier.code, after.code).map(([contract, was, is]) => ({
        contract,
        before: was ?? zeroAddress,
        after: is ?? zeroAddress,
      })),
      roles: rolesIn(deployment, logs),
      balances: holders.flatMap((holder, index) => {
        const [was, is] = [earlier.balances[index]!, after.balances[index]!];
        return was === is ? [] : [{ ...holder, before: was, after: is }];
      }),
      events: logs.map((log) => ({ address: getAddress(log.address), text: eventText(deployment, log) })),
      touched,
      gasUsed,
    };
  }

  async #execute(): Promise<Outcome> {
    const { to, data } = prepareExecuteProposal(this.#context, this.#content);
    const transaction = { from: ANYBODY, to, data, gas: numberToHex(GAS) };
    const sent = await this.#request("eth_sendTransaction", [transaction]).catch((error: unknown) => {
      const failure = decodeError(error);
      if (failure.revert || failure.code === "SDK-031" || failure.code === "SDK-032" || failure.code === "SDK-033") {
        return failure;
      }
      throw failure;
    });
    if (sent instanceof AssayError) return { failure: sent, receipt: null, touched: [] };
    const hash = sent as Hex;
    const receipt = await this.#context.publicClient.getTransactionReceipt({ hash });
    return { failure: null, receipt, touched: await this.#touched(hash) };
  }

  /** Which storage the transaction changed, from the copy's own tracer. */
  async #touched(hash: Hex): Promise<ProposalSimulation["touched"]> {
    const options = { tracer: "prestateTracer", tracerConfig: { diffMode: true } };
    const trace = (await this.#request("debug_traceTransaction", [hash, options])) as Record<
      "pre" | "post",
      Record<Address, { storage?: Record<Hex, Hex> }>
    >;
    const words = new Map<Address, Set<string>>();
    for (const side of [trace.pre, trace.post]) {
      for (const [address, { storage }] of Object.entries(side)) {
        const known = words.get(getAddress(address)) ?? new Set<string>();
        for (const slot of Object.keys(storage ?? {})) known.add(slot);
        if (known.size > 0) words.set(getAddress(address), known);
      }
    }
    return [...words].map(([address, slots]) => ({
      address,
      contract: contractNameOf(this.#context.deployment, address) ?? null,
      words: slots.size,
    }));
  }

  async #look(views: readonly WatchedView[], holders: readonly Holder[]) {
    const values = await readViews(this.#context, views);
    const proxies = Object.entries(this.#context.deployment.contracts);
    const code = new Map<string, Address>();
    for (const [name, { address }] of proxies) {
      const word = (await this.#request("eth_getStorageAt", [address, IMPLEMENTATION_SLOT, "latest"])) as Hex;
      if (hexToBigInt(word) !== 0n) code.set(name, getAddress(numberToHex(hexToBigInt(word), { size: 20 })));
    }
    const balances = await mapBatched(holders, ({ token, account }) => this.#balance(token, account));
    return { values, code, balances };
  }

  async #balance(token: Address, account: Address): Promise<bigint> {
    if (token === zeroAddress) return this.#context.publicClient.getBalance({ address: account });
    const call = { abi: erc20Abi, address: token, functionName: "balanceOf", args: [account] } as const;
    // a contract that only sounds like a token
    return read(this.#context, call).catch(() => 0n);
  }

  #request(method: string, params: unknown[] = []): Promise<unknown> {
    return this.#fork.request({ method, params });
  }
}

function isAddressLike(value: unknown): value is Address {
  return typeof value === "string" && /^0x[0-9a-fA-F]{40}$/.test(value);
}

/** Labels whose values differ, with both. */
function difference<T>(before: Map<string, T>, after: Map<string, T>): [string, T | undefined, T | undefined][] {
  const labels = new Set([...before.keys(), ...after.keys()]);
  return [...labels]
    .filter((label) => before.get(label) !== after.get(label))
    .map((label) => [label, before.get(label), after.get(label)]);
}
