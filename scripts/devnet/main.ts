// `npm run devnet`: a local network that stays up.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { createShutdown } from "@assay/daemon-kit";
import { LOCAL_SIGNERS } from "../lib/axelar.ts";
import { deployLocally, type LocalChain, startChain } from "../lib/devnet.ts";
import { jsonLine, type LocalProcess } from "../lib/processes.ts";
import { runMain } from "../lib/run-main.ts";
import { addSatellite, launchRelay, type TwoChains, writeRelaySettings } from "../lib/two-chains.ts";
import { type DevnetOptions, HELP, parseOptions } from "./options.ts";

/** How many of the chain's accounts are shown. */
const SHOWN_ACCOUNTS = 5;

/** What a running network is made of. */
interface DevnetFacts {
  chains: { name: string; chainId: number; url: string; pid: number; deployment: string; contracts: unknown }[];
  accounts: { address: string; privateKey: string }[];
  relay?: { settings: string; signerKeys: readonly string[]; pid?: number; http?: string };
}

async function main(options: DevnetOptions): Promise<void> {
  const shutdown = createShutdown({
    onFailure: ({ name, error }) => console.error(`could not stop ${name}: ${String(error)}`),
  });
  const watch = (process: LocalProcess) => {
    shutdown.register(process.name, () => process.stop());
    // a part that dies takes the network with it
    void process.exited.then(({ code }) => {
      if (!shutdown.signal.aborted) void shutdown.stop(new Error(`${process.name} ended (code ${code})`));
    });
  };
  try {
    mkdirSync(options.dir, { recursive: true });
    const facts = await startNetwork(options, watch);
    if (!shutdown.signal.aborted) print(facts, options.json);
  } catch (error) {
    if (shutdown.signal.aborted) return;
    console.error(error instanceof Error ? error.message : String(error));
    await shutdown.stop(error);
  }
}

async function startNetwork(options: DevnetOptions, watch: (process: LocalProcess) => void): Promise<DevnetFacts> {
  const { dir, port } = options;
  const homePath = join(dir, "31337.json");
  const home = await startChain(port);
  watch(home.process);
  const deployment = await deployLocally(home, homePath);
  const accounts = Array.from({ length: SHOWN_ACCOUNTS }, (_, index) => ({
    address: home.wallet(index).account.address,
    privateKey: home.key(index),
  }));
  if (options.chains === 1) return { chains: [factsOf("home", home, homePath, deployment)], accounts };
  const satellitePath = join(dir, "31338.json");
  const next = port === 0 ? 0 : port + 1;
  const onChain = ({ process }: LocalChain) => watch(process);
  const chains = await addSatellite(home, { homePath, satellitePath, port: next, onChain });
  return {
    chains: [
      factsOf("home", home, homePath, chains.homeDeployment),
      factsOf("satellite", chains.satellite, satellitePath, chains.satelliteDeployment),
    ],
    accounts,
    relay: await relayOf(chains, options, watch),
  };
}

function factsOf(
  name: string,
  { url, process }: LocalChain,
  path: string,
  { chainId, contracts }: { chainId: number; contracts: Record<string, { address: string }> },
): DevnetFacts["chains"][number] {
  const addresses = Object.fromEntries(Object.entries(contracts).map(([key, { address }]) => [key, address]));
  return { name, chainId, url, pid: process.pid, deployment: path, contracts: addresses };
}

async function relayOf(
  chains: TwoChains,
  { dir, relay: wanted }: DevnetOptions,
  watch: (process: LocalProcess) => void,
): Promise<NonNullable<DevnetFacts["relay"]>> {
  const options = { dataDir: join(dir, "relay-data") };
  const facts = { settings: writeRelaySettings(dir, chains, options), signerKeys: LOCAL_SIGNERS };
  if (!wanted) return facts;
  const process = launchRelay(chains, options);
  watch(process);
  const http = await process.waitForLine((line) => {
    const said = jsonLine(line);
    return said?.msg === "keeper started" ? String(said.http) : undefined;
  });
  return { ...facts, pid: process.pid, http };
}

function print(facts: DevnetFacts, json: boolean): void {
  if (json) return void process.stdout.write(`${JSON.stringify(facts)}\n`);
  const lines = facts.chains.flatMap(({ name, chainId, url, deployment, contracts }) => [
    `\n${name}: chain ${chainId} at ${url}`,
    `  deployment file  ${deployment}`,
    ...Object.entries(contracts as Record<string, string>).map(([key, address]) => `  ${key.padEnd(22)} ${address}`),
  ]);
  lines.push("\naccounts (the same on every chain, 10,000 ETH each; the first deployed all and holds the ASY)");
  for (const { address, privateKey } of facts.accounts) lines.push(`  ${address}  ${privateKey}`);
  const { relay } = facts;
  if (relay) {
    lines.push(`\nrelay: ${relay.http ?? "not started"}; settings in ${relay.settings}`);
    for (const key of relay.signerKeys) lines.push(`  signer ${key}`);
  }
  process.stdout.write(`${lines.join("\n")}\n\nCtrl-C ends it.\n`);
}

await runMain({ help: HELP, parse: parseOptions }, main);
