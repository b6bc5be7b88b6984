// Prints what each step of a job costs: receipt.gasUsed of whole transactions, production build, behind the real proxies.
//
//   npm run -s bench:gas -- --json     one JSON object on one line
//   npm run bench:gas                  a table
//
// Steady state: lanes and accounts have been used before, so no transaction writes a slot for the first time. Each step
// is its own transaction. The job's final state has three tensors.
import { parseArgs } from "node:util";
import { productionHardhat } from "../lib/production.ts";

const { values } = parseArgs({ options: { json: { type: "boolean", default: false } } });
await productionHardhat();
const { measureGas } = await import("./measure.ts");
const gas = await measureGas();
if (values.json) console.log(JSON.stringify(gas));
else for (const [step, used] of Object.entries(gas)) console.log(`${String(used).padStart(9)}  ${step}`);
