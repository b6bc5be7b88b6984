import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Command } from "commander";
import { completionScript } from "./completion.ts";
import { scratch } from "./test-kit.ts";

function program(): Command {
  const root = new Command("some-daemon");
  root.command("start").option("-c, --config <file>", "settings").option("--log-level <level>", "how much");
  const jobs = root.command("jobs");
  jobs.command("list").option("--json", "for machines");
  jobs.command("logs").argument("<id>");
  return root;
}

test("bash and zsh complete commands, those of a group, and options, as the program has them", (t) => {
  const file = join(scratch(t), "completion");
  writeFileSync(file, completionScript(program(), "bash"));
  assert.ok(completionScript(program(), "zsh").endsWith(completionScript(program(), "bash")));
  const complete = (...words: string[]): string[] => {
    const typed = ["some-daemon", ...words].map((word) => `'${word}'`).join(" ");
    const script = `source '${file}'; COMP_WORDS=(${typed}); COMP_CWORD=${words.length}; _some_daemon; echo "\${COMPREPLY[@]}"`;
    const { status, stdout, stderr } = spawnSync("bash", ["-c", script], { encoding: "utf8" });
    assert.deepEqual([status, stderr], [0, ""]);
    return stdout.trim().split(" ");
  };
  assert.deepEqual(complete(""), ["start", "jobs"]);
  assert.deepEqual(complete("st"), ["start"]);
  assert.deepEqual(complete("start", "--"), ["--config", "--log-level"]);
  assert.deepEqual(complete("jobs", "l"), ["list", "logs"]);
  assert.deepEqual(complete("jobs", "list", "--j"), ["--json"]);
  assert.deepEqual(complete("start", "--config", "f", "--log"), ["--log-level"]);
});

test("fish is told of each command and option once", () => {
  const lines = completionScript(program(), "fish").trim().split("\n");
  assert.equal(new Set(lines).size, lines.length);
  assert.ok(lines.includes('complete -c some-daemon -n "__fish_use_subcommand" -a "start jobs"'));
  assert.ok(lines.includes('complete -c some-daemon -n "__fish_seen_subcommand_from jobs" -a "list logs"'));
  assert.ok(lines.includes('complete -c some-daemon -n "__fish_seen_subcommand_from list" -l json'));
});
