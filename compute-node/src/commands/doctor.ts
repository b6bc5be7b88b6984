import { statfsSync } from "node:fs";
import {
  checkRpc,
  createRpc,
  facts,
  findBwrap,
  isCodedError,
  makeDataFolder,
  maskUrl,
  openAccount,
  type SettingsArgs,
} from "@assay/daemon-kit";
import type { LocalAccount } from "viem";
import { formatEther } from "viem";
import { clockError } from "../clock.ts";
import { loadNodeConfig, type NodeConfig, readDeployment, SECRET_VARIABLES } from "../config.ts";
import { type ChainContext, openChain } from "../context.ts";
import { examineEngines } from "../engine.ts";
import { nodeError } from "../errors.ts";
import { type ChainFacts, Observer } from "../observe.ts";
import { checkStorage } from "./check-storage.ts";

export interface Check {
  /** Stable. */
  name: string;
  /** `note`: something that is not there and need not be. */
  status: "ok" | "note" | "warn" | "fail";
  /** The error's code, when there is one. */
  code?: string;
  /** What was found. */
  found: string;
  /** What to do, unless it is ok. */
  remedy?: string;
}

const OLD_BLOCK_SECONDS = 300;
const LEAST_DISK_BYTES = 5 * 2 ** 30;

/**
 * Looks at everything a node needs, one line each.
 * @returns the exit code: 0 when nothing fails, 75 when only what passes by itself does, else 1
 */
export async function doctor(args: SettingsArgs & { json: boolean }): Promise<number> {
  const { config } = loadNodeConfig(args);
  const checks = await examine(config, args.env);
  if (args.json) process.stdout.write(`${JSON.stringify({ ok: !checks.some(isFailure), checks })}\n`);
  else process.stdout.write(checks.map(line).join(""));
  const failures = checks.filter(isFailure);
  if (failures.length === 0) return 0;
  return failures.every(({ code }) => code === "DK-040" || code?.startsWith("ST-")) ? 75 : 1;
}

/** All checks, in the order in which a remedy of one may mend the next. */
export async function examine(config: NodeConfig, env: NodeJS.ProcessEnv): Promise<Check[]> {
  const checks: Check[] = [];
  const rpc = await attempt(checks, "rpc", () => checkChain(config));
  await attempt(checks, "deployment", () => checkDeployment(config, rpc !== undefined));
  const account = await attempt(checks, "key", () => checkKey(config, env, checks));
  if (rpc && account) await checkAccount(config, account, checks);
  for (const gateway of config.gateways) await attempt(checks, "storage", () => checkStorage(gateway));
  checks.push(checkSandbox(config));
  const disk = await attempt(checks, "disk", () => checkDisk(config));
  // The children that prove engines write their log there.
  if (disk) await checkEngines(config, checks);
  return checks;
}

type Finding<T> = { value: T; found: string; warn?: string };

/** Notes a check; a thrown error is a failure with its own remedy. */
async function attempt<T>(checks: Check[], name: string, check: () => Promise<Finding<T>>): Promise<T | undefined> {
  try {
    const { value, found, warn } = await check();
    checks.push({ name, status: warn ? "warn" : "ok", found, ...(warn ? { remedy: warn } : {}) });
    return value;
  } catch (error) {
    const { code, message, found, wanted, hint } = facts(error);
    const what = found ? `${message}: found ${found}, wanted ${wanted}` : message;
    checks.push({ name, status: "fail", code, found: what, remedy: hint ?? "see the message" });
    return undefined;
  }
}

async function checkChain({ rpcUrls, chainId }: NodeConfig): Promise<Finding<true>> {
  const rpc = createRpc({ urls: rpcUrls, retryCount: 0 });
  await checkRpc(rpc, rpcUrls, chainId);
  const head = await rpc.getBlock();
  const clock = clockError(Number(head.timestamp), Date.now(), chainId);
  if (clock) throw clock;
  const age = Math.max(0, Math.round(Date.now() / 1000) - Number(head.timestamp));
  const found = `chain ${chainId}, block ${head.number}, ${age} s old, at ${rpcUrls.map(maskUrl).join(", ")}`;
  const old = age > OLD_BLOCK_SECONDS && chainId !== 31337;
  return { value: true, found, ...(old ? { warn: "the endpoint lags behind the chain: use another one" } : {}) };
}

async function checkDeployment(config: NodeConfig, reachable: boolean): Promise<Finding<true>> {
  const { contracts } = readDeployment(config);
  const found = `${Object.keys(contracts).length} contracts in ${config.deployment}`;
  if (!reachable) return { value: true, found: `${found}; their code was not looked for` };
  const rpc = createRpc({ urls: config.rpcUrls });
  for (const [name, { address }] of Object.entries(contracts)) {
    if (!(await rpc.getCode({ address }))) {
      throw nodeError("CN-002", {
        found: `no code of ${name} at ${address}`,
        wanted: "the contracts that the file names",
        hint: "the deployment file is of another chain or of an older local one: deploy again, or correct `deployment`",
      });
    }
  }
  return { value: true, found };
}

