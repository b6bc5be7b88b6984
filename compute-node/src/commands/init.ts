import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { stdin, stdout } from "node:process";
import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import { facts, makeFolder, writeKeystore } from "@assay/daemon-kit";
import type { Hex } from "viem";
import { generatePrivateKey, privateKeyToAddress } from "viem/accounts";
import { LOCAL_CHAIN, loadNodeConfig, type NodeConfig, SECRET_VARIABLES } from "../config.ts";
import { nodeError } from "../errors.ts";
import { measureMachine, sentence } from "./benchmark.ts";
import { askSettings, type Given } from "./wizard.ts";

export interface InitArgs extends Given {
  file: string;
  nonInteractive: boolean;
  deployment: string | undefined;
  passwordFile: string | undefined;
  scryptN: number | undefined;
  /** Measure the machine, so that the first quotes are not guesses. */
  benchmark: boolean;
  env: NodeJS.ProcessEnv;
}

/**
 * Writes a commented configuration and an encrypted keystore beside it: a fresh key, or the one in
 * ASSAY_NODE_PRIVATE_KEY. In a terminal it asks for what no flag says. Overwrites nothing, and writes nothing that cannot be.
 * @throws CN-003, CN-004, DK-004, DK-013, DK-015
 */
export async function init(given: InitArgs): Promise<void> {
  const file = resolve(given.file);
  const folder = dirname(file);
  const keystore = join(folder, "keystore.json");
  for (const path of [file, keystore]) if (existsSync(path)) throw taken(path);
  const args = { ...given, ...(given.nonInteractive || !stdin.isTTY ? {} : await ask(given)) };
  const { rpcUrl: rpcUrls, chainId, owner, gateway: gateways, deployment } = args;
  loadNodeConfig({ file: undefined, flags: { rpcUrls, chainId, owner, gateways, deployment } });
  const password = await choosePassword(args);
  const privateKey = keyOf(args.env);
  makeFolder(folder);
  await writeKeystore({ path: keystore, privateKey, password, ...(args.scryptN ? { scryptN: args.scryptN } : {}) });
  writeFileSync(file, configText(args), { mode: 0o600, flag: "wx" });
  // What was written must be what `start` reads.
  const { config } = loadNodeConfig({ file });
  const operator = privateKeyToAddress(privateKey);
  stdout.write(
    [
      `configuration  ${file}`,
      `keystore       ${keystore}  (operator ${operator})`,
      ...(args.benchmark ? await measuredLines(config) : []),
      "",
      "Next:",
      `  1. send some of the chain's coin to ${operator}, for gas`,
      args.owner
        ? `  2. with the owner's key: assay-node stake add AMOUNT, assay-node stake operator ${operator}`
        : "  2. assay-node stake add AMOUNT   (this key is owner and operator; see docs/operator.md for two keys)",
      "  3. assay-node doctor, then assay-node start",
      "",
    ].join("\n"),
  );
}

async function ask(given: InitArgs): Promise<Given> {
  const lines = createInterface({ input: stdin, output: stdout });
  const answers = (question: string) =>
    new Promise<string>((done, end) => {
      const onClose = () => end(noAnswer());
      lines.once("close", onClose);
      lines.question(question, (answer) => {
        lines.off("close", onClose);
        done(answer.trim());
      });
    });
  try {
    return await askSettings(given, { ask: answers, say: (line) => void stdout.write(`${line}\n`) });
  } finally {
    lines.close();
  }
}

function noAnswer(): Error {
  return nodeError("CN-060", {
    found: "the end of the input, or Ctrl-C",
    wanted: "an answer to each question",
    hint: "run init again, or give the flags that `assay-node init --help` lists",
  });
}

/** A machine without an engine gets its configuration all the same: `doctor` says what is missing. */
async function measuredLines(config: NodeConfig): Promise<string[]> {
  stdout.write("measuring this machine with each engine ...\n");
  try {
    return (await measureMachine(config)).map((found) => `engine         ${sentence(found)}`);
  } catch (error) {
    const { code, message, hint } = facts(error);
    return [`engine         not measured: ${code} ${message}. ${hint ?? ""}`.trimEnd()];
  }
}

