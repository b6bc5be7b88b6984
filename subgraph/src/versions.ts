/** The first number grows when a query that worked would stop working. */
export const SCHEMA_VERSION = "2.0.0";
/** Grows with every change of what the mappings write. */
export const SUBGRAPH_VERSION = "2.0.0";
/** Grows with every change of how scores, statistics and the histogram are computed. */
export const METHODOLOGY_VERSION = "1.0.0";