async function checkKey(config: NodeConfig, env: NodeJS.ProcessEnv, checks: Check[]): Promise<Finding<LocalAccount>> {
  const account = await openAccount(config, env, SECRET_VARIABLES).catch(async (error: unknown) => {
    // Readable by others: worth a warning, not a refusal.
    if (!isCodedError(error) || error.code !== "DK-016") throw error;
    checks.push({ name: "key file", status: "warn", code: error.code, found: error.found, remedy: error.hint });
    const quiet = { warn: () => {} } as unknown as Parameters<typeof openAccount>[3];
    return openAccount(config, env, SECRET_VARIABLES, quiet);
  });
  return { value: account, found: `operator ${account.address}` };
}

async function checkAccount(config: NodeConfig, account: LocalAccount, checks: Check[]): Promise<void> {
  const chain = await attempt(checks, "contracts", async () => {
    const opened = await openChain(config, account);
    return { value: opened, found: `market ${opened.client.deployment.contracts.JobMarketplace.address}` };
  });
  if (!chain) return;
  const found = await attempt(checks, "account", async () => {
    const value = await new Observer(chain).look();
    return { value, found: `provider ${chain.provider}` };
  });
  if (found) checks.push(...judge(config, chain, found));
}

function judge(config: NodeConfig, { provider, account }: ChainContext, found: ChainFacts): Check[] {
  const operator: Check = found.authorised
    ? { name: "operator", status: "ok", found: `${account.address} may act for ${provider}` }
    : {
        name: "operator",
        status: "fail",
        code: "CN-041",
        found: `${account.address} is no operator of ${provider}`,
        remedy: `with the owner's key: assay-node stake operator ${account.address}`,
      };
  const amounts = `${formatEther(found.stake)} ASY, ${formatEther(found.freeStake)} free`;
  const stake: Check =
    found.freeStake > 0n
      ? { name: "stake", status: "ok", found: amounts }
      : {
          name: "stake",
          status: found.stake > 0n ? "warn" : "fail",
          code: "CN-040",
          found: amounts,
          remedy: found.stake > 0n ? "wait for running jobs, or assay-node stake add N" : "assay-node stake add N",
        };
  const enough = found.gasBalance >= config.minGasBalance;
  const gas: Check = {
    name: "gas",
    status: enough ? "ok" : "fail",
    ...(enough ? {} : { code: "CN-042", remedy: `send some of the chain's coin to ${account.address}` }),
    found: `${formatEther(found.gasBalance)} of the chain's coin, wanted ${formatEther(config.minGasBalance)}`,
  };
  return [operator, stake, gas];
}

function checkSandbox({ sandbox }: NodeConfig): Check {
  const bwrap = findBwrap();
  if ("version" in bwrap && sandbox !== "off") {
    return {
      name: "sandbox",
      status: "ok",
      found: `${bwrap.version}: runs have no network and no files but their own`,
    };
  }
  const reason = "version" in bwrap ? "switched off by the setting sandbox" : bwrap.reason;
  const remedy = "install bubblewrap and allow user namespaces (sandbox: auto uses it then)";
  if (sandbox === "required") return { name: "sandbox", status: "fail", code: "DK-066", found: reason, remedy };
  return { name: "sandbox", status: "warn", found: `${reason}: runs have limits only`, remedy };
}

/** One line for each engine; a rejected one is a failure only where no other can be used. */
async function checkEngines(config: NodeConfig, checks: Check[]): Promise<void> {
  const { proven, rejected } = await examineEngines(config);
  const [used] = proven;
  const missing = !used || (config.engine !== "auto" && used.engine !== config.engine);
  for (const { engine, adapter, digest, seconds } of proven) {
    const words = `${engine}${adapter ? ` (${adapter})` : ""} is exact: ${digest.slice(0, 10)}, ${seconds.toFixed(2)} s`;
    const use = engine === used?.engine && !missing ? "; used" : "";
    checks.push({ name: "engine", status: "ok", found: `${words}${use}` });
  }
  for (const { engine, code, reason, remedy } of rejected) {
    const needed = missing && (config.engine === "auto" || config.engine === engine);
    checks.push({ name: "engine", status: needed ? "fail" : "note", code, found: `${engine}: ${reason}`, remedy });
  }
}

async function checkDisk({ dataDir }: NodeConfig): Promise<Finding<true>> {
  makeDataFolder(dataDir);
  const { bavail, bsize } = statfsSync(dataDir);
  const free = bavail * bsize;
  const found = `${(free / 2 ** 30).toFixed(1)} GiB free in ${dataDir}`;
  return {
    value: true,
    found,
    ...(free < LEAST_DISK_BYTES ? { warn: "make room: inputs and checkpoints need it" } : {}),
  };
}

function isFailure({ status }: Check): boolean {
  return status === "fail";
}

function line({ name, status, code, found, remedy }: Check): string {
  const head = `${status.padEnd(4)}  ${name.padEnd(10)}  ${code ? `${code} ` : ""}${found}\n`;
  return remedy ? `${head}                  do: ${remedy}\n` : head;
}
