// Prints what each step of a job costs: receipt.gasUsed of whole transactions, production build, behind the real proxies.
//
//   npm run -s bench:gas -- --json     one JSON object on one line
//   npm run bench:gas                  a table
//   npm run bench:gas -- --where       what the main steps' gas is spent on
//
// Steady state: lanes and accounts have been used before, so no transaction writes a slot for the first time. Each step
// is its own transaction. The job's final state has three tensors.
import { parseArgs } from "node:util";
import { productionHardhat } from "../lib/production.ts";
import type { GasParts } from "./where.ts";

const { values } = parseArgs({ options: { json: { type: "boolean" }, where: { type: "boolean" } } });
await productionHardhat();
const { measureGas } = await import("./measure.ts");
const { whereGasGoes } = await import("./where.ts");
const parts = new Map<string, GasParts>();
const gas = await measureGas(async (step, world, receipt) => {
  if (values.where) parts.set(step, await whereGasGoes(world, receipt));
});
if (values.where) console.table(Object.fromEntries(parts));
else if (values.json) console.log(JSON.stringify(gas));
else for (const [step, used] of Object.entries(gas)) console.log(`${String(used).padStart(9)}  ${step}`);
