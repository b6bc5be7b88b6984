import { maskUrl } from "@assay/daemon-kit";
import { endpointOf } from "@assay/storage";

const PATIENCE_MS = 5000;
/** Bytes of a gateway's account of itself that are read. */
const MOST_BYTES = 65_536;

/**
 * Asks one of `gateways` whether it is at work, and what a gateway with Helia says of itself.
 * @throws with code ST-009 and a hint when it does not answer
 */
export async function checkStorage(gateway: string): Promise<{ value: true; found: string; warn?: string }> {
  const { url, ...request } = endpointOf(gateway).health;
  const answer = async () => {
    const response = await fetch(url, { ...request, signal: AbortSignal.timeout(PATIENCE_MS) });
    return { ok: response.ok, status: response.status, text: await start(response) };
  };
  const { ok, status, text } = await answer().catch((cause: unknown) => {
    throw Object.assign(new Error(`${maskUrl(gateway)} does not answer`, { cause }), {
      code: "ST-009",
      hint: "start the gateway, or correct `gateways`",
    });
  });
  const found = `${maskUrl(gateway)}: HTTP ${status}`;
  if (!ok) return { value: true, found, warn: "see the gateway's log" };
  const helia = heliaOf(text);
  if (!helia) return { value: true, found };
  const { version, peers, upstreams, routers } = helia;
  const lonely = peers + upstreams + routers === 0;
  return {
    value: true,
    found: `${found}, Helia ${version}: ${peers} peers, ${upstreams} gateways, ${routers} routers`,
    ...(lonely ? { warn: "no peer of assay-storage can be reached: check --peer, and its log" } : {}),
  };
}

interface Helia {
  version: string;
  peers: number;
  upstreams: number;
  routers: number;
}

/** What a stranger's answer says of Helia, if it says so in the words of assay-storage. */
function heliaOf(text: string): Helia | undefined {
  try {
    const { version, peers, upstreams, routers } = (JSON.parse(text) as { helia: Record<string, unknown> }).helia;
    const counts = [peers, upstreams, routers].map((count) => (Number.isSafeInteger(count) ? Number(count) : -1));
    const [p = 0, u = 0, r = 0] = counts;
    if (counts.some((count) => count < 0) || !/^[\w.+-]{1,40}$/.test(String(version))) return undefined;
    return { version: String(version), peers: p, upstreams: u, routers: r };
  } catch {
    return undefined;
  }
}

async function start(response: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of response.body ?? []) {
    parts.push(part);
    length += part.length;
    if (length > MOST_BYTES) break;
  }
  return Buffer.concat(parts).toString();
}
