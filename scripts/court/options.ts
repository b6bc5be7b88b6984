import { parseArgs } from "node:util";

/** Where a run goes wrong; what is left open is drawn. */
export interface FaultPlace {
  step: number;
  op: number;
  tile: number;
  /** Index in the tile, 0..255. */
  element?: number;
}

export interface CourtOptions {
  /** `digits`, `digits-cnn`, `small`, or the path of a program file. */
  program: string;
  /** Run only so many steps; undefined: 1,024, or all if there are fewer. */
  steps: number | undefined;
  /** `none`: the provider is honest and accused falsely. */
  fault: FaultPlace | "random" | "none";
  seed: number;
  engine: "wasm" | "cpu";
  quick: boolean;
  json: boolean;
  help: boolean;
}

export const HELP = `npm run court -- [options]

A provider's run goes wrong in one place; a challenger takes it to court on a local chain, and the walk is drawn.

  --program NAME  digits (default), digits-cnn, small, or the path of a program file
  --fault WHERE   step:op:tile, step:op:tile:element, random (default), or none: an honest provider is accused
  --steps N       run only N steps (default: 1024, or the whole program if it has fewer)
  --seed N        draws faults, picks of a false accuser, and weights (default 1)
  --engine NAME   wasm (default) or cpu
  --quick         use the build of the tests: starts sooner, costs more gas
  --json          print the facts as JSON instead of the drawing
  --help          this text
`;

const DIGITS = /^\d+$/;

/** Reads the command line. Throws with a sentence for the user when it is wrong. */
export function parseOptions(args: readonly string[]): CourtOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      program: { type: "string", default: "digits" },
      fault: { type: "string", default: "random" },
      steps: { type: "string" },
      seed: { type: "string", default: "1" },
      engine: { type: "string", default: "wasm" },
      quick: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  const { program, quick, json, help, engine } = values;
  if (engine !== "wasm" && engine !== "cpu") throw new Error(`found --engine ${engine}, wanted wasm or cpu`);
  const steps = values.steps === undefined ? undefined : number("--steps", values.steps);
  if (steps === 0) throw new Error("found --steps 0, wanted 1 or more: a run without steps cannot go wrong");
  return {
    program,
    steps,
    fault: parseFault(values.fault),
    seed: number("--seed", values.seed),
    engine,
    quick,
    json,
    help,
  };
}

function number(option: string, text: string): number {
  if (!DIGITS.test(text)) throw new Error(`found ${option} ${text}, wanted a whole number from 0`);
  return Number(text);
}

/** `step:op:tile[:element]`, `random` or `none`. */
export function parseFault(text: string): CourtOptions["fault"] {
  if (text === "random" || text === "none") return text;
  const parts = text.split(":");
  if (parts.length < 3 || parts.length > 4 || !parts.every((part) => DIGITS.test(part))) {
    throw new Error(
      `found --fault ${text}, wanted step:op:tile or step:op:tile:element in whole numbers (e.g. 100:7:0), random, or none`,
    );
  }
  const [step = 0, op = 0, tile = 0, element] = parts.map(Number);
  if (element !== undefined && element > 255) {
    throw new Error(
      `found element ${element} in --fault ${text}, wanted 0..255: its index in the 16 x 16 tile, row by row`,
    );
  }
  return { step, op, tile, ...(element === undefined ? {} : { element }) };
}
