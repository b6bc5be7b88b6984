import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Address, type Hex, keccak256, parseGwei, parseUnits, zeroHash } from "viem";
import { deployLocally, type LocalChain, startChain } from "../../scripts/lib/devnet.ts";
import { jsonLine, type LocalProcess } from "../../scripts/lib/processes.ts";
import { addSatellite, launchRelay, type TwoChains } from "../../scripts/lib/two-chains.ts";
import {
  type AssayClient,
  assayTokenAbi,
  axelarGatewayAbi,
  type ClaimedJob,
  createAssayClient,
  createRemoteClient,
  localRelayFees,
  type RemoteClient,
  type Side,
  type SubmittedJob,
  satelliteTokenAbi,
} from "../../sdk/src/index.ts";

export const ASY = (amount: string) => parseUnits(amount, 18);
/** What the relay of these tests asks for a unit of gas. */
const FEE_PER_GAS_GWEI = 1;
const WAIT_MS = 60_000;
/** For the start of a relay: only a machine under heavy load uses it up. */
const START_MS = 600_000;
const LOOK_MS = 50;
const FINAL = keccak256("0x07");

/** Claims a job at home and commits a result, which nobody challenges. */
export async function runAtHome(provider: AssayClient, id: Hex): Promise<SubmittedJob> {
  const { terms } = await provider.getJob({ id });
  await provider.claimJob({ terms });
  const claimed = (await provider.getJob({ id })) as ClaimedJob;
  await provider.submitResult({ ...claimed, runRoot: zeroHash, finalState: FINAL, outputDigest: FINAL });
  return (await provider.getJob({ id })) as SubmittedJob;
}

/** Two linked chains as real processes, and a relay between them that can be killed and started again. */
export interface Pair extends TwoChains {
  dir: string;
  /** Both chains, signed for by one test account. */
  remote(account: number): RemoteClient;
  /** The protocol at home, signed for by one test account. */
  client(account: number): AssayClient;
  relay(): LocalProcess;
  /** Where the relay reaches the chains, if not directly. */
  readonly relayUrls: { home?: string; satellite?: string };
  /** Every line that the relays have logged. */
  readonly lines: Record<string, unknown>[];
  /** @param more settings, by the names of the environment */
  startRelay(more?: Readonly<Record<string, string>>): Promise<void>;
  killRelay(): Promise<void>;
  give(to: Address, amount: bigint): Promise<void>;
  balance(side: Side, account: Address): Promise<bigint>;
  /** Both clocks run ahead. */
  pass(seconds: number): Promise<void>;
  /** Waits until something is so; `patience` times as long as usual, looking as much less often. */
  until(what: string, isSo: () => Promise<boolean>, patience?: number): Promise<void>;
  /** How many messages each gateway has approved and executed. */
  counts(): Promise<Record<Side, { approved: number; executed: number }>>;
  close(): Promise<void>;
}

/** @param env further settings of the relay */
export async function openPair(env: Readonly<Record<string, string>> = {}): Promise<Pair> {
  const dir = await mkdtemp(join(tmpdir(), "assay-pair-"));
  const home = await startChain();
  const homePath = join(dir, "home.json");
  await deployLocally(home, homePath);
  const chains = await addSatellite(home, { homePath, satellitePath: join(dir, "satellite.json") });
  const { satellite, homeDeployment, satelliteDeployment } = chains;
  const lines: Record<string, unknown>[] = [];
  let relay: LocalProcess | undefined;
  const urls: Pair["relayUrls"] = {};
  const fees = localRelayFees(parseGwei(String(FEE_PER_GAS_GWEI)));
  const sides = { home, satellite } as const;
  const on = (chain: LocalChain, account: number) => ({
    publicClient: chain.publicClient,
    walletClient: chain.wallet(account),
  });
  const tokens = {
    home: homeDeployment.contracts.AssayToken.address,
    satellite: satelliteDeployment.contracts.SatelliteToken.address,
  };
  const pair: Pair = {
    ...chains,
    dir,
    lines,
    remote: (account) =>
      createRemoteClient({
        home: { ...on(home, account), deployment: homeDeployment },
        satellite: { ...on(satellite, account), deployment: satelliteDeployment },
        fees,
      }),
    client: (account) => createAssayClient({ ...on(home, account), deployment: homeDeployment }),
    relay: () => relay!,
    relayUrls: urls,
    startRelay: async (more = {}) => {
      relay = launchRelay(chains, {
        dataDir: join(dir, "relay"),
        env: {
          ASSAY_KEEPER_SATELLITE__FEE_PER_GAS_GWEI: String(FEE_PER_GAS_GWEI),
          ...(urls.home ? { ASSAY_KEEPER_RPC_URLS: urls.home } : {}),
          ...(urls.satellite ? { ASSAY_KEEPER_SATELLITE__RPC_URLS: urls.satellite } : {}),
          ...env,
          ...more,
        },
        onLine: (line) => {
          const json = jsonLine(line);
          if (json) lines.push(json);
        },
      });
      const isStarted = (line: string) => (jsonLine(line)?.msg === "keeper started" ? true : undefined);
      await relay.waitForLine(isStarted, START_MS);
    },
    killRelay: async () => {
      relay?.kill("SIGKILL");
      await relay?.exited;
    },
    give: async (to, amount) => {
      const call = { address: tokens.home, abi: assayTokenAbi, functionName: "transfer", args: [to, amount] } as const;
      const hash = await home.wallet(0).writeContract(call);
      await home.publicClient.waitForTransactionReceipt({ hash });
    },
    balance: (side, account) =>
      sides[side].publicClient.readContract({
        address: tokens[side],
        abi: satelliteTokenAbi,
        functionName: "balanceOf",
        args: [account],
      }),
    pass: async (seconds) => {
      for (const { testClient } of [home, satellite]) {
        await testClient.increaseTime({ seconds });
        await testClient.mine({ blocks: 1 });
      }
    },
    until: async (what, isSo, patience = 1) => {
      const end = Date.now() + patience * WAIT_MS;
      while (!(await isSo())) {
        if (Date.now() > end) {
          const tail = (relay?.tail ?? []).slice(-20).join("\n");
          throw new Error(`waited ${patience * WAIT_MS} ms until ${what}; the relay said:\n${tail}`);
        }
        await new Promise((resolve) => setTimeout(resolve, patience * LOOK_MS));
      }
    },
    counts: async () => {
      const of = async (side: Side) => {
        const { axelar } = side === "home" ? homeDeployment : satelliteDeployment;
        const filter = { address: axelar!.gateway, abi: axelarGatewayAbi, fromBlock: 0n } as const;
        const { publicClient } = sides[side];
        const [approved, executed] = await Promise.all([
          publicClient.getContractEvents({ ...filter, eventName: "MessageApproved" }),
          publicClient.getContractEvents({ ...filter, eventName: "MessageExecuted" }),
        ]);
        return { approved: approved.length, executed: executed.length };
      };
      return { home: await of("home"), satellite: await of("satellite") };
    },
    close: async () => {
      await relay?.stop();
      await Promise.all([home.process.stop(), satellite.process.stop()]);
      await rm(dir, { recursive: true, force: true });
    },
  };
  return pair;
}
