import { getAddress, isAddress } from "viem";
import { z } from "zod";

/** A whole number between two bounds, given as a number or as text. */
export const whole = (min: number, max: number) => z.coerce.number().int().min(min).max(max);

/** A list, given as one or as text with commas. */
export const listOf = <T extends z.ZodType>(item: T) =>
  z.preprocess(
    (value) =>
      typeof value === "string"
        ? value
            .split(",")
            .map((part) => part.trim())
            .filter((part) => part !== "")
        : value,
    z.array(item),
  );

/** true or false, given as such or as text. */
export const flag = z.preprocess((value) => (value === "true" ? true : value === "false" ? false : value), z.boolean());

/** An address, with its checksum put right. */
export const address = z
  .string()
  .refine((text) => isAddress(text, { strict: false }), "must be an address, 0x and 40 hex digits")
  .transform((text) => getAddress(text));

/** An amount in whole coins or tokens, as text. */
export const amount = z.coerce.string().regex(/^\d+(\.\d{1,18})?$/, "must be an amount, such as 2.5");

const separated = (value: unknown) => (typeof value === "string" ? value.split(",").map((part) => part.trim()) : value);

/** One http or https URL, or more. */
export const httpUrls = z.preprocess(
  separated,
  z.array(z.url({ protocol: /^https?$/, message: "must be an http or https URL" })).min(1),
);

/** Where blocks are kept: one trustless gateway or Kubo daemon, or more. */
export const storageUrls = z.preprocess(
  separated,
  z
    .array(z.url({ protocol: /^(kubo\+)?https?$/, message: "must be an http, https, kubo+http or kubo+https URL" }))
    .min(1),
);

export const logLevel = z.enum(["trace", "debug", "info", "warn", "error", "fatal", "silent"]);
