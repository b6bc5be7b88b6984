import { join } from "node:path";
import { parseArgs } from "node:util";
import { REPOSITORY } from "../deploy/artifacts.ts";

export interface DevnetOptions {
  chains: 1 | 2;
  /** Of the home chain; the satellite takes the next one. */
  port: number;
  /** Where deployment files and the relay's data are kept. */
  dir: string;
  relay: boolean;
  json: boolean;
  help: boolean;
}

export const HELP = `npm run devnet -- [options]

Starts a local network and keeps it up until Ctrl-C (or SIGTERM): a chain with the protocol on it; with --chains 2 a second
one, Axelar's own gateway and gas service on both, bridge, hub and portal linked, and a relay with three signers, two of whom
must sign.

  --chains N   1 (default) or 2
  --port P     of the home chain, 8545 by default; the second chain takes the next one. 0: free ports
  --dir DIR    where deployment files and data are written (default: .devnet)
  --no-relay   with two chains: start no relay; DIR/relay.env has its settings
  --json       print one JSON object, for machines, when all is up
  --help       this text
`;

const MAX_PORT = 65_534;

/** Reads the command line. @throws Error with a sentence for the user when it is wrong */
export function parseOptions(args: readonly string[]): DevnetOptions {
  const { values } = parseArgs({
    args: [...args],
    allowNegative: true,
    options: {
      chains: { type: "string", default: "1" },
      port: { type: "string", default: "8545" },
      dir: { type: "string", default: join(REPOSITORY, ".devnet") },
      relay: { type: "boolean", default: true },
      json: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  const { chains, port, dir, relay, json, help } = values;
  if (chains !== "1" && chains !== "2") throw new Error(`found --chains ${chains}, wanted 1 or 2`);
  if (!/^\d+$/.test(port) || Number(port) > MAX_PORT) {
    throw new Error(`found --port ${port}, wanted a port from 0 to ${MAX_PORT}`);
  }
  return { chains: chains === "1" ? 1 : 2, port: Number(port), dir, relay, json, help };
}
