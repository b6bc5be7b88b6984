import { styleText } from "node:util";

/** Writes what the demo shows. On a terminal progress is redrawn in place; elsewhere every tenth is a line of its own. */
export interface View {
  heading(text: string): void;
  /** A finished step. */
  done(text: string, detail?: string): void;
  note(text: string): void;
  /** A running step, `fraction` in 0..1. */
  progress(text: string, fraction: number, detail?: string): void;
  lines(lines: readonly string[]): void;
  table(title: string, rows: readonly (readonly [string, string])[]): void;
}

const BAR = 28;

/** @param out where to write; colours and redrawing follow whether it is a terminal */
export function createView(out: NodeJS.WriteStream): View {
  const live = out.isTTY === true;
  let open = false;
  let lastTenth = -1;
  const write = (text: string) => {
    if (open && live) out.write("\r\x1b[2K");
    open = false;
    lastTenth = -1;
    out.write(`${text}\n`);
  };
  const dim = (text: string) => styleText("dim", text, { stream: out });
  return {
    heading: (text) => write(`\n${styleText("bold", text, { stream: out })}`),
    done: (text, detail) =>
      write(`  ${styleText("green", "✓", { stream: out })} ${text}${detail ? dim(`  ${detail}`) : ""}`),
    note: (text) => write(`    ${dim(text)}`),
    progress: (text, fraction, detail = "") => {
      const tenth = Math.floor(fraction * 10);
      if (!live) {
        if (tenth === lastTenth) return;
        out.write(`    ${text} ${String(tenth * 10).padStart(3)} %  ${detail}\n`);
        lastTenth = tenth;
        return;
      }
      const filled = Math.round(Math.min(1, fraction) * BAR);
      out.write(`\r\x1b[2K    ${text} ${"█".repeat(filled)}${dim("░".repeat(BAR - filled))} ${detail}`);
      open = true;
    },
    lines: (lines) => {
      for (const line of lines) write(`    ${line}`);
    },
    table: (title, rows) => {
      const width = Math.max(...rows.map(([name]) => name.length));
      write(`\n${styleText("bold", title, { stream: out })}`);
      for (const [name, value] of rows) write(`  ${name.padEnd(width)}  ${value}`);
    },
  };
}

const LEVELS = "▁▂▃▄▅▆▇█";

/**
 * A curve in one column per bucket, `height` lines tall, the highest value on top, with the range at its left.
 * @param values at least one finite number
 */
export function drawCurve(values: readonly number[], width = 60, height = 6): string[] {
  const columns = bucketMeans(values, Math.min(width, values.length));
  const low = Math.min(0, ...columns);
  const high = Math.max(...columns);
  const span = high - low || 1;
  const eighths = columns.map((value) => Math.round(((value - low) / span) * height * 8));
  return Array.from({ length: height }, (_, line) => {
    const floor = (height - 1 - line) * 8;
    const cells = eighths.map((level) => (level <= floor ? " " : LEVELS[Math.min(8, level - floor) - 1]));
    const label = line === 0 ? high.toFixed(2) : line === height - 1 ? low.toFixed(2) : "";
    return `${label.padStart(6)} ${cells.join("")}`;
  });
}

function bucketMeans(values: readonly number[], count: number): number[] {
  return Array.from({ length: count }, (_, bucket) => {
    const from = Math.floor((bucket * values.length) / count);
    const part = values.slice(from, Math.max(from + 1, Math.floor(((bucket + 1) * values.length) / count)));
    return part.reduce((sum, value) => sum + value, 0) / part.length;
  });
}
