import type { OptionValues } from "@assay/daemon-kit";
import type { Command } from "commander";
import { leaveMarket } from "../commands/exit.ts";
import { removeStake, withdrawAll } from "../commands/money.ts";
import { addStake, setOperatorKey, showStake } from "../commands/stake.ts";
import { command, ownerSettings, settings, withOwner } from "./settings.ts";

/** Commands about stake and earnings. */
export function addMoney(root: Command, env: NodeJS.ProcessEnv): void {
  const stake = command(root, "stake", "show the provider's stake; add to it; name operators")
    .option("--json", "for machines", false)
    .action((values: OptionValues) => showStake({ ...settings(values, env), json: values.json === true }));
  const owned = (parent: Command, name: string, help: string) => withOwner(command(parent, name, help));
  // The group takes settings too: an option given before the command's name is the group's.
  const all = (made: Command) => ownerSettings(made.optsWithGlobals<OptionValues>(), env);
  owned(stake, "add", "stake ASY behind the provider's results")
    .argument("<amount>", "in ASY")
    .action((amount: string, _own: OptionValues, made: Command) => addStake({ ...all(made), amount }));
  owned(stake, "remove", "start the withdrawal of free stake")
    .argument("<amount>", "in ASY, or `all`")
    .action((amount: string, _own: OptionValues, made: Command) => removeStake({ ...all(made), amount }));
  owned(stake, "operator", "allow a hot key to claim and submit for the owner")
    .argument("<address>")
    .option("--revoke", "forbid it again", false)
    .action((operator: string, own: OptionValues, made: Command) =>
      setOperatorKey({ ...all(made), operator, revoke: own.revoke === true }),
    );
  owned(root, "withdraw", "pay out earnings, in-market balance and thawed stake")
    .argument("[amount]", "of the in-market balance, in ASY; all of it when left out")
    .option("--to <address>", "where the in-market balance goes (default: the owner)")
    .action((amount: string | undefined, values: OptionValues) =>
      withdrawAll({ ...ownerSettings(values, env), amount, to: values.to as string | undefined }),
    );
  owned(
    root,
    "exit",
    "finish the work, take earnings and stake, sweep the operator's coins; call it until it ends with 0",
  )
    .option("--no-sweep", "leave the operator's coins where they are")
    .action(async (values: OptionValues) => {
      process.exitCode = await leaveMarket({ ...ownerSettings(values, env), sweep: values.sweep !== false });
    });
}
