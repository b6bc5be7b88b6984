import { AssayError } from "../errors.ts";

/**
 * One field of an entity: how it stands in a query, what graph-node calls its type, and how its JSON becomes a value. The
 * text of a query, the type of its answer and the check of what came all follow from one table of these.
 */
export interface Field<T> {
  /** The type in schema.graphql: a scalar, or the name of an enum or entity. */
  readonly type: string;
  readonly list: boolean;
  /** May be null. */
  readonly optional: boolean;
  /** What is asked of it, if it is an entity. */
  readonly fields?: Fields;
  /** Arguments of a list of entities, as GraphQL writes them. */
  readonly args?: string;
  /** @param path where the value stood in the answer, for the error. @throws AssayError SDK-066 */
  readonly decode: (value: unknown, path: string) => T;
}

/** Fields of an entity by name. */
export type Fields = Readonly<Record<string, Field<unknown>>>;

/** What an answer to such fields is. */
export type Answer<F extends Fields> = { [Name in keyof F]: F[Name] extends Field<infer T> ? T : never };

function leaf<T>(type: string, wanted: string, read: (value: unknown) => T | undefined): Field<T> {
  const decode = (value: unknown, path: string) => read(value) ?? unexpected(path, value, wanted);
  return { type, list: false, optional: false, decode };
}

function unexpected(path: string, value: unknown, wanted: string): never {
  throw new AssayError("SDK-066", {
    message: `the index answered ${path} in another form than this client's schema`,
    found: JSON.stringify(value)?.slice(0, 80) ?? "nothing",
    wanted,
    hint: "Deploy the subgraph of this version, or use the client that belongs to the deployed one",
  });
}

const INTEGER = /^-?\d+$/;
const HEX = /^0x[0-9a-f]*$/i;

const readBigInt = (value: unknown) => (typeof value === "string" && INTEGER.test(value) ? BigInt(value) : undefined);
const readString = (value: unknown) => (typeof value === "string" ? value : undefined);

/** Addresses, hashes and other bytes. */
export const bytes = leaf("Bytes", "bytes in hexadecimal", (value) =>
  typeof value === "string" && HEX.test(value) ? (value as `0x${string}`) : undefined,
);
/** Integers of any size. */
export const integer = leaf("BigInt", "an integer in decimal digits", readBigInt);
/** Integers of 64 bits; ids of points in time series. */
export const int8 = leaf("Int8", "an integer in decimal digits", readBigInt);
/** Integers of 32 bits. */
export const int = leaf("Int", "an integer", (value) => (Number.isInteger(value) ? (value as number) : undefined));
export const text = leaf("String", "text", readString);
/** An id that is text. */
export const key = leaf("ID", "text", readString);
export const flag = leaf("Boolean", "true or false", (value) => (typeof value === "boolean" ? value : undefined));
/** Decimal numbers, exactly as text. */
export const decimal = leaf("BigDecimal", "a decimal number", readString);
/** Microseconds since 1970. */
export const timestamp = leaf("Timestamp", "an integer in decimal digits", readBigInt);

/** A value of the schema's enum `type`. */
export function choice<const T extends string>(type: string, ...values: readonly T[]): Field<T> {
  return leaf(type, `one of ${values.join(", ")}`, (value) => values.find((known) => known === value));
}

/** A field that may be null: undefined then. */
export function maybe<T>(field: Field<T>): Field<T | undefined> {
  const decode = (value: unknown, path: string) => (value === null ? undefined : field.decode(value, path));
  return { ...field, optional: true, decode };
}

/** A list of scalars. */
export function listOf<T>(field: Field<T>): Field<readonly T[]> {
  return { ...field, list: true, decode: (value, path) => decodeList(value, path, field.decode) };
}

/** Another entity, `type` in the schema. */
export function one<F extends Fields>(type: string, fields: F): Field<Answer<F>> {
  return { type, list: false, optional: false, fields, decode: (value, path) => decodeFields(fields, value, path) };
}

/** A list of entities. @param args of GraphQL: first, orderBy, where */
export function many<F extends Fields>(type: string, fields: F, args = ""): Field<readonly Answer<F>[]> {
  const decode = (value: unknown, path: string) =>
    decodeList(value, path, (item, at) => decodeFields(fields, item, at));
  return { type, list: true, optional: false, fields, args, decode };
}

/** The selection that asks for these fields. */
export function selectionOf(fields: Fields): string {
  const texts = Object.entries(fields).map(([name, field]) => {
    const args = field.args ? `(${field.args})` : "";
    return field.fields ? `${name}${args} ${selectionOf(field.fields)}` : name;
  });
  return `{ ${texts.join(" ")} }`;
}

/** @throws AssayError SDK-066 when the answer does not have these fields */
export function decodeFields<F extends Fields>(fields: F, value: unknown, path: string): Answer<F> {
  if (typeof value !== "object" || value === null) return unexpected(path, value, "an object");
  const entries = Object.entries(fields).map(([name, field]) => [
    name,
    field.decode((value as Record<string, unknown>)[name], `${path}.${name}`),
  ]);
  return Object.fromEntries(entries) as Answer<F>;
}

function decodeList<T>(value: unknown, path: string, decode: (item: unknown, path: string) => T): readonly T[] {
  if (!Array.isArray(value)) return unexpected(path, value, "a list");
  return value.map((item, position) => decode(item, `${path}[${position}]`));
}
