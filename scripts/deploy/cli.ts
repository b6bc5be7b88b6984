import { parseArgs } from "node:util";
import { formatEther, formatGwei } from "viem";
import { productionHardhat } from "../lib/production.ts";
import { configPath, type DeployConfig, loadConfig } from "./config.ts";
import { connect } from "./connect.ts";
import { deployEnd, missingOfEnd } from "./crosschain-run.ts";
import { deploy, missingSteps } from "./deploy.ts";
import { DeployError } from "./error.ts";
import { handover, missingHandover } from "./handover.ts";
import { type End, loadPair, type PairConfig, pairFor } from "./pair-config.ts";
import { deploymentPath } from "./record.ts";
import { rehearse } from "./rehearse.ts";
import type { Sent, Step } from "./types.ts";

const HELP = `Deploys the Assay protocol, or what is missing of it. Safe to run again at any time.

Usage: npm run deploy -- [handover | crosschain] [options]

handover gives a protocol that stands to its governance: deploys timelock, governor, treasury and council, then makes the
timelock the only administrator. The configuration's section governance says how.

crosschain deploys one end of a pair of chains: at home beside a protocol that still is its deployer's, or a satellite. Run it
once for each end, with the same key. --pair names the file of the pair (docs/crosschain.md), --network or --config the
protocol at home.

  --network NAME   configuration scripts/deploy/config/NAME.json (default: local)
  --config FILE    another configuration file
  --rpc-url URL    the node (default: ASSAY_RPC_URL, else http://127.0.0.1:8545)
  --out FILE       where to write the result (default: deployments/<chainId>.json)
  --pair FILE      of crosschain: the two chains
  --end NAME       of crosschain: home or satellite
  --dry-run        send nothing: print which steps are missing and what each costs
  --help           this text

The deployer's key comes from ASSAY_DEPLOYER_KEY (0x, 64 hex digits). On chain 31337 the node's first account is used
when it is not set. Exit codes: 0 done, 1 your input or the chain's state, 75 try again.`;

const RETRYABLE = ["DEPLOY-030", "DEPLOY-032"];

interface Options {
  command: "deploy" | "handover" | "crosschain";
  config: DeployConfig;
  /** of crosschain */
  ends: { end: End; pair: PairConfig } | undefined;
  rpcUrl: string;
  out: string | undefined;
  dryRun: boolean;
}

function readOptions(args: string[]): Options | "help" {
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse(args);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new DeployError("DEPLOY-002", why, "See npm run deploy -- --help", { cause });
  }
  const { values, positionals } = parsed;
  if (values.help) return "help";
  const [command = "deploy", ...rest] = positionals;
  if ((command !== "deploy" && command !== "handover" && command !== "crosschain") || rest.length > 0) {
    throw new DeployError("DEPLOY-002", `unknown command ${positionals.join(" ")}`, "See npm run deploy -- --help");
  }
  const rpcUrl = values["rpc-url"] ?? process.env.ASSAY_RPC_URL ?? "http://127.0.0.1:8545";
  if (!URL.canParse(rpcUrl)) {
    throw new DeployError("DEPLOY-002", "the node's URL is no URL", "Give it as http://host:port");
  }
  return {
    command,
    config: loadConfig(values.config ?? configPath(values.network)),
    ends: command === "crosschain" ? readEnds(values) : undefined,
    rpcUrl,
    out: values.out,
    dryRun: values["dry-run"],
  };
}

function readEnds({ pair, end }: { pair?: string | undefined; end?: string | undefined }): Options["ends"] {
  if (pair !== undefined && (end === "home" || end === "satellite")) return { end, pair: loadPair(pair) };
  throw new DeployError(
    "DEPLOY-002",
    `crosschain was given --pair ${pair ?? "nothing"} and --end ${end ?? "nothing"}`,
    "Name the pair's file, and home or satellite",
  );
}

