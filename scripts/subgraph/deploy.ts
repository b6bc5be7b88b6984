// `npm run subgraph:deploy`: builds the subgraph for a deployment and publishes it to a graph-node or to Studio.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { buildSubgraph, placesOf } from "../../indexer/src/build.ts";
import { parseAnyDeployment } from "../../sdk/src/index.ts";
import { collectBuild, publish } from "./publish.ts";

const SOURCE = fileURLToPath(new URL("../../subgraph", import.meta.url));
const BUILDS = fileURLToPath(new URL("../../.devnet/subgraph", import.meta.url));
const STUDIO = { node: "https://api.studio.thegraph.com/deploy/", ipfs: "https://api.thegraph.com/ipfs/" };
const KEY = "GRAPH_DEPLOY_KEY";
/** The names by which graph-node and The Graph call chains. */
const NETWORKS = fileURLToPath(new URL("../../subgraph/networks.json", import.meta.url));

const HELP = `Builds the subgraph for a deployment and publishes it.

Usage: npm run subgraph:deploy -- --deployment FILE [options]

  --deployment FILE  addresses and start blocks, as the deployment wrote them; the protocol's or a satellite's
  --node URL         admin endpoint of your graph-node (default: http://127.0.0.1:8020)
  --ipfs URL         API of your IPFS node (default: http://127.0.0.1:5001)
  --studio           publish to Subgraph Studio; the deploy key is read from ${KEY}, and from nowhere else
  --name NAME        the subgraph's name (default: assay)
  --label VERSION    version label; Studio wants one
  --network NAME     how the node calls the chain (default: as subgraph/networks.json does)
  --builds FOLDER    where finished builds are kept (default: .devnet/subgraph)
  --dry-run          show what would be sent, send nothing
  --json             for machines
`;

const { values } = parseArgs({
  options: {
    deployment: { type: "string" },
    node: { type: "string" },
    ipfs: { type: "string" },
    studio: { type: "boolean", default: false },
    name: { type: "string", default: "assay" },
    label: { type: "string" },
    network: { type: "string" },
    builds: { type: "string", default: BUILDS },
    "dry-run": { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

if (values.help) process.stdout.write(HELP);
else {
  try {
    await main();
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  }
}

async function main(): Promise<void> {
  const target = targetOf();
  if (!values.deployment) throw new Error("found no --deployment, wanted the file of the deployment to index");
  const deployment = parseAnyDeployment(JSON.parse(readFileSync(values.deployment, "utf8")));
  const network = values.network ?? networkOf(deployment.chainId);
  if (!network) throw new Error(`found no network name for chain ${deployment.chainId}, wanted one: give --network`);
  const manifestPath = await buildSubgraph({
    source: SOURCE,
    builds: values.builds,
    network,
    places: placesOf(deployment),
  });
  const build = collectBuild(manifestPath);
  const { key, ...shown } = target;
  const plan = {
    ...shown,
    network,
    key: key === undefined ? "none" : `from ${KEY}`,
    files: build.files.map(({ path, bytes }) => ({ path, bytes: bytes.length })),
    sources: sourcesOf(build.manifest),
  };
  if (values["dry-run"]) return show({ dryRun: true, ...plan });
  const { hash, reply } = await publish({ ...target, ...build });
  show({ dryRun: false, ...plan, hash, reply });
}

function networkOf(chainId: number): string | undefined {
  const networks = JSON.parse(readFileSync(NETWORKS, "utf8")) as Record<string, { chainId: number }>;
  return Object.keys(networks).find((name) => networks[name]?.chainId === chainId);
}

/** @throws Error when Studio lacks its key or its label */
function targetOf() {
  const { studio, name, label: version } = values;
  const key = studio ? process.env[KEY] : undefined;
  if (studio && !values["dry-run"] && !key) {
    throw new Error(`found no ${KEY} in the environment, wanted the deploy key that Studio shows for the subgraph`);
  }
  if (studio && !version)
    throw new Error("found no --label, wanted a version label: Studio keeps versions apart by it");
  const own = { node: "http://127.0.0.1:8020", ipfs: "http://127.0.0.1:5001" };
  const { node, ipfs } = studio ? STUDIO : own;
  return { name, version, node: values.node ?? node, ipfs: values.ipfs ?? ipfs, key };
}

function sourcesOf(manifest: Record<string, unknown>) {
  interface Source {
    name: string;
    source: { address: string; startBlock: number };
  }
  return (manifest.dataSources as Source[]).map(({ name, source }) => ({ name, ...source }));
}

function show(report: object): void {
  if (values.json) {
    console.log(JSON.stringify(report));
    return;
  }
  for (const [name, value] of Object.entries(report)) {
    if (Array.isArray(value)) {
      console.log(`${name}:`);
      for (const item of value) console.log(`  ${Object.values(item).slice(0, 3).join("  ")}`);
    } else if (value !== undefined)
      console.log(`${name}: ${typeof value === "object" ? JSON.stringify(value) : value}`);
  }
}
