// Every entity that this package asks for is one of subgraph/schema.graphql, field by field.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { type DocumentNode, Kind, parse, type TypeNode } from "graphql";
import * as entities from "./entities.ts";
import { type Entity, listDocument, singleDocument } from "./entity.ts";
import type { Field, Fields } from "./fields.ts";
import { jobStatsDocument } from "./market.ts";

const schema = parse(readFileSync(new URL("../../../subgraph/schema.graphql", import.meta.url), "utf8"));
const exported = Object.values(entities) as unknown as (Entity | Field<unknown>)[];
const known = exported.filter((value): value is Entity => "plural" in value);

/** Fields of the schema's types, and values of its enums. */
function typesOf(document: DocumentNode) {
  const fields = new Map<string, Map<string, TypeNode>>();
  const enums = new Map<string, string[]>();
  for (const node of document.definitions) {
    if (node.kind === Kind.OBJECT_TYPE_DEFINITION) {
      fields.set(node.name.value, new Map(node.fields?.map((field) => [field.name.value, field.type])));
    }
    if (node.kind === Kind.ENUM_TYPE_DEFINITION) {
      enums.set(node.name.value, node.values?.map((value) => value.name.value) ?? []);
    }
  }
  return { fields, enums };
}

/** The type that a field of ours claims to have, as GraphQL writes it. */
function written(field: Field<unknown>): string {
  const type = field.list ? `[${field.type}!]` : field.type;
  return field.optional ? type : `${type}!`;
}

function print(node: TypeNode): string {
  if (node.kind === Kind.NON_NULL_TYPE) return `${print(node.type)}!`;
  return node.kind === Kind.LIST_TYPE ? `[${print(node.type)}]` : node.name.value;
}

function differences(schema: ReturnType<typeof typesOf>, type: string, fields: Fields): string[] {
  const there = schema.fields.get(type);
  if (!there) return [`the schema has no type ${type}`];
  return Object.entries(fields).flatMap(([name, field]) => {
    const node = there.get(name);
    if (!node) return [`${type} has no field ${name}`];
    const inner = field.fields ? differences(schema, field.type, field.fields) : [];
    return print(node) === written(field)
      ? inner
      : [`${type}.${name} is ${print(node)}, not ${written(field)}`, ...inner];
  });
}

test("every field that is asked for is in the schema, of the type that is decoded", () => {
  assert.ok(known.length >= 5);
  const types = typesOf(schema);
  assert.deepEqual(
    known.flatMap(({ type, fields }) => differences(types, type, fields)),
    [],
  );
});

test("the comparison sees a field that is gone, one of another type, and one that may be null", () => {
  const types = typesOf(parse("type Job @entity { id: Bytes! price: Int! bond: BigInt }"));
  const { id, maxPrice, price, bond } = entities.jobEntity.fields;
  assert.deepEqual(differences(types, "Job", { id, price, bond, maxPrice }), [
    "Job.price is Int!, not BigInt",
    "Job.bond is BigInt, not BigInt!",
    "Job has no field maxPrice",
  ]);
});

test("every value of an enum can be decoded", () => {
  for (const [type, values] of typesOf(schema).enums) {
    const field = exported.find((value): value is Field<unknown> => "decode" in value && value.type === type);
    for (const value of values) if (field) assert.equal(field.decode(value, type), value);
  }
});

test("every document is GraphQL, and says which block its answer is from", () => {
  for (const text of [...known.flatMap((entity) => [singleDocument(entity), listDocument(entity)]), jobStatsDocument]) {
    assert.doesNotThrow(() => parse(text));
    assert.match(text, /_meta(\(block: \$block\))? \{ block \{ number hash timestamp \} hasIndexingErrors \}/);
  }
});
