import type { Command } from "commander";

export type Shell = "bash" | "zsh" | "fish";

type Node = { words: string[]; options: string[]; children: Map<string, Node> };

function tree(command: Command): Node {
  const children = command.commands.filter((child) => child.name() !== "help");
  return {
    words: children.map((child) => child.name()),
    options: command.options.flatMap(({ long }) => (long ? [long] : [])),
    children: new Map(children.map((child) => [child.name(), tree(child)])),
  };
}

/** A script that completes commands and options of a program, made from the program itself so that it is never behind. */
export function completionScript(root: Command, shell: Shell): string {
  const name = root.name();
  const top = tree(root);
  if (shell === "fish") return fish(name, top);
  const body = bash(name, top);
  return shell === "zsh" ? `autoload -U +X bashcompinit && bashcompinit\n${body}` : body;
}

function bash(name: string, top: Node): string {
  const cases: string[] = [];
  const walk = (path: string[], node: Node) => {
    cases.push(`    "${path.join(" ")}") words="${[...node.words, ...node.options].join(" ")}" ;;`);
    for (const [word, child] of node.children) walk([...path, word], child);
  };
  walk([], top);
  const groups = [...top.children].filter(([, child]) => child.words.length > 0).map(([word]) => word);
  const id = name.replaceAll("-", "_");
  return `_${id}() {
  local word="\${COMP_WORDS[COMP_CWORD]}" path="" words=""
  local i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "\${COMP_WORDS[i]}" in
      -*) ;;
      *)
        if [[ -z "$path" ]]; then path="\${COMP_WORDS[i]}"
        elif [[ " ${groups.join(" ")} " == *" $path "* ]]; then path="$path \${COMP_WORDS[i]}"; fi
        ;;
    esac
  done
  case "$path" in
${cases.join("\n")}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -o default -F _${id} ${name}
`;
}

function fish(name: string, top: Node): string {
  const lines: string[] = [];
  const walk = (path: string[], node: Node) => {
    const within = path.length === 0 ? "__fish_use_subcommand" : `__fish_seen_subcommand_from ${path.at(-1)}`;
    if (node.words.length > 0) lines.push(`complete -c ${name} -n "${within}" -a "${node.words.join(" ")}"`);
    for (const option of node.options) lines.push(`complete -c ${name} -n "${within}" -l ${option.slice(2)}`);
    for (const [word, child] of node.children) walk([...path, word], child);
  };
  walk([], top);
  return `${lines.join("\n")}\n`;
}
