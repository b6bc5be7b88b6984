/** One sample of a metrics page. */
export type Sample = { name: string; labels: Record<string, string>; value: number };

const LINE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g;

/** Reads a metrics page in the Prometheus text format, as the daemons write it: one sample a line, no timestamps. */
export function parseMetrics(text: string): Sample[] {
  return text.split("\n").flatMap((line) => {
    const found = line.startsWith("#") ? null : LINE.exec(line);
    if (!found) return [];
    const [, name = "", labels = "", value = ""] = found;
    const pairs = [...labels.matchAll(LABEL)].map(([, key = "", text = ""]): [string, string] => [
      key,
      text.replace(/\\(.)/g, (_, sign: string) => (sign === "n" ? "\n" : sign)),
    ]);
    return [{ name, labels: Object.fromEntries(pairs), value: Number(value.replace("Inf", "Infinity")) }];
  });
}
