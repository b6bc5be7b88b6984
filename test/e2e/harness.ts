import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Address, type Hex, keccak256, numberToHex, parseUnits, toHex } from "viem";
import {
  assembleJob,
  commitment,
  encodeManifest,
  encodeTensors,
  type IntTensor,
  type JobManifest,
  packDataset,
  parseProgram,
  runProgram,
} from "../../exact/src/index.ts";
import { loadNodeBackend } from "../../exact/src/node.ts";
import type { DeployConfig } from "../../scripts/deploy/config.ts";
import {
  deployLocally,
  type LocalChain,
  type LocalNode,
  launchNode,
  startChain,
  startStorage,
} from "../../scripts/lib/devnet.ts";
import { jsonLine, type LocalProcess } from "../../scripts/lib/processes.ts";
import {
  type AssayClient,
  assayTokenAbi,
  type ClaimedJob,
  createAssayClient,
  type Deployment,
  finalizableAt,
  type Job,
  type JobEventName,
  type PostJobArgs,
  type SpecToPost,
  type SubmittedJob,
} from "../../sdk/src/index.ts";
import { digestOf, uploadFile } from "../../storage/src/index.ts";

export const ASY = (amount: string) => parseUnits(amount, 18);
/** Test account of the requester; a node's accounts are the two above it, owner and operator. */
const REQUESTER = 1;
/** Patience for what takes seconds: only a failing test uses it up. */
const WAIT_MS = 60_000;

/** A chain with the protocol, a block store and a requester with money, all as real processes. */
export interface Market {
  dir: string;
  chain: LocalChain;
  storage: { url: string; process: LocalProcess };
  deployment: Deployment;
  deploymentPath: string;
  requester: AssayClient;
  client(account: number): AssayClient;
  /** Sends ASY from the deployer. */
  give(to: Address, amount: bigint): Promise<void>;
  /** Stakes for a provider (`account`) and allows its operator (`account + 1`). */
  enrol(account: number, stake?: bigint): Promise<void>;
  /** Nodes started on it; `close` stops those that still run. */
  readonly nodes: TestNode[];
  /** Lets the chain's clock run ahead. */
  pass(seconds: number): Promise<void>;
  close(): Promise<void>;
}

