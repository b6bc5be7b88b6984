import { automationSentences } from "./automationSentences.ts";
import { crosschainSentences } from "./crosschainSentences.ts";
import { governanceSentences } from "./governanceSentences.ts";
import { librarySentences } from "./librarySentences.ts";
import { feedSentences, marketSentences, registrySentences } from "./marketSentences.ts";
import type { Sentence } from "./sentence.ts";
import { stakingSentences } from "./stakingSentences.ts";
import { verificationSentences } from "./verificationSentences.ts";

/** The sentence of every custom error in the ABIs (a test compares). */
export const sentences: Readonly<Record<string, Sentence>> = {
  ...marketSentences,
  ...feedSentences,
  ...registrySentences,
  ...stakingSentences,
  ...verificationSentences,
  ...crosschainSentences,
  ...automationSentences,
  ...governanceSentences,
  ...librarySentences,
};
