import { createRpc } from "@assay/daemon-kit";
import type { z } from "zod";
import { configSchema, LOCAL_CHAIN } from "../config.ts";

/** What `init` writes; undefined: neither a flag nor a person has said it. */
export interface Given {
  rpcUrl: string | undefined;
  chainId: number | undefined;
  owner: string | undefined;
  gateway: string | undefined;
}

export interface Terminal {
  /** Puts a question; what is typed, without spaces around it. */
  ask(question: string): Promise<string>;
  say(line: string): void;
}

const PATIENCE_MS = 3000;

/**
 * Asks for what no flag has said. Enter alone takes the default; what no setting takes is told and asked again.
 * @param chainOf the chain that an endpoint serves, when it answers: offered as the default
 */
export async function askSettings(
  given: Given,
  terminal: Terminal,
  chainOf: (rpcUrl: string) => Promise<number | undefined> = chainAt,
): Promise<Given> {
  const { shape } = configSchema;
  const rpcUrl =
    given.rpcUrl ?? (await put(terminal, "RPC endpoint of the chain", "http://127.0.0.1:8545", shape.rpcUrls));
  const found = given.chainId === undefined ? await chainOf(rpcUrl) : undefined;
  const chainId = given.chainId ?? Number(await put(terminal, "Chain id", String(found ?? LOCAL_CHAIN), shape.chainId));
  const owner =
    given.owner ??
    (await put(terminal, "Owner of the stake, where that is another key than this node's", "", shape.owner));
  const gateway = given.gateway ?? (await put(terminal, "Storage gateway", "http://127.0.0.1:8080", shape.gateways));
  return { rpcUrl, chainId, owner: owner || undefined, gateway };
}

async function put({ ask, say }: Terminal, question: string, otherwise: string, field: z.ZodType): Promise<string> {
  for (;;) {
    const answer = (await ask(`${question} [${otherwise || "none"}]: `)) || otherwise;
    const { error } = field.safeParse(answer || undefined);
    if (!error) return answer;
    say(`  ${answer}: ${error.issues[0]?.message ?? "not possible"}`);
  }
}

async function chainAt(rpcUrl: string): Promise<number | undefined> {
  try {
    return await createRpc({ urls: rpcUrl.split(","), timeoutMs: PATIENCE_MS, retryCount: 0 }).getChainId();
  } catch {
    return undefined; // `doctor` says what is wrong with it
  }
}
