/** The `vector` group of the command tree; see `../index.ts`. */
import type { CommandGroup } from "../../command.ts";

export const VECTOR_GROUP: CommandGroup = {
  name: "vector",
  heading: "GenAI",
  summary: "Vectors and texts, found by nearness, words and filters",
  verbs: [
    {
      name: "create",
      summary: "Create a collection, empty or of a table",
      load: () => import("./create.ts"),
    },
    {
      name: "sync",
      summary: "Take what has changed in a collection's table",
      load: () => import("./sync.ts"),
    },
    {
      name: "import",
      summary: "Import a file of vectors or texts as a collection",
      load: () => import("./import.ts"),
    },
    {
      name: "upsert",
      summary: "Add rows to a collection, or replace them",
      load: () => import("./upsert.ts"),
    },
    {
      name: "query",
      summary: "Find the rows nearest to a vector, or best for a text",
      load: () => import("./query.ts"),
    },
    {
      name: "list",
      summary: "List collections",
      load: () => import("./list.ts"),
    },
    {
      name: "show",
      summary: "Show a collection, or one of its rows",
      load: () => import("./show.ts"),
    },
    {
      name: "export",
      summary: "Write the rows of a collection into a file",
      load: () => import("./export.ts"),
    },
    {
      name: "optimize",
      summary: "Write a collection anew without the rows that are gone",
      load: () => import("./optimize.ts"),
    },
    {
      name: "bench",
      summary: "Measure how fast a collection answers, and what its index finds",
      load: () => import("./bench.ts"),
    },
    {
      name: "eval",
      summary: "Measure how well searches find what is relevant",
      load: () => import("./eval.ts"),
    },
    {
      name: "serve",
      summary: "Serve collections as Databricks Vector Search does",
      load: () => import("./serve.ts"),
    },
    {
      name: "rename",
      summary: "Give a collection another name",
      load: () => import("./rename.ts"),
    },
    {
      name: "delete",
      summary: "Delete rows of a collection, or all of it",
      load: () => import("./delete.ts"),
    },
  ],
};
