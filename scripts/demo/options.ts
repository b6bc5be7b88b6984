import { parseArgs } from "node:util";

export interface DemoOptions {
  /** Exit when done. */
  once: boolean;
  /** Leave everything running and print the addresses. */
  keep: boolean;
  /** Where to write the facts as JSON. */
  json: string | undefined;
  /** Where to keep the trained model as a tfjs LayersModel. */
  model: string | undefined;
  engine: "wasm" | "cpu";
  /** How many acts to play: 1 a paid job, 2 a dishonest provider too, 3 a user on another chain as well. */
  acts: number;
  help: boolean;
}

export const HELP = `npm start -- [options]

A real network is trained on real digits by a staked provider, which a contract pays. Then another provider cheats by one
weight, is taken to court, and loses its stake. At last a user on another chain buys a training with the ASY she holds there.

  --once         exit when done (the default); exit code 1 when anything did not match
  --keep         leave chain, storage and nodes running and print their addresses; Ctrl-C ends them
  --json FILE    write the same facts as JSON
  --model DIR    keep the trained model as model.json and weights.bin, for tf.loadLayersModel
  --acts N       1: only the paid job; 2: the dispute too; 3 (default): the user on another chain as well
  --engine NAME  wasm (default) or cpu
  --help         this text
`;

/** Reads the demo's command line. Throws with a sentence for the user when it is wrong. */
export function parseOptions(args: readonly string[]): DemoOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      once: { type: "boolean", default: false },
      keep: { type: "boolean", default: false },
      json: { type: "string" },
      model: { type: "string" },
      engine: { type: "string", default: "wasm" },
      acts: { type: "string", default: "3" },
      help: { type: "boolean", default: false },
    },
  });
  const { once, keep, json, model, engine, acts, help } = values;
  if (once && keep) throw new Error("found --once and --keep together, wanted one of them: --keep does not exit");
  if (engine !== "wasm" && engine !== "cpu") throw new Error(`found --engine ${engine}, wanted wasm or cpu`);
  if (!/^[123]$/.test(acts)) throw new Error(`found --acts ${acts}, wanted 1, 2 or 3`);
  return { once: once || !keep, keep, json, model, engine, acts: Number(acts), help };
}