/** @param change replaces sections of the deployment's configuration */
export async function openMarket(change: Partial<DeployConfig> = {}): Promise<Market> {
  const dir = await mkdtemp(join(tmpdir(), "assay-e2e-"));
  const chain = await startChain();
  const deploymentPath = join(dir, "deployment.json");
  const [deployment, storage] = await Promise.all([
    deployLocally(chain, deploymentPath, change),
    startStorage(join(dir, "blocks")),
  ]);
  const nodes: TestNode[] = [];
  const client = (account: number) =>
    createAssayClient({ publicClient: chain.publicClient, walletClient: chain.wallet(account), deployment });
  const give = async (to: Address, amount: bigint) => {
    const hash = await chain.wallet(0).writeContract({
      abi: assayTokenAbi,
      address: deployment.contracts.AssayToken.address,
      functionName: "transfer",
      args: [to, amount],
    });
    await chain.publicClient.waitForTransactionReceipt({ hash });
  };
  const addressOf = (account: number) => chain.wallet(account).account.address;
  await give(addressOf(REQUESTER), ASY("100000"));
  const requester = client(REQUESTER);
  await requester.deposit({ amount: ASY("50000") });
  const rpc = (method: string, params: unknown[]) =>
    chain.publicClient.request({ method: method as "eth_chainId", params: params as never });
  return {
    dir,
    chain,
    storage,
    deployment,
    deploymentPath,
    requester,
    client,
    nodes,
    give,
    enrol: async (account, stake = ASY("1000")) => {
      const owner = client(account);
      if (stake > 0n) {
        await give(addressOf(account), stake);
        await owner.stake({ amount: stake });
      }
      await owner.setOperator({ operator: addressOf(account + 1), allowed: true });
    },
    pass: async (seconds) => {
      await rpc("evm_increaseTime", [numberToHex(seconds)]);
      await rpc("evm_mine", []);
    },
    close: async () => {
      await Promise.all(nodes.map((node) => node.process.stop()));
      await Promise.all([chain.process.stop(), storage.process.stop()]);
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** A node of the market and what it logged. */
export interface TestNode extends LocalNode {
  /** Every log line so far. */
  readonly lines: readonly Record<string, unknown>[];
  /** The first line with this message, for which `test` holds. */
  logged(message: string, test?: (line: Record<string, unknown>) => boolean): Promise<Record<string, unknown>>;
}

export interface StartArgs {
  /** Test account of the owner; the operator is the next one. */
  account: number;
  rpcUrl?: string;
  /** Name of the data folder; the same name again continues where that node stopped. */
  dataDir?: string;
  env?: Record<string, string | undefined>;
  /** A command that runs the node: a sandbox, a limit. */
  wrapper?: readonly string[];
}

export async function startTestNode(market: Market, args: StartArgs): Promise<TestNode> {
  const { account, rpcUrl = market.chain.url, dataDir = `node-${account}`, env, wrapper } = args;
  const lines: Record<string, unknown>[] = [];
  const node = await launchNode({
    name: `node ${account}`,
    rpcUrl,
    deploymentPath: market.deploymentPath,
    gateway: market.storage.url,
    dataDir: join(market.dir, dataDir),
    owner: market.chain.wallet(account).account.address,
    operatorKey: market.chain.key(account + 1),
    env: { ASSAY_NODE_LOG_LEVEL: "debug", ASSAY_NODE_CLAIM_SPREAD_MS: "0", ...env },
    ...(wrapper ? { wrapper } : {}),
    onLine: (line) => {
      const json = jsonLine(line);
      if (json) lines.push(json);
    },
  });
  const started: TestNode = {
    ...node,
    lines,
    logged: (message, test = () => true) =>
      node.process.waitForLine((line) => {
        const json = jsonLine(line);
        return json?.msg === message && test(json) ? json : undefined;
      }, WAIT_MS),
  };
  market.nodes.push(started);
  return started;
}

/** Resolves when the node says that it can work. */
export async function untilReady(node: TestNode): Promise<void> {
  const ask = () =>
    fetch(`${node.url}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    );
  while (!(await ask())) await new Promise((resolve) => setTimeout(resolve, 20));
}

/** Error and fatal lines of a node. */
export function errorsOf(node: TestNode): readonly Record<string, unknown>[] {
  return node.lines.filter(({ level }) => Number(level) >= 50);
}

/* ── JOBS ── */

/** A network small enough that a run takes a second or two, with enough segments to be interrupted in. */
export function smallManifest(steps: number, change: Record<string, unknown> = {}) {
  const program = parseProgram({
    format: "assay-program",
    version: 1,
    kind: "train",
    name: "e2e",
    input: { features: 16, bits: 5, rows: 64 },
    layers: [
      { type: "dense", units: 16, activation: "relu", weightBits: 9, weightExponent: 8 },
      { type: "dense", units: 4, activation: "softmax", weightBits: 9, weightExponent: 8 },
    ],
    loss: "softmax-cross-entropy",
    optimizer: { type: "sgd", rateExponent: -4, halveAtPercent: [50] },
    batchSize: 16,
    steps,
    segmentLength: 64,
    ...change,
  });
  const rows = Array.from({ length: 64 }, (_, row) =>
    Array.from({ length: 16 }, (_, col) => ((row * 7 + col * 13 + (col % 4 === row % 4 ? 40 : 0)) % 64) / 64),
  );
  const labels = rows.map((_, row) => row % 4);
  return { program, dataset: packDataset(rows, labels, { bits: 5, classes: 4 }) };
}

export interface PreparedInputs {
  manifest: JobManifest;
  dataset: IntTensor;
  spec: SpecToPost;
}

/** Uploads the inputs of a job and works out its spec. */
export async function uploadInputs(market: Market, steps: number, seedText = "e2e"): Promise<PreparedInputs> {
  const { program, dataset } = smallManifest(steps);
  const gateway = market.storage.url;
  const { cid } = await uploadFile({ gateway, bytes: encodeTensors([dataset]) });
  const manifest: JobManifest = {
    version: 1,
    program,
    dataset: { cid: cid.toString(), rows: dataset.rows, columns: dataset.cols },
    init: { seed: keccak256(toHex(seedText)) },
  };
  const inputs = await uploadManifest(market, encodeManifest(manifest));
  const { spec } = await assembleJob(manifest, { dataset });
  return { manifest, dataset, spec: { ...spec, inputs } };
}

/** Uploads any bytes in the place of a manifest. @returns the digest a spec names it by */
export async function uploadManifest(market: Market, bytes: Uint8Array): Promise<Hex> {
  const { cid } = await uploadFile({ gateway: market.storage.url, bytes });
  return digestOf(cid);
}

export function post(market: Market, spec: SpecToPost, args: Partial<PostJobArgs> = {}) {
  return market.requester.postJob({ spec, price: ASY("50"), ...args });
}

export async function waitFor(
  market: Market,
  id: Hex,
  status: "claimed" | "submitted" | "finalized",
): Promise<ClaimedJob | SubmittedJob> {
  const args = { id, status, pollingInterval: 100, timeout: WAIT_MS };
  const job: Job = await market.requester.waitForJob(args).catch((error: Error) => {
    const complaints = market.nodes.flatMap((node) => node.lines.filter(({ level }) => Number(level) >= 40));
    throw new Error(`${error.message}; the nodes said:\n${complaints.map((line) => JSON.stringify(line)).join("\n")}`);
  });
  return job as ClaimedJob | SubmittedJob;
}

/** How a node's process ended; an error with its last lines when it does not end. */
export async function endOf(node: TestNode): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`still running:\n${node.process.tail.slice(-10).join("\n")}`)), WAIT_MS);
  });
  return Promise.race([node.process.exited, late]).finally(() => clearTimeout(timer));
}

/** Waits for the result, lets the window pass and waits for the payment. */
export async function waitForPayment(market: Market, id: Hex): Promise<SubmittedJob> {
  const submitted = (await waitFor(market, id, "submitted")) as SubmittedJob;
  await market.pass(finalizableAt(submitted) - submitted.submittedAt);
  return (await waitFor(market, id, "finalized")) as SubmittedJob;
}

/** How often an event of the job is on chain. */
export function countOf(job: Job, eventName: JobEventName): number {
  return job.timeline.filter((event) => event.eventName === eventName).length;
}

/** What the engine itself makes of the job, in this process and on the other back end. */
export async function independentResult(
  { manifest, dataset }: PreparedInputs,
  job: { id: Hex; nonce: Hex },
  given?: readonly IntTensor[],
) {
  const { compiled, initial } = await assembleJob(manifest, { dataset, ...(given ? { initial: given } : {}) });
  const result = await runProgram({
    compiled,
    backend: await loadNodeBackend("cpu"),
    dataset,
    nonce: job.nonce,
    start: { step: 0, state: initial, boundaries: [] },
  });
  return { ...result, commitment: commitment(job.id, job.nonce, result.runRoot, result.finalState) };
}
