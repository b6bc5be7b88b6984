import type { Chain, Hash, PublicClient, Transport } from "viem";

/** Asks a subgraph; `T` is the shape of `data`. Rejects on any GraphQL error. */
export async function query<T>(url: string, text: string, variables: object = {}): Promise<T> {
  const answer = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query: text, variables }),
  });
  const reply = (await answer.json()) as { data?: T; errors?: { message: string }[] };
  if (reply.errors?.length || reply.data === undefined) {
    throw new Error(reply.errors?.map(({ message }) => message).join("; ") ?? `HTTP ${answer.status}`);
  }
  return reply.data;
}

const PAGE = 1000;

/** All entities of one kind as of `block`, in the order of their ids. `fields` is the selection without `id`. */
export async function allOf<T>(
  url: string,
  entity: string,
  fields: string,
  block: bigint,
): Promise<(T & { id: string })[]> {
  const found: (T & { id: string })[] = [];
  for (;;) {
    const after = found.at(-1)?.id;
    const where = after === undefined ? "" : `, where: { id_gt: "${after}" }`;
    const text = `{ page: ${entity}(first: ${PAGE}, orderBy: id${where}, block: { number: ${block} }) { id ${fields} } }`;
    const { page } = await query<{ page: (T & { id: string })[] }>(url, text);
    found.push(...page);
    if (page.length < PAGE) return found;
  }
}

/** The newest block whose events are in the index; undefined before the first. */
export async function indexedBlock(url: string): Promise<{ number: number; hash: Hash } | undefined> {
  try {
    return (
      await query<{ _meta: { block: { number: number; hash: Hash } } }>(url, "{ _meta { block { number hash } } }")
    )._meta.block;
  } catch {
    return undefined;
  }
}

/**
 * Waits until the index has caught up with `block` of the chain as it is now. The number alone would not do: an index that
 * has not noticed a reorganisation yet may be higher than the new chain.
 */
export async function waitForIndex(
  url: string,
  publicClient: Pick<PublicClient<Transport, Chain>, "getBlock">,
  block: bigint,
  timeoutMs = 60_000,
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const found = await indexedBlock(url);
    if (found && BigInt(found.number) >= block) {
      const same = await publicClient.getBlock({ blockNumber: BigInt(found.number) }).catch(() => undefined);
      if (same?.hash === found.hash) return;
    }
    if (Date.now() > deadline)
      throw new Error(`the index is at block ${found?.number ?? "none"}, block ${block} wanted`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
