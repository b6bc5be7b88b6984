// Runs Slither over the contracts and holds what it finds against triage.ts: a new finding fails, and so does a triaged one
// that is no longer found. Where Slither is neither there nor to be had it says so and passes.
//
//   npm run slither
import { absence, findTool } from "../analysis/tools.ts";
import { type Finding, findingsOf } from "./findings.ts";
import { TRIAGE } from "./triage.ts";

const slither = findTool("slither");
if (slither) judge(findingsOf(slither));
else console.log(`nothing is analysed: ${absence("slither")}`);

function judge(findings: readonly Finding[]): void {
  const seen = new Set<string>();
  const fresh = findings.filter(({ check, place }) => {
    const known = TRIAGE.find((one) => one.check === check && (one.places?.includes(place) ?? true));
    if (known) seen.add(`${check} ${known.places ? place : ""}`);
    return !known;
  });
  const gone = TRIAGE.flatMap(({ check, places }) => (places ?? [""]).map((place) => `${check} ${place}`)).filter(
    (one) => !seen.has(one),
  );
  for (const { check, impact, place, text } of fresh) console.error(`new: ${check} (${impact}) in ${place}: ${text}`);
  for (const one of gone) console.error(`no longer found, take it out of scripts/slither/triage.ts: ${one}`);
  const counts = ["High", "Medium", "Low", "Informational"].map(
    (impact) => `${findings.filter((one) => one.impact === impact).length} ${impact.toLowerCase()}`,
  );
  console.log(`slither: ${counts.join(", ")}; ${fresh.length} new, ${gone.length} gone, ${TRIAGE.length} triages`);
  process.exitCode = fresh.length + gone.length > 0 ? 1 : 0;
}