function parse(args: string[]) {
  return parseArgs({
    args,
    allowPositionals: true,
    options: {
      network: { type: "string", default: "local" },
      config: { type: "string" },
      "rpc-url": { type: "string" },
      out: { type: "string" },
      pair: { type: "string" },
      end: { type: "string" },
      "dry-run": { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
}

async function dryRun(options: Options, clients: Awaited<ReturnType<typeof connect>>): Promise<void> {
  const deployer = clients.walletClient.account.address;
  const missing = new Set(await missingSteps({ publicClient: clients.publicClient, config: options.config, deployer }));
  const gasPrice = await clients.publicClient.getGasPrice();
  const costs = await rehearse(deployer, options.config);
  let total = 0n;
  for (const { step, gasUsed } of costs) {
    if (missing.has(step)) total += gasUsed;
    console.log(`${missing.has(step) ? "send" : "done"}  ${gasUsed.toString().padStart(9)} gas  ${step}`);
  }
  console.log(
    `${missing.size} transactions from ${deployer}, about ${total} gas, ${formatEther(total * gasPrice)} ETH at ` +
      `${formatGwei(gasPrice)} gwei. Nothing was sent.`,
  );
}

async function dryHandover({ config }: Options, clients: Awaited<ReturnType<typeof connect>>): Promise<void> {
  const deployer = clients.walletClient.account.address;
  const missing = await missingHandover({ publicClient: clients.publicClient, config, deployer });
  printMissing(missing, deployer);
}

async function crosschain(options: Options, { end, pair }: NonNullable<Options["ends"]>): Promise<void> {
  const { chainId, name } = pair[end];
  const clients = await connect({ chainId, name, rpcUrl: options.rpcUrl });
  await productionHardhat();
  const deployer = clients.walletClient.account.address;
  const ofEnd = pairFor(end, pair, options.config, deployer);
  const args = { ...clients, ...(options.out ? { path: options.out } : {}), end, pair: ofEnd, home: options.config };
  if (options.dryRun) return printMissing(await missingOfEnd(args), deployer);
  const { record, sent } = await deployEnd({ ...args, onStep: printStep });
  printResult(record, sent, options.out);
}

function printStep(step: Step, index: number, total: number, needed: boolean): void {
  console.log(`[${String(index + 1).padStart(2)}/${total}] ${needed ? "send" : "done"}  ${step.name}`);
}

function printMissing(missing: readonly string[], deployer: string): void {
  for (const step of missing) console.log(`send  ${step}`);
  console.log(`${missing.length} transactions from ${deployer}. Nothing was sent.`);
}

interface Written {
  chainId: number;
  contracts: Readonly<{ [name: string]: { address: string } }>;
}

function printResult(record: Written, sent: readonly Sent[], out?: string): void {
  const gas = sent.reduce((sum, { gasUsed }) => sum + gasUsed, 0n);
  console.log(`${sent.length} transactions, ${gas} gas; written to ${out ?? deploymentPath(record.chainId)}`);
  for (const [name, { address }] of Object.entries(record.contracts)) console.log(`  ${name.padEnd(20)} ${address}`);
}

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  if (options === "help") {
    console.log(HELP);
    return;
  }
  if (options.ends) return crosschain(options, options.ends);
  const clients = await connect({ ...options.config, rpcUrl: options.rpcUrl });
  await productionHardhat();
  if (options.dryRun) return options.command === "deploy" ? dryRun(options, clients) : dryHandover(options, clients);
  const run = options.command === "deploy" ? deploy : handover;
  const { deployment, sent } = await run({
    ...clients,
    config: options.config,
    path: options.out,
    onStep: printStep,
  });
  printResult(deployment, sent, options.out);
}

/** Unreachable nodes are worth another try; everything that we diagnosed ourselves needs a person. */
function exitCode(error: unknown): 1 | 75 {
  return error instanceof DeployError && !RETRYABLE.includes(error.code) ? 1 : 75;
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = exitCode(error);
});
