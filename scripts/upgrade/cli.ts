import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { type Hex, isHex } from "viem";
import { createAssayClient, parseDeployment } from "../../sdk/src/index.ts";
import { connect } from "../deploy/connect.ts";
import { DeployError } from "../deploy/error.ts";
import { deploymentPath, readDeployment } from "../deploy/record.ts";
import { productionHardhat } from "../lib/production.ts";
import { UPGRADEABLE, type UpgradeableName } from "../lib/upgradeable.ts";
import { prepareUpgrade, requireSafe, upgradeableName } from "./prepare.ts";
import { thisBuild } from "./safety.ts";

const HELP = `Upgrades a contract of a protocol that is governed.

Usage: npm run upgrade -- validate [NAME...]
       npm run upgrade -- prepare NAME [options]
       npm run upgrade -- propose NAME [options]

validate checks this build's contracts by OpenZeppelin's rules and against the storage snapshots. prepare checks one, puts its
code on the chain, where it does nothing yet, and writes the proposal for assay gov simulate and assay gov propose. propose does
the same and puts it to the vote.

  --init DATA         calldata of the new code's reinitialiser, run in the transaction that installs it
  --out FILE          where prepare writes the proposal (default: NAME.proposal.json)
  --chain-id ID       the chain (default: 31337)
  --deployment FILE   addresses of the protocol (default: deployments/<chainId>.json)
  --rpc-url URL       the node (default: ASSAY_RPC_URL, else http://127.0.0.1:8545)

The sender's key comes from ASSAY_DEPLOYER_KEY. Exit codes: 0 done, 1 your input or the chain's state, 75 try again.`;

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        init: { type: "string", default: "0x" },
        out: { type: "string" },
        "chain-id": { type: "string", default: "31337" },
        deployment: { type: "string" },
        "rpc-url": { type: "string", default: process.env.ASSAY_RPC_URL ?? "http://127.0.0.1:8545" },
        help: { type: "boolean", default: false },
      },
    });
  } catch (cause) {
    throw unknown(cause instanceof Error ? cause.message : String(cause));
  }
}

function unknown(why: string): DeployError {
  return new DeployError("DEPLOY-002", why, "See npm run upgrade -- --help");
}

async function main(): Promise<void> {
  const { values, positionals } = readArguments();
  const [command, ...names] = positionals;
  if (values.help) {
    console.log(HELP);
    return;
  }
  if (command === "validate") {
    const chosen = names.length > 0 ? names.map(upgradeableName) : (Object.keys(UPGRADEABLE) as UpgradeableName[]);
    await productionHardhat();
    requireSafe(thisBuild(chosen));
    for (const name of chosen) console.log(`safe  ${name}`);
    return;
  }
  const [name] = names;
  if ((command !== "prepare" && command !== "propose") || name === undefined || names.length > 1) {
    throw unknown(`found ${positionals.join(" ") || "no command"}`);
  }
  if (!isHex(values.init)) throw unknown("--init is not hexadecimal");
  await upgrade(command, upgradeableName(name), { ...values, init: values.init });
}

interface Values {
  init: Hex;
  out?: string | undefined;
  "chain-id": string;
  deployment?: string | undefined;
  "rpc-url": string;
}

async function upgrade(command: "prepare" | "propose", name: UpgradeableName, values: Values): Promise<void> {
  const chainId = Number(values["chain-id"]);
  const path = values.deployment ?? deploymentPath(chainId);
  const deployment = readDeployment(path);
  if (!deployment) throw new DeployError("DEPLOY-052", `${path} records no deployment`, "Name it with --deployment");
  const clients = await connect({ chainId, name: `chain ${chainId}`, rpcUrl: values["rpc-url"] });
  await productionHardhat();
  const { implementation, content, id } = await prepareUpgrade({ ...clients, deployment, name, data: values.init });
  console.log(`${name} stands at ${implementation.address}`);
  if (command === "prepare") {
    const out = values.out ?? `${name}.proposal.json`;
    const [call] = content.calls;
    const file = { description: content.description, calls: [{ target: call!.target, data: call!.data }] };
    writeFileSync(out, `${JSON.stringify(file, null, 2)}\n`);
    console.log(`proposal ${id} is in ${out}: assay gov simulate ${out}, then assay gov propose ${out}`);
    return;
  }
  const client = createAssayClient({ ...clients, deployment: parseDeployment(deployment) });
  const { hash } = await client.propose(content);
  console.log(`proposal ${id} was made in transaction ${hash}: assay gov simulate ${id}`);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  const kind = error instanceof Error && "kind" in error ? error.kind : undefined;
  const code = error instanceof DeployError ? error.code : undefined;
  process.exitCode = kind === "retryable" || code === "DEPLOY-030" || code === "DEPLOY-032" ? 75 : 1;
});
