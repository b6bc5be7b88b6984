/** Prints a result: lines for people, or one JSON object for machines, amounts in smallest units as text. */
export function print(json: boolean, result: unknown, lines: readonly string[]): void {
  process.stdout.write(json ? `${JSON.stringify(result, replacer, 2)}\n` : `${lines.join("\n")}\n`);
}

function replacer(_: string, value: unknown): unknown {
  return typeof value === "bigint" ? value.toString() : value;
}

/** A time in Unix seconds, for people. */
export function time(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}
