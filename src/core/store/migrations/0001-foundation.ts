/**
 * Audit log and catalog. Names compare without case (`COLLATE NOCASE`) and keep the case given.
 * A null location means "below the lake root", so a project can be moved.
 */
import type { Migration } from "../migrate.ts";

export const foundation: Migration = {
  id: 1,
  name: "foundation",
  sql: `
CREATE TABLE audit_log (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at_ms INTEGER NOT NULL,
  who TEXT NOT NULL,
  command TEXT NOT NULL,
  object TEXT,
  outcome TEXT NOT NULL,
  details TEXT NOT NULL CHECK (json_valid(details))
) STRICT;
CREATE INDEX audit_log_at ON audit_log (at_ms);

CREATE TABLE catalogs (
  name TEXT NOT NULL COLLATE NOCASE PRIMARY KEY,
  comment TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE schemas (
  catalog TEXT NOT NULL COLLATE NOCASE REFERENCES catalogs (name) ON UPDATE CASCADE,
  name TEXT NOT NULL COLLATE NOCASE,
  comment TEXT,
  location TEXT,
  PRIMARY KEY (catalog, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE tables (
  catalog TEXT NOT NULL COLLATE NOCASE,
  schema TEXT NOT NULL COLLATE NOCASE,
  name TEXT NOT NULL COLLATE NOCASE,
  kind TEXT NOT NULL CHECK (kind IN ('managed', 'external', 'view')),
  location TEXT,
  view_text TEXT,
  view_catalog TEXT,
  view_schema TEXT,
  view_columns TEXT CHECK (view_columns IS NULL OR json_valid(view_columns)),
  comment TEXT,
  created_at_ms INTEGER NOT NULL,
  PRIMARY KEY (catalog, schema, name),
  FOREIGN KEY (catalog, schema) REFERENCES schemas (catalog, name) ON UPDATE CASCADE,
  CHECK ((kind = 'view') = (view_text IS NOT NULL))
) STRICT, WITHOUT ROWID;

INSERT INTO catalogs (name, comment) VALUES ('main', NULL);
INSERT INTO schemas (catalog, name, comment, location) VALUES ('main', 'default', NULL, NULL);
`,
};
