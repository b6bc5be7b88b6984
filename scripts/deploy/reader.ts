import { readFileSync } from "node:fs";
import { type Address, getAddress, type Hex, isAddress, parseUnits } from "viem";
import { DeployError } from "./error.ts";

/** The content of a configuration file. @throws DeployError DEPLOY-010 when it is missing or not JSON */
export function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new DeployError("DEPLOY-010", `the configuration ${path} cannot be read (${why})`, "Name a JSON file", {
      cause,
    });
  }
}

/** A field that is wrong: what was found, what was wanted. */
export function invalid(path: string, found: unknown, wanted: string): DeployError {
  const shown = typeof found === "bigint" ? found.toString() : JSON.stringify(found);
  return new DeployError("DEPLOY-011", `${path} is ${shown}, wanted ${wanted}`, "Correct the configuration file");
}

/** Reads an object of a configuration file field by field; every refusal is DEPLOY-011 and names the field. */
export class Reader {
  readonly #fields: Record<string, unknown>;
  readonly #path: string;

  constructor(value: unknown, path: string, known: readonly string[]) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw invalid(path || "the file", value, `an object with ${known.join(", ")}`);
    }
    this.#fields = value as Record<string, unknown>;
    this.#path = path;
    const unknown = Object.keys(value).find((key) => !known.includes(key));
    if (unknown)
      throw invalid(this.#at(unknown), this.#fields[unknown], `no such field; known are ${known.join(", ")}`);
  }

  has(key: string): boolean {
    return this.#fields[key] !== undefined;
  }

  child(key: string, known: readonly string[]): Reader {
    return new Reader(this.#fields[key], this.#at(key), known);
  }

  list<Item>(key: string, known: readonly string[], read: (item: Reader) => Item): Item[] {
    const value = this.#fields[key];
    if (!Array.isArray(value)) throw invalid(this.#at(key), value, "a list");
    return value.map((item, index) => read(new Reader(item, `${this.#at(key)}[${index}]`, known)));
  }

  literal(key: string, wanted: number): void {
    if (this.#fields[key] !== wanted) throw invalid(this.#at(key), this.#fields[key], String(wanted));
  }

  text(key: string): string {
    const value = this.#fields[key];
    if (typeof value !== "string" || value === "") throw invalid(this.#at(key), value, "a non-empty string");
    return value;
  }

  integer(key: string, min: number, max: number): number {
    const value = this.#fields[key];
    if (!Number.isInteger(value) || (value as number) < min || (value as number) > max) {
      throw invalid(this.#at(key), value, `an integer from ${min} to ${max}`);
    }
    return value as number;
  }

  /** @param unit what has 18 decimals */
  amount(key: string, unit = "ASY"): bigint {
    const value = this.#fields[key];
    if (typeof value !== "string" || !/^\d+(\.\d{1,18})?$/.test(value)) {
      throw invalid(this.#at(key), value, `an amount in whole ${unit} as a string, e.g. "1000.5"`);
    }
    return parseUnits(value, 18);
  }

  /** 32 bytes. */
  hash(key: string): Hex {
    const value = this.#fields[key];
    if (typeof value !== "string" || !/^0x[0-9a-fA-F]{64}$/.test(value))
      throw invalid(this.#at(key), value, "0x and 64 hexadecimal digits");
    return value as Hex;
  }

  /** @param word what may stand for an address here, if anything */
  address<Word extends string = never>(key: string, word?: Word): Address | Word {
    const value = this.#fields[key];
    if (word !== undefined && value === word) return word;
    if (typeof value !== "string" || !isAddress(value) || BigInt(value) === 0n) {
      throw invalid(this.#at(key), value, `a non-zero address with its checksum${word ? `, or "${word}"` : ""}`);
    }
    return getAddress(value);
  }

  #at(key: string): string {
    return this.#path ? `${this.#path}.${key}` : key;
  }
}
