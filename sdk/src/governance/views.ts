import type { Abi, AbiFunction, AbiParameter, Address } from "viem";
import type { AssayContext } from "../context.ts";
import { mapBatched, read } from "../internal/read.ts";
import { named } from "./calls.ts";
import { contractAbis, type KnownContract } from "./contractAbis.ts";

/** One view to be read before and after. */
export interface WatchedView {
  contract: KnownContract;
  item: AbiFunction;
  args: readonly unknown[];
}

/** Typed values that name something: the first arguments of a call, or the indexed ones of an event. */
export interface Subject {
  contract: KnownContract;
  inputs: readonly AbiParameter[];
  values: readonly unknown[];
}

/** Arguments of the views that are tried for a subject. */
const MOST_KEYS = 3;

/** Every view without arguments of the deployment's contracts: their parameters and totals. */
export function plainViews({ deployment }: AssayContext): WatchedView[] {
  return (Object.keys(contractAbis) as KnownContract[])
    .filter((contract) => deployment.contracts[contract])
    .flatMap((contract) => viewsOf(contract, 0).map((item) => ({ contract, item, args: [] })));
}

/**
 * Views with arguments that are about what a call or an event names: `tokenConfig(token)` for `TokenSet(token, ...)`. They are
 * found by types, so some are about something else; whoever compares before and after does not see those.
 */
export function viewsAbout(subjects: readonly Subject[]): WatchedView[] {
  const views = new Map<string, WatchedView>();
  for (const { contract, inputs, values } of subjects) {
    for (let count = 1; count <= Math.min(MOST_KEYS, values.length); count++) {
      for (const item of viewsOf(contract, count)) {
        if (!item.inputs.every(({ type }, index) => type === inputs[index]?.type)) continue;
        const view = { contract, item, args: values.slice(0, count) };
        views.set(labelOf(view), view);
      }
    }
  }
  return [...views.values()];
}

function viewsOf(contract: KnownContract, inputs: number): AbiFunction[] {
  return (contractAbis[contract] as Abi).filter(
    (item): item is AbiFunction =>
      item.type === "function" &&
      (item.stateMutability === "view" || item.stateMutability === "pure") &&
      item.inputs.length === inputs &&
      item.outputs.length > 0,
  );
}

function labelOf({ contract, item, args }: WatchedView): string {
  return `${contract}.${item.name}${args.length > 0 ? `(${args.map(String).join(", ")})` : ""}`;
}

/**
 * Reads views; structs and lists of outputs are spread into `config.minWindow`.
 * @returns values by label; views that revert, or that an implementation lacks, are left out
 */
export async function readViews(context: AssayContext, views: readonly WatchedView[]): Promise<Map<string, unknown>> {
  const values = new Map<string, unknown>();
  await mapBatched(views, async (view) => {
    const { contract, item, args } = view;
    const address = context.deployment.contracts[contract]?.address as Address;
    const result: unknown = await read(context, {
      abi: [item] as Abi,
      address,
      functionName: item.name,
      args: args as never,
    }).catch(() => undefined);
    if (result === undefined) return;
    const outputs = item.outputs.length > 1 ? named(item.outputs, result as readonly unknown[]) : result;
    spread(labelOf(view), outputs, values);
  });
  return values;
}

function spread(label: string, value: unknown, into: Map<string, unknown>): void {
  if (typeof value !== "object" || value === null) {
    into.set(label, value);
    return;
  }
  if (Array.isArray(value)) {
    for (const [index, part] of value.entries()) spread(`${label}[${index}]`, part, into);
    return;
  }
  for (const [name, part] of Object.entries(value)) spread(`${label}.${name}`, part, into);
}
