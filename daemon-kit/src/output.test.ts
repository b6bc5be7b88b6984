import assert from "node:assert/strict";
import { type SpawnOptions, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { logSink } from "./log-sink.ts";
import { scratch } from "./test-kit.ts";

const fixture = fileURLToPath(new URL("./output.fixture.mjs", import.meta.url));

/** Runs the program. @returns its exit code, what it wrote to standard error, and whether its work was done */
async function run(t: TestContext, { stdout, stderr = "file", code = "0", ...more }: Record<string, string>) {
  const dir = scratch(t);
  const { work = join(dir, "work"), errors = join(dir, "errors") } = more;
  const open = {
    full: () => openSync("/dev/full", "w"),
    file: () => openSync(errors, "a"),
    closed: () => "pipe" as const,
  };
  const streams = [stdout, stderr].map((name) => open[name as keyof typeof open]());
  const options = { stdio: ["ignore", ...streams], env: { PATH: process.env.PATH } } as SpawnOptions;
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", fixture, work, code], options);
  for (const stream of streams) if (typeof stream === "number") closeSync(stream);
  child.stdout?.destroy(); // a pager that was closed
  const [exit] = (await once(child, "close")) as [number | null];
  return { exit, text: existsSync(errors) ? readFileSync(errors, "utf8") : "", isDone: existsSync(work) };
}

test("a pager that is closed ends nothing: the command does its work, and its own exit code stays", async (t) => {
  const { exit, text, isDone } = await run(t, { stdout: "closed" });
  assert.deepEqual([exit, isDone], [0, true]);
  assert.ok(!text.includes("EPIPE"), text);
  assert.equal((await run(t, { stdout: "closed", code: "1" })).exit, 1);
});

test("no room for what is printed: one error, the work is done, and the exit code says try again", async (t) => {
  const { exit, text, isDone } = await run(t, { stdout: "full" });
  assert.deepEqual([exit, isDone], [75, true]);
  assert.match(text, /^DK-068: the disk is full\n {2}found: {2}ENOSPC.+\n {2}wanted: .+\n {2}do: {5}.+$/m);
  assert.equal(text.split("DK-068:").length, 2, "told once");
  assert.equal((await run(t, { stdout: "full", code: "1" })).exit, 1, "a failure of its own is what counts");
});

test("no room for the log either: the program lives, and does its work", async (t) => {
  assert.deepEqual(await run(t, { stdout: "full", stderr: "full" }), { exit: 75, text: "", isDone: true });
});

test("a file for which there is no room ends a command with the same error, and with 75", async (t) => {
  const { exit, text } = await run(t, { stdout: "file", work: "/dev/full" });
  assert.equal(exit, 75);
  assert.match(text, /^DK-068: the disk is full\n {2}found: {2}ENOSPC/m);
});

test("lines for which there is no room are lost and counted; a line that was cut does not run into the next", () => {
  let room = 0;
  let text = "";
  const sink = logSink((bytes) => {
    const part = bytes.subarray(0, room);
    if (part.length === 0) throw Object.assign(new Error("no room"), { code: "ENOSPC" });
    room -= part.length;
    text += Buffer.from(part).toString();
    return part.length;
  });
  room = 12;
  for (const line of ["first\n", "second, and long\n", "third\n", "fourth\n"]) sink.write(line);
  room = 1000;
  sink.write("fifth\n");
  sink.write("sixth\n");
  const [whole, cut, told, ...rest] = text.split("\n");
  assert.deepEqual([whole, cut, rest], ["first", "second", ["fifth", "sixth", ""]]);
  assert.equal((JSON.parse(told ?? "") as { lost: number }).lost, 3);
});

test("a pipe that is full is waited for", () => {
  let refusals = 2;
  let text = "";
  const sink = logSink((bytes) => {
    if (refusals-- > 0) throw Object.assign(new Error("later"), { code: "EAGAIN" });
    text += Buffer.from(bytes).toString();
    return bytes.length;
  });
  sink.write("line\n");
  assert.equal(text, "line\n");
});