function keyOf(env: NodeJS.ProcessEnv): Hex {
  const given = env[SECRET_VARIABLES.privateKey];
  if (!given) return generatePrivateKey();
  const hex = given.trim().replace(/^(0x)?/, "0x");
  if (/^0x[0-9a-fA-F]{64}$/.test(hex)) return hex as Hex;
  throw nodeError("CN-060", {
    found: `${given.trim().length} characters in ${SECRET_VARIABLES.privateKey}`,
    wanted: "64 hex digits, 0x in front or not",
    hint: "correct the variable, or unset it: init then makes a fresh key",
  });
}

async function choosePassword({ passwordFile, env, nonInteractive }: InitArgs): Promise<string> {
  const fromEnv = env[SECRET_VARIABLES.password];
  const given = fromEnv ?? (passwordFile ? readPassword(passwordFile) : undefined);
  if (given) return given;
  if (given === "" || nonInteractive || !stdin.isTTY) {
    throw nodeError("CN-004", {
      found: given === "" ? "an empty password" : "neither a password file nor a terminal to ask at",
      wanted: "a password for the new keystore",
      hint: `give --password-file FILE, or set ${SECRET_VARIABLES.password}`,
    });
  }
  const first = await askHidden("Password for the keystore: ");
  const second = await askHidden("Once more: ");
  if (first !== "" && first === second) return first;
  throw nodeError("CN-004", {
    found: first === "" ? "an empty password" : "two different passwords",
    wanted: "the same password twice",
    hint: "run init again",
  });
}

function readPassword(path: string): string {
  try {
    return readFileSync(path, "utf8").replace(/\r?\n$/, "");
  } catch (cause) {
    throw nodeError("CN-004", {
      found: cause instanceof Error ? cause.message : String(cause),
      wanted: "a readable password file",
      hint: "correct --password-file",
      cause,
    });
  }
}

function askHidden(question: string): Promise<string> {
  stdout.write(question);
  const mute = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: stdin, output: mute, terminal: true });
  return new Promise((done) => {
    lines.question("", (answer) => {
      lines.close();
      stdout.write("\n");
      done(answer);
    });
  });
}

function taken(path: string): Error {
  return nodeError("CN-003", {
    found: path,
    wanted: "no such file: init overwrites nothing",
    hint: "choose another --config, or move the old files away first; a keystore holds a key",
  });
}

function configText(args: InitArgs): string {
  const q = (text: string) => JSON.stringify(text);
  const list = (text: string) =>
    `[${text
      .split(",")
      .map((each) => q(each.trim()))
      .join(", ")}]`;
  const chainId = args.chainId ?? LOCAL_CHAIN;
  return `# Assay compute node. docs/operator.md explains every setting. Order: flag, ASSAY_NODE_... variable, this file, default.
version: 1

# The chain. Several URLs: the quickest of those that answer and are not behind is asked.
rpcUrls: ${list(args.rpcUrl ?? "http://127.0.0.1:8545")}
chainId: ${chainId}
# Addresses of the protocol; deployments/<chainId>.json of the repository when left out.
${args.deployment ? `deployment: ${q(resolve(args.deployment))}` : "# deployment: deployments/1.json"}

# Whose stake and earnings. Left out: the operator key below is the owner too.
${args.owner ? `owner: ${q(args.owner)}` : '# owner: "0x..."'}
# The hot key that claims and submits. It can never move stake.
keystore: keystore.json
${args.passwordFile ? `passwordFile: ${q(resolve(args.passwordFile))}` : `# passwordFile: password.txt   (or ${SECRET_VARIABLES.password} in the environment)`}

# Where inputs are fetched, and outputs are uploaded: to the first that takes them.
gateways: ${list(args.gateway ?? "http://127.0.0.1:8080")}
# Journal, guard, checkpoints and cache. All but guard.sqlite may be deleted while the node is stopped.
dataDir: data

# What jobs must pay, in whole tokens: per job, and per 10^9 multiply-adds. A token that is not here is not taken.
prices:
  ASY: { minPrice: "0", minPerGmac: "0" }

# engine: auto             # tfjs-node-gpu, webgpu, tfjs-node, wasm, cpu; auto: the fastest here that is exact
# maxParallelJobs: 1
# memoryMb: 2048           # of all runs together
# maxJobBytes: 10737418240 # of one job's inputs
# slowness: 1              # seconds this machine takes for a second of the reference machine
# collect: false           # move earnings to the in-market balance after each job
# httpPort: 9464           # /metrics /healthz /readyz /status on 127.0.0.1
# logLevel: info
`;
}
