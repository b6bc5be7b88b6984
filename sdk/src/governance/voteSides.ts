/** Sides of a vote, as the governor numbers them. */
export const voteSides = { against: 0, for: 1, abstain: 2 } as const;

export type VoteSide = keyof typeof voteSides;
