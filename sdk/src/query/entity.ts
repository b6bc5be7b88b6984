import type { Hash } from "viem";
import type { AssayContext } from "../context.ts";
import { AssayError } from "../errors.ts";
import { askIndex, type IndexBlock, META } from "./ask.ts";
import { type Answer, decodeFields, type Fields, many, maybe, one, selectionOf } from "./fields.ts";
import { defaultLag, type Freshness, onChain, requireFresh } from "./freshness.ts";

/** A kind of thing in the index: how the schema calls it, alone and in the plural, and which fields are asked for. */
export interface Entity<F extends Fields = Fields> {
  readonly type: string;
  readonly single: string;
  readonly plural: string;
  readonly fields: F;
}

/** Where a page ended. Plain JSON: it may travel in a URL. */
export interface PageCursor {
  /** Every page shows the state after this block. */
  readonly block: Hash;
  readonly id: string;
  /** Value of the field by which the list is sorted, as the index writes it. */
  readonly value?: string | undefined;
}

export interface PageArgs extends Freshness {
  /** Items of a page, 1 to 1,000; 100 when left out. */
  first?: number | undefined;
  /** `next` of the page before. */
  after?: PageCursor | undefined;
  signal?: AbortSignal | undefined;
}

/** A page and the block whose state it shows. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly block: IndexBlock;
  /** Give it as `after` for the next page; undefined on the last. */
  readonly next: PageCursor | undefined;
}

export interface Found<T> {
  /** Undefined when there is none. */
  readonly item: T | undefined;
  readonly block: IndexBlock;
}

/** A condition in graph-node's own words: `{ status: "OPEN", maxPrice_gte: "5" }`. */
export type Where = Readonly<Record<string, unknown>>;

export interface ListSpec {
  where?: Where | undefined;
  /** Field to sort by; the id, in ascending order, when left out. */
  orderBy?: string | undefined;
  direction?: "asc" | "desc" | undefined;
  /** Whether somebody will send a transaction because of the answer: decides what is fresh enough. */
  leadsToTransaction?: boolean | undefined;
}

const PAGE = 100;
const MAX_PAGE = 1000;

/** The document that asks for one entity. */
export function singleDocument({ type, single, fields }: Entity): string {
  return `query ${type}($id: ID!) { item: ${single}(id: $id) ${selectionOf(fields)} _meta ${META} }`;
}

/** The document that asks for a page of entities. */
export function listDocument({ type, plural, fields }: Entity): string {
  const variables =
    `$first: Int!, $where: ${type}_filter, $orderBy: ${type}_orderBy, ` +
    "$direction: OrderDirection, $block: Block_height";
  const list = `${plural}(first: $first, where: $where, orderBy: $orderBy, orderDirection: $direction, block: $block)`;
  return `query ${type}List(${variables}) { items: ${list} ${selectionOf(fields)} _meta(block: $block) ${META} }`;
}

/** Asks for one entity. @throws AssayError SDK-023, SDK-060 to SDK-066 */
export async function fetchOne<F extends Fields>(
  context: AssayContext,
  entity: Entity<F>,
  id: string,
  args: Freshness & { signal?: AbortSignal | undefined; leadsToTransaction?: boolean } = {},
): Promise<Found<Answer<F>>> {
  const query = singleDocument(entity);
  const { data, block } = await askIndex(context, { query, variables: { id: id.toLowerCase() }, signal: args.signal });
  await requireFresh(context, block, withDefault(context, args, args.leadsToTransaction ?? false));
  const { item } = decodeFields({ item: maybe(one(entity.type, entity.fields)) }, data, entity.single);
  return { item, block };
}

/**
 * Asks for a page. All pages of one walk show the state after one block, so nothing is seen twice or missed.
 * @throws AssayError SDK-067 when that block was reorganised away meanwhile; SDK-001, SDK-023, SDK-060 to SDK-066
 */
export async function fetchPage<F extends Fields & { id: unknown }>(
  context: AssayContext,
  entity: Entity<F>,
  spec: ListSpec,
  args: PageArgs,
): Promise<Page<Answer<F>>> {
  const { first = PAGE, after, signal } = args;
  requirePageSize(first);
  const { orderBy = "id", direction = "asc" } = spec;
  const variables = {
    first,
    where: whereAfter(spec.where ?? {}, orderBy, direction, after),
    orderBy,
    direction,
    block: after ? { hash: after.block } : null,
  };
  const answer = await askIndex(context, { query: listDocument(entity), variables, signal }).catch((error) =>
    after ? explainLostBlock(context, after, error) : Promise.reject(error),
  );
  const { data, block } = answer;
  await requireFresh(context, block, withDefault(context, args, spec.leadsToTransaction ?? false));
  const { items } = decodeFields({ items: many(entity.type, entity.fields) }, data, entity.plural);
  return { items, block, next: cursorAfter(data, orderBy, first, block) };
}

/** Walks through all pages: `for await (const page of pagesOf((after) => client.query.jobs({ after })))`. */
export async function* pagesOf<T>(ask: (after: PageCursor | undefined) => Promise<Page<T>>): AsyncGenerator<Page<T>> {
  let after: PageCursor | undefined;
  do {
    const page = await ask(after);
    yield page;
    after = page.next;
  } while (after);
}

function withDefault(context: AssayContext, { minBlock, maxLag }: Freshness, leadsToTransaction: boolean): Freshness {
  return { minBlock, maxLag: maxLag ?? defaultLag(context, leadsToTransaction) };
}

function requirePageSize(first: number): void {
  if (Number.isInteger(first) && first >= 1 && first <= MAX_PAGE) return;
  throw new AssayError("SDK-001", {
    message: "a page is too large or too small",
    found: `first: ${first}`,
    wanted: `1 to ${MAX_PAGE}`,
    hint: "Ask for several pages: each carries the cursor of the next",
  });
}

/** The condition with "after the cursor" added. Equal values are told apart by the id, which sorts with them. */
function whereAfter(where: Where, orderBy: string, direction: "asc" | "desc", after: PageCursor | undefined): Where {
  if (!after) return where;
  const further = direction === "asc" ? "gt" : "lt";
  if (orderBy === "id") return { and: [where, { [`id_${further}`]: after.id }] };
  const tie = { [orderBy]: after.value, [`id_${further}`]: after.id };
  return { and: [where, { or: [{ [`${orderBy}_${further}`]: after.value }, tie] }] };
}

function cursorAfter(data: Record<string, unknown>, orderBy: string, first: number, block: IndexBlock) {
  const items = data.items as Record<string, unknown>[];
  const last = items.at(-1);
  if (!last || items.length < first) return undefined;
  const value = orderBy === "id" ? undefined : String(last[orderBy]);
  return { block: block.hash, id: String(last.id), ...(value === undefined ? {} : { value }) };
}

/** A refused page whose block the chain no longer has was refused because of that. */
async function explainLostBlock(context: AssayContext, after: PageCursor, error: unknown): Promise<never> {
  if (!(error instanceof AssayError) || error.code !== "SDK-062") throw error;
  const block = await context.publicClient.getBlock({ blockHash: after.block }).catch(() => undefined);
  const known = block && (await onChain(context, { number: block.number, hash: block.hash, timestamp: 0 })).known;
  if (known) throw error;
  throw new AssayError("SDK-067", {
    message: "the chain was reorganised between two pages",
    found: `no block ${after.block}`,
    wanted: "the block that the first page was from",
    hint: "Start again from the first page",
    cause: error,
  });
}
