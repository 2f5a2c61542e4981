/**
 * Nested rows to flat columns with levels (Dremel; Parquet's "Nested Encoding"). Everything is
 * optional but a map's key, so a field adds one definition level, a list or map one more for its
 * items and one repetition level:
 *
 * | shape  | Parquet                                                         |
 * |--------|-----------------------------------------------------------------|
 * | struct | `optional group`                                                |
 * | list   | `optional group (LIST) { repeated group list { element } }`     |
 * | map    | `optional group (MAP) { repeated group key_value { key value } }` |
 */
import type { ColumnShape, StructShape } from "./build-arrow.ts";

export type LeafShape = Exclude<ColumnShape, { kind: "list" | "map" | "struct" }>;

/** One column of values, as it is stored. */
export interface Leaf {
  readonly shape: LeafShape;
  readonly path: readonly string[];
  readonly isRequired: boolean;
  readonly maxDefinition: number;
  readonly maxRepetition: number;
  /** One of each for every value, the nulls included. */
  readonly definitions: number[];
  readonly repetitions: number[];
  /** Without the nulls. */
  readonly values: unknown[];
}

/** Takes values of one node of the schema down to the leaves below it. */
export interface Node {
  readonly leaves: readonly Leaf[];
  put(value: unknown, repetition: number, definition: number): void;
}

/** Where the nodes of a column stand. */
interface Place {
  path: readonly string[];
  definition: number;
  repetition: number;
}

const TEXT: LeafShape = { kind: "string" };

/** Splits rows, objects keyed by the names of `shape`, into columns. */
export function shredRows(shape: StructShape, rows: readonly object[]): Leaf[] {
  const root: Place = { path: [], definition: 0, repetition: 0 };
  return shape.fields.flatMap(([name, inner]) => {
    const node = nodeOf(inner, within(root, name));
    for (const row of rows) node.put((row as Record<string, unknown>)[name], 0, 0);
    return node.leaves;
  });
}

function within({ path, definition, repetition }: Place, name: string): Place {
  return { path: [...path, name], definition, repetition };
}

function nodeOf(shape: ColumnShape, place: Place): Node {
  const inside = { ...place, definition: place.definition + 1 };
  switch (shape.kind) {
    case "struct":
      return structNode(shape, inside);
    case "list":
      return repeatedNode("list", inside, (items) => {
        const element = nodeOf(shape.element, within(items, "element"));
        return { leaves: element.leaves, put: (...item) => element.put(...item) };
      });
    case "map":
      return repeatedNode("key_value", inside, (items) => {
        const key = leafNode(TEXT, within(items, "key"), true);
        const value = nodeOf(TEXT, within(items, "value"));
        return {
          leaves: [...key.leaves, ...value.leaves],
          put([name, text]: [string, unknown], repetition, definition) {
            key.put(name, repetition, definition);
            value.put(text, repetition, definition);
          },
        } as Node;
      });
    default:
      return leafNode(shape, inside, false);
  }
}

function structNode(shape: StructShape, inside: Place): Node {
  const children = shape.fields.map(
    ([name, inner]) => [name, nodeOf(inner, within(inside, name))] as const,
  );
  const leaves = children.flatMap(([, child]) => child.leaves);
  return {
    leaves,
    put(value, repetition, definition) {
      if (value === null || value === undefined) return putNull(leaves, repetition, definition);
      const fields = value as Record<string, unknown>;
      for (const [name, child] of children) child.put(fields[name], repetition, definition + 1);
    },
  };
}

function repeatedNode(group: string, inside: Place, itemsOf: (place: Place) => Node): Node {
  const repetitionOfItems = inside.repetition + 1;
  const items = itemsOf({
    path: [...inside.path, group],
    definition: inside.definition + 1,
    repetition: repetitionOfItems,
  });
  return {
    leaves: items.leaves,
    put(value, repetition, definition) {
      if (value === null || value === undefined) {
        return putNull(items.leaves, repetition, definition);
      }
      const all = Array.isArray(value) ? value : Object.entries(value);
      if (all.length === 0) return putNull(items.leaves, repetition, definition + 1);
      all.forEach((item, i) => {
        items.put(item, i === 0 ? repetition : repetitionOfItems, definition + 2);
      });
    },
  };
}

function leafNode(shape: LeafShape, place: Place, isRequired: boolean): Node {
  const leaf: Leaf = {
    shape,
    path: place.path,
    isRequired,
    maxDefinition: place.definition,
    maxRepetition: place.repetition,
    definitions: [],
    repetitions: [],
    values: [],
  };
  return {
    leaves: [leaf],
    put(value, repetition, definition) {
      const isNull = value === null || value === undefined;
      leaf.repetitions.push(repetition);
      leaf.definitions.push(isNull || isRequired ? definition : definition + 1);
      if (!isNull) leaf.values.push(value);
    },
  };
}

function putNull(leaves: readonly Leaf[], repetition: number, definition: number): void {
  for (const leaf of leaves) {
    leaf.repetitions.push(repetition);
    leaf.definitions.push(definition);
  }
}
