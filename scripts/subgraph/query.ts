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

/**
 * All entities of one kind as of `block`, in the order of their ids.
 * @param fields the selection without `id`
 * @param more further arguments of the collection
 */
export async function allOf<T>(
  url: string,
  entity: string,
  fields: string,
  block: bigint,
  more = "",
): Promise<(T & { id: string })[]> {
  const found: (T & { id: string })[] = [];
  for (;;) {
    const after = found.at(-1)?.id;
    const where = after === undefined ? "" : `, where: { id_gt: "${after}" }`;
    const order = `first: ${PAGE}, orderBy: id, orderDirection: asc${where}`;
    const text = `{ page: ${entity}(${order}, block: { number: ${block} } ${more}) { id ${fields} } }`;
    const { page } = await query<{ page: (T & { id: string })[] }>(url, text);
    found.push(...page);
    if (page.length < PAGE) return found;
  }
}

/** Under which name the index lists the entities of each kind. */
export async function collectionNames(url: string): Promise<Map<string, string>> {
  const fields = "name type { kind ofType { kind ofType { ofType { name } } } }";
  interface Asked {
    __schema: {
      queryType: {
        fields: { name: string; type: { ofType?: { kind: string; ofType?: { ofType?: { name: string } } } } }[];
      };
    };
  }
  const { __schema } = await query<Asked>(url, `{ __schema { queryType { fields { ${fields} } } } }`);
  const lists = __schema.queryType.fields.filter(({ type }) => type.ofType?.kind === "LIST");
  return new Map(lists.map(({ name, type }) => [type.ofType!.ofType!.ofType!.name, name]));
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
