// Compares the index with the chain, entity by entity.
//
//   npm run subgraph:verify -- [--url URL] [--rpc-url URL] [--deployment FILE] [--json]
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { createPublicClient, defineChain, http } from "viem";
import { parseAnyDeployment } from "../../sdk/src/index.ts";
import { indexedBlock } from "./query.ts";
import { verifyIndex } from "./verify.ts";

const HELP = `Derives every entity of the subgraph from contract reads and raw logs, and compares.

Usage: npm run subgraph:verify -- [options]

  --url URL          the subgraph's GraphQL endpoint (default: SUBGRAPH_URL, else http://127.0.0.1:8000)
  --rpc-url URL      the chain (default: ASSAY_RPC_URL, else http://127.0.0.1:8545)
  --deployment FILE  addresses of the protocol or of a satellite (default: deployments/31337.json)
  --json             for machines

Exit codes: 0 equal, 1 mismatches or your input.`;

const { values } = parseArgs({
  options: {
    url: { type: "string", default: process.env.SUBGRAPH_URL ?? "http://127.0.0.1:8000" },
    "rpc-url": { type: "string", default: process.env.ASSAY_RPC_URL ?? "http://127.0.0.1:8545" },
    deployment: { type: "string", default: "deployments/31337.json" },
    json: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
if (values.help) console.log(HELP);
else process.exitCode = await main();

async function main(): Promise<number> {
  const deployment = parseAnyDeployment(JSON.parse(readFileSync(values.deployment, "utf8")));
  const chain = defineChain({
    id: deployment.chainId,
    name: deployment.name ?? String(deployment.chainId),
    nativeCurrency: { name: "Ether", symbol: "ETH", decimals: 18 },
    rpcUrls: { default: { http: [values["rpc-url"]] } },
  });
  const publicClient = createPublicClient({ chain, transport: http(values["rpc-url"]) });
  const head = await indexedBlock(values.url);
  if (head === undefined) {
    console.error(`the index at ${values.url} does not answer: start it (npm run indexer -- up) or give --url`);
    return 1;
  }
  const { block, entities, kinds, mismatches } = await verifyIndex({
    url: values.url,
    publicClient,
    deployment,
    block: BigInt(head.number),
  });
  if (values.json) console.log(JSON.stringify({ block: Number(block), entities, kinds, mismatches }));
  else {
    for (const { entity, field, index, chain: wanted } of mismatches) {
      console.log(`${entity}.${field}: index ${index}, chain ${wanted}`);
    }
    console.log(`block ${block}: ${entities} entities compared, ${mismatches.length} mismatches`);
  }
  return mismatches.length === 0 ? 0 : 1;
}
