/** One change to one place of a source. */
export interface Mutation {
  /** as solc names it */
  path: string;
  line: number;
  /** position in the source */
  start: number;
  end: number;
  /** what stands there instead */
  replacement: string;
  operator: string;
}

interface Operator {
  name: string;
  pattern: RegExp;
  /** the replacement of the whole match, undefined where this match is no place for it */
  replace(match: RegExpExecArray): string | undefined;
}

const SWAPS: Readonly<Record<string, string>> = {
  ">=": ">",
  "<=": "<",
  ">": ">=",
  "<": "<=",
  "==": "!=",
  "!=": "==",
  "&&": "||",
  "||": "&&",
  "+": "-",
  "-": "+",
  "*": "/",
  "/": "*",
  "+=": "-=",
  "-=": "+=",
};

const swap =
  (pattern: RegExp) =>
  (name: string): Operator => ({
    name,
    pattern,
    replace: ([text]) => text.replace(text.trim(), SWAPS[text.trim()]!),
  });

/** Binary operators stand between blanks, which the formatter sees to. */
const OPERATORS: readonly Operator[] = [
  swap(/ (?:>=|<=|>|<) /g)("bound moved by one"),
  swap(/ (?:==|!=) /g)("equality flipped"),
  swap(/ (?:&&|\|\|) /g)("and/or swapped"),
  swap(/ [+\-*/] /g)("arithmetic swapped"),
  swap(/ (?:\+=|-=) /g)("booked the other way"),
  { name: "guard removed", pattern: /\b(?:require|assert)\(/g, replace: ([text]) => `${text}true || ` },
  { name: "modifier removed", pattern: / (?:restricted|only[A-Z]\w*)(?= )/g, replace: () => "" },
  {
    name: "min/max swapped",
    pattern: /\bMath\.(min|max)\(/g,
    replace: ([, which]) => `Math.${which === "min" ? "max" : "min"}(`,
  },
  {
    name: "statement removed",
    pattern: /^ {8,}(?!return|require|assert|emit|revert|delete|else)[$\w.[\]]+(?:\([^;{}]*\)| = [^;{}]*);$/gm,
    // what a constructor or an initialiser sets is too easily missed to say anything about the tests
    replace: ([text]) => (/^\s+(?:[A-Z]+ = |__\w+_init)/.test(text) ? undefined : text.replace(/\S.*;$/s, "{}")),
  },
];

/** Every mutation of a source: comments, strings, declarations and views of versions are left alone. */
export function mutationsOf(path: string, source: string): Mutation[] {
  const code = blank(source);
  const found: Mutation[] = [];
  for (const { name, pattern, replace } of OPERATORS) {
    for (const match of code.matchAll(pattern)) {
      const replacement = replace(match as RegExpExecArray);
      if (replacement === undefined) continue;
      const line = source.slice(0, match.index).split("\n").length;
      const end = match.index + match[0].length;
      found.push({ path, line, start: match.index, end, replacement, operator: name });
    }
  }
  return found.sort((one, other) => one.start - other.start);
}

export function mutate(source: string, { start, end, replacement }: Mutation): string {
  return source.slice(0, start) + replacement + source.slice(end);
}

/** The source with everything blanked that is no code of a function, all positions kept. */
function blank(source: string): string {
  const spaces = (text: string) => text.replace(/[^\n]/g, " ");
  return source
    .replace(/\/\*[\s\S]*?\*\//g, spaces)
    .replace(/\/\/[^\n]*/g, spaces)
    .replace(/"[^"\n]*"/g, (text) => `"${spaces(text.slice(2))}"`)
    .replace(/^(?: {4})?(?:import|error|event|using|pragma)\b[^;]*;/gm, spaces)
    .replace(/^ {4}\w[^\n(]*\bconstant\b[^;]*;/gm, spaces);
}
