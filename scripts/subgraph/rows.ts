/** What tells a row of an aggregation from the others: its interval, its start, its dimensions. */
export function statisticsId(interval: string, row: Record<string, unknown>): string {
  const { timestamp, token, bucket, reason } = row;
  return [interval, timestamp, token, bucket, reason]
    .filter((part) => part !== undefined)
    .join(" ")
    .toLowerCase();
}
