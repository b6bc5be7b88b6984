import type { ChainView } from "./chain.ts";

/** What entities of one kind should say: their fields by name, by id. */
export type Rows = Map<string, Record<string, unknown>>;

/** What the entities of one kind should say, from contract reads and raw logs. */
export type Check = (chain: ChainView) => Promise<Rows> | Rows;
