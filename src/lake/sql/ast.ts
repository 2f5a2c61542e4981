/**
 * Syntax tree of Spark SQL (reference: Spark 4.2.0 `SqlBaseParser.g4`). The parser builds it and
 * knows no types or tables; the binder reads it and never looks at text again except through
 * `span`. Every node that can be at fault carries its span. Expressions first, then relations and
 * queries, then statements.
 */
import type { DataType } from "../schema/data-type.ts";

/** Half-open range of UTF-16 offsets in the statement's text. */
export interface Span {
  start: number;
  end: number;
}

export interface Identifier {
  /** Without back-ticks, case as written. */
  name: string;
  quoted: boolean;
  span: Span;
}

/** `a.b.c`; parts are never empty. */
export interface MultipartName {
  parts: Identifier[];
  span: Span;
}

// ---------------------------------------------------------------- expressions

export type LiteralValue =
  | { kind: "null" }
  | { kind: "boolean"; value: boolean }
  /** Digits as written, with an optional suffix: L S Y (integers), D F BD. A minus sign directly
   *  in front belongs to the literal, as in Spark: `-128Y` is one literal with text `-128`. */
  | { kind: "number"; text: string; suffix: "" | "L" | "S" | "Y" | "D" | "F" | "BD" }
  | { kind: "string"; value: string }
  /** X'…' */
  | { kind: "binary"; hex: string }
  /** DATE '…', TIMESTAMP '…', TIMESTAMP_NTZ '…', TIMESTAMP_LTZ '…', TIME '…' and INTERVAL '…'
   *  without units (type in lower case): text not yet parsed. */
  | { kind: "typed"; type: string; text: string };

export type BinaryOperator =
  | "+"
  | "-"
  | "*"
  | "/"
  | "%"
  | "div"
  | "||"
  | "="
  | "<=>"
  | "!="
  | "<"
  | "<="
  | ">"
  | ">="
  | "and"
  | "or"
  | "&"
  | "|"
  | "^"
  | "<<"
  | ">>"
  | ">>>";

export interface FrameBound {
  kind: "unbounded_preceding" | "preceding" | "current_row" | "following" | "unbounded_following";
  value?: Expression;
}

export interface WindowSpec {
  /** Name of a WINDOW clause entry this refers to (`OVER w`, `OVER (w)`). */
  base?: Identifier;
  partitionBy: Expression[];
  orderBy: SortItem[];
  frame?: { unit: "rows" | "range"; start: FrameBound; end: FrameBound };
  span: Span;
}

export interface SortItem {
  expression: Expression;
  direction: "asc" | "desc";
  /** Absent: Spark's default, nulls first when ascending and last when descending. */
  nulls?: "first" | "last";
  span: Span;
}

export interface IntervalPart {
  /** Any expression in front of the unit; a string literal for `'1-2' YEAR TO MONTH`. */
  value: Expression;
  unit: string;
  toUnit?: string;
}

export type Expression = { span: Span } & (
  | { kind: "literal"; value: LiteralValue }
  | { kind: "column"; name: MultipartName }
  /** `*`, `t.*`, with EXCEPT and (not in Spark OSS) REPLACE lists. */
  | { kind: "star"; qualifier: Identifier[]; except: MultipartName[] }
  | { kind: "unary"; operator: "-" | "+" | "~" | "not"; operand: Expression }
  | {
      kind: "binary";
      operator: BinaryOperator;
      left: Expression;
      right: Expression;
      /** As typed, where aliases differ: `==`, `<>`, `!<`, `!>`. */ text: string;
    }
  | {
      kind: "between";
      negated: boolean;
      operand: Expression;
      low: Expression;
      high: Expression;
      symmetric: boolean;
    }
  | { kind: "in_list"; negated: boolean; operand: Expression; values: Expression[] }
  | { kind: "in_query"; negated: boolean; operand: Expression; query: Query }
  | { kind: "exists"; query: Query }
  | { kind: "scalar_query"; query: Query }
  | {
      kind: "like";
      negated: boolean;
      operator: "like" | "ilike" | "rlike";
      operand: Expression;
      pattern: Expression;
      escape?: Expression;
    }
  | {
      kind: "like_quantified";
      negated: boolean;
      operator: "like" | "ilike";
      quantifier: "any" | "all";
      operand: Expression;
      patterns: Expression[];
    }
  | {
      kind: "is";
      negated: boolean;
      operand: Expression;
      what: "null" | "true" | "false" | "unknown";
    }
  | { kind: "is_distinct"; negated: boolean; left: Expression; right: Expression }
  | {
      kind: "case";
      operand?: Expression;
      branches: { when: Expression; then: Expression }[];
      otherwise?: Expression;
    }
  | {
      kind: "cast";
      try: boolean;
      operand: Expression;
      type: DataType;
      typeSpan: Span;
      /** `CAST(x AS t)` or `x :: t`. */ syntax: "cast" | "::";
    }
  /** Includes special-syntax functions under their canonical name: `extract`, `substring`,
   *  `overlay`, `locate`, `trim` (leading, trailing as `ltrim`, `rtrim`), `if`,
   *  `struct`/`named_struct`, `current_date` without parentheses … */
  | {
      kind: "call";
      name: MultipartName;
      args: FunctionArgument[];
      distinct: boolean;
      /** `IGNORE NULLS` / `RESPECT NULLS`. */ nulls?: "ignore" | "respect";
      filter?: Expression;
      withinGroup?: SortItem[];
      over?: WindowSpec;
      /** Written without parentheses, as `current_date`. */ bare?: boolean;
      /** Written with keywords: `TRIM(BOTH 'x' FROM s)`, `EXTRACT(YEAR FROM d)`. The arguments
       *  stand in the order of the plain function: `btrim(s, 'x')`, `ltrim('x', s)`. */
      special?: boolean;
    }
  | { kind: "lambda"; parameters: Identifier[]; body: Expression }
  | { kind: "subscript"; operand: Expression; index: Expression }
  /** `expr.field` where the left side is not a plain name. */
  | { kind: "field"; operand: Expression; field: Identifier }
  /** `v:a.b[0]` on a variant or JSON string: path text as written, after the colon. */
  | { kind: "semi_structured"; operand: Expression; path: string }
  | { kind: "interval"; parts: IntervalPart[]; negated?: boolean }
  /** `(a, b)`: a row constructor. */
  | { kind: "row"; items: { expression: Expression; alias?: Identifier }[] }
  /** `:name` or `?` (then `name` is its zero-based position). */
  | { kind: "parameter"; name: string }
  | { kind: "collate"; operand: Expression; collation: MultipartName }
  /** `IDENTIFIER(expr)` standing where a column or function name may stand. */
  | { kind: "identifier_clause"; operand: Expression; args?: FunctionArgument[] }
  /** DEFAULT in VALUES of INSERT and in UPDATE and MERGE assignments. */
  | { kind: "default" }
);

export interface FunctionArgument {
  /** `name => value`; for `struct(…)` the alias of the field, `struct(a AS name)`. */
  name?: Identifier;
  value: Expression;
  /** `TABLE(t)` or `TABLE t` as an argument of a table function; `value` is then NULL. */
  table?: Relation;
}

export type ExpressionKind = Expression["kind"];

// ---------------------------------------------------------------- relations and queries

export interface TableAlias {
  name: Identifier;
  columns: Identifier[];
}

export interface TimeTravel {
  /** `VERSION AS OF` / `@v3` or `TIMESTAMP AS OF` / `@yyyyMMddHHmmssSSS`. */
  kind: "version" | "timestamp";
  value: Expression;
  span: Span;
}

export interface Sample {
  kind: "percent" | "rows" | "bucket" | "bytes";
  value: Expression;
  /** `BUCKET x OUT OF y`. */
  outOf?: Expression;
  seed?: Expression;
}

export type JoinKind = "inner" | "cross" | "left" | "right" | "full" | "left_semi" | "left_anti";

export interface LateralView {
  outer: boolean;
  call: Expression;
  alias: Identifier;
  columns: Identifier[];
  span: Span;
}

export interface PivotClause {
  aggregates: { expression: Expression; alias?: Identifier }[];
  columns: MultipartName[];
  values: { expression: Expression; alias?: Identifier }[];
  alias?: TableAlias;
  span: Span;
}

export interface UnpivotClause {
  includeNulls: boolean;
  nameColumn: Identifier;
  valueColumns: Identifier[];
  columns: { names: MultipartName[]; alias?: Identifier }[];
  alias?: TableAlias;
  span: Span;
}

export type Relation = {
  span: Span;
} /** A table, view or CTE; also ``delta.`path` ``, which is a two-part name. */ & (
  | {
      kind: "table";
      name: MultipartName;
      timeTravel?: TimeTravel;
      sample?: Sample;
      alias?: TableAlias;
    }
  | { kind: "identifier_table"; operand: Expression; timeTravel?: TimeTravel; alias?: TableAlias }
  | { kind: "subquery"; query: Query; lateral: boolean; sample?: Sample; alias?: TableAlias }
  | {
      kind: "table_function";
      name: MultipartName;
      args: FunctionArgument[];
      lateral: boolean;
      alias?: TableAlias;
    }
  | { kind: "values"; rows: Expression[][]; alias?: TableAlias }
  | {
      kind: "join";
      left: Relation;
      right: Relation;
      join: JoinKind;
      natural: boolean;
      lateral: boolean;
      on?: Expression;
      using?: Identifier[];
    }
  | { kind: "lateral_view"; input: Relation; view: LateralView }
  | { kind: "pivot"; input: Relation; pivot: PivotClause }
  | { kind: "unpivot"; input: Relation; unpivot: UnpivotClause }
  | { kind: "aliased"; input: Relation; sample?: Sample; alias?: TableAlias }
);

export interface NamedWindow {
  name: Identifier;
  spec: WindowSpec;
}

export interface SelectItem {
  expression: Expression;
  alias?: Identifier;
  /** `expr AS (a, b)` of a multi-column generator. */
  aliases?: Identifier[];
  span: Span;
}

export type GroupBy = { kind: "expressions"; items: GroupingItem[] } | { kind: "all" };

export type GroupingItem =
  | { kind: "expression"; expression: Expression }
  | { kind: "rollup" | "cube"; sets: Expression[][]; span: Span }
  | { kind: "grouping_sets"; sets: GroupingItem[][]; span: Span };

export interface Select {
  kind: "select";
  distinct: boolean;
  items: SelectItem[];
  /** Comma-separated relations, joined left to right. Absent: one row. */
  from?: Relation[];
  where?: Expression;
  groupBy?: GroupBy;
  /** `GROUP BY a, b WITH ROLLUP|CUBE` and `GROUP BY a, b GROUPING SETS (…)`. */
  groupingModifier?: { kind: "rollup" | "cube" } | { kind: "grouping_sets"; sets: Expression[][] };
  having?: Expression;
  qualify?: Expression;
  windows: NamedWindow[];
  hints: { name: string; args: Expression[] }[];
  span: Span;
}

export type QueryBody =
  | Select
  | { kind: "values_query"; rows: Expression[][]; alias?: TableAlias; span: Span }
  | { kind: "table_query"; name: MultipartName; span: Span }
  | {
      kind: "set_operation";
      operator: "union" | "except" | "intersect";
      all: boolean;
      /** `BY NAME` (Spark has it through the DataFrame API; refused when met). */ byName: boolean;
      left: QueryBody;
      right: QueryBody;
      span: Span;
    }
  | { kind: "nested"; query: Query; span: Span }
  /** `FROM t |> …`; operators in order. */
  | { kind: "pipe"; input: QueryBody; operators: PipeOperator[]; span: Span };

/** One `|> …`; the keyword is in upper case. */
export type PipeOperator = {
  keyword: string;
  span: Span;
} /** SELECT with GROUP BY and WINDOW; its FROM is what stands before the pipe. */ & (
  | { kind: "select"; select: Select }
  | { kind: "extend"; items: SelectItem[]; windows: NamedWindow[] }
  | {
      kind: "set";
      assignments: { column: Identifier; value: Expression }[];
      windows: NamedWindow[];
    }
  | { kind: "drop"; columns: MultipartName[] }
  | { kind: "as"; alias: Identifier }
  | { kind: "where"; condition: Expression }
  | { kind: "pivot"; pivot: PivotClause }
  | { kind: "unpivot"; unpivot: UnpivotClause }
  | { kind: "sample"; sample: Sample }
  | {
      kind: "join";
      join: JoinKind;
      natural: boolean;
      lateral: boolean;
      right: Relation;
      on?: Expression;
      using?: Identifier[];
    }
  | {
      kind: "set_operation";
      operator: "union" | "except" | "intersect";
      all: boolean;
      right: QueryBody;
    }
  /** ORDER BY, SORT BY, DISTRIBUTE BY, CLUSTER BY, LIMIT, OFFSET in their usual order. */
  | ({ kind: "organize" } & QueryOrganization)
  /** AGGREGATE … GROUP BY …; the items of the plain GROUP BY may carry aliases. */
  | { kind: "aggregate"; items: SelectItem[]; groupBy?: SelectItem[]; analytics?: GroupBy }
);

export interface CommonTableExpression {
  name: Identifier;
  columns: Identifier[];
  query: Query;
  recursive: boolean;
  /** MAX RECURSION LEVEL. */
  levels?: number;
  span: Span;
}

export interface Query extends QueryOrganization {
  with: CommonTableExpression[];
  body: QueryBody;
  span: Span;
}

export interface QueryOrganization {
  orderBy: SortItem[] | { kind: "all"; direction: "asc" | "desc"; nulls?: "first" | "last" };
  /** SORT BY, DISTRIBUTE BY, CLUSTER BY: order within partitions; one partition here. */
  sortBy: SortItem[];
  distributeBy: Expression[];
  clusterBy: Expression[];
  limit?: Expression | "all";
  offset?: Expression;
}

// ---------------------------------------------------------------- statements

export interface ColumnDefinition {
  name: MultipartName;
  type: DataType;
  /** Type as Spark keeps it in `__CHAR_VARCHAR_TYPE_STRING` when CHAR(n) or VARCHAR(n) was
   *  written in it: `varchar(10)`, `array<char(3)>`. */
  charVarchar?: string;
  notNull: boolean;
  comment?: string;
  default?: { expression: Expression; text: string };
  generated?: { expression: Expression; text: string };
  identity?: { always: boolean; start?: string; step?: string };
  /** Position in ALTER TABLE ADD COLUMN(S). */
  position?: { kind: "first" } | { kind: "after"; column: Identifier };
  span: Span;
}

export interface TableConstraint {
  name?: Identifier;
  kind: "check" | "primary_key" | "foreign_key" | "unique";
  expression?: Expression;
  text: string;
  span: Span;
}

export type Property = { key: string; value: string; span: Span };

export interface TableOptions {
  /** `USING delta`; lower case. */
  using?: string;
  partitionedBy: { name: Identifier; transform?: string; type?: DataType }[];
  clusterBy: MultipartName[] | "auto" | "none";
  location?: string;
  comment?: string;
  properties: Property[];
  options: Property[];
  /** Clauses met and not known to us, by keyword; the binder refuses them. */
  unsupported: { keyword: string; span: Span }[];
}

/** `db.t (PARTITION (a = 1, b))`; a value absent means dynamic. */
export interface PartitionSpec {
  items: { name: Identifier; value?: Expression }[];
  span: Span;
}

export interface Assignment {
  target: MultipartName;
  value: Expression;
  span: Span;
}

export type MergeAction =
  | { kind: "update"; assignments: Assignment[] | "*" }
  | { kind: "delete" }
  | { kind: "insert"; columns: MultipartName[] | "*"; values: Expression[] };

export interface MergeClause {
  match: "matched" | "not_matched" | "not_matched_by_source";
  condition?: Expression;
  action: MergeAction;
  span: Span;
}

/** A table named by catalog name, path (``delta.`…` ``) or IDENTIFIER(…). */
export interface TableReference {
  name: MultipartName;
  timeTravel?: TimeTravel;
  alias?: TableAlias;
  identifierClause?: Expression;
}

export type AlterAction =
  | { kind: "add_columns"; columns: ColumnDefinition[] }
  | { kind: "drop_columns"; columns: MultipartName[]; ifExists: boolean }
  | { kind: "rename_column"; from: MultipartName; to: Identifier }
  | {
      kind: "alter_column";
      column: MultipartName;
      change:
        | { kind: "type"; type: DataType; charVarchar?: string }
        | { kind: "comment"; comment: string }
        | { kind: "set_not_null" }
        | { kind: "drop_not_null" }
        | { kind: "set_default"; expression: Expression; text: string }
        | { kind: "drop_default" }
        | { kind: "sync_identity" }
        | { kind: "position"; position: { kind: "first" } | { kind: "after"; column: Identifier } };
    }
  | { kind: "set_properties"; properties: Property[] }
  | { kind: "unset_properties"; keys: string[]; ifExists: boolean }
  | { kind: "add_constraint"; constraint: TableConstraint }
  | { kind: "drop_constraint"; name: Identifier; ifExists: boolean }
  | { kind: "rename"; to: MultipartName }
  | { kind: "set_location"; location: string }
  | { kind: "cluster_by"; columns: MultipartName[] | "none" | "auto" }
  | { kind: "drop_feature"; feature: string; truncateHistory: boolean }
  | { kind: "unsupported"; keyword: string };

/** A path, or `:parameter` with the literals behind it (Spark 4.1 joins adjacent strings). */
export type CopyPath = string | { parameter: Identifier; suffix: string };

export type Statement = { span: Span } & (
  | { kind: "query"; query: Query }
  | {
      kind: "create_table";
      table: TableReference;
      orReplace: boolean;
      replaceOnly: boolean;
      ifNotExists: boolean;
      temporary: boolean;
      external: boolean;
      columns: ColumnDefinition[];
      constraints: TableConstraint[];
      options: TableOptions;
      query?: Query;
    }
  | {
      kind: "create_table_like";
      table: TableReference;
      source: TableReference;
      ifNotExists: boolean;
      options: TableOptions;
    }
  /** SHALLOW/DEEP CLONE. */
  | {
      kind: "clone_table";
      table: TableReference;
      source: TableReference;
      shallow: boolean;
      orReplace: boolean;
      ifNotExists: boolean;
      options: TableOptions;
    }
  | {
      kind: "create_view";
      name: MultipartName;
      orReplace: boolean;
      ifNotExists: boolean;
      temporary: boolean;
      global: boolean;
      columns: { name: Identifier; comment?: string }[];
      comment?: string;
      properties: Property[];
      query: Query;
      /** Text of the query as written. */ queryText: string;
    }
  /** CREATE TEMPORARY VIEW v USING source OPTIONS (…). */
  | {
      kind: "create_view_using";
      name: MultipartName;
      orReplace: boolean;
      using: string;
      options: Property[];
      columns: ColumnDefinition[];
    }
  | {
      kind: "alter_view";
      name: MultipartName;
      query?: Query;
      queryText?: string;
      action?: AlterAction;
    }
  | {
      kind: "drop";
      what: "table" | "view" | "schema" | "catalog";
      name: MultipartName;
      ifExists: boolean;
      cascade: boolean;
      purge: boolean;
    }
  | { kind: "truncate"; table: TableReference; partition?: PartitionSpec }
  | {
      kind: "create_catalog";
      name: Identifier;
      ifNotExists: boolean;
      comment?: string;
      managedLocation?: string;
    }
  | {
      kind: "create_schema";
      name: MultipartName;
      ifNotExists: boolean;
      comment?: string;
      location?: string;
      managedLocation?: string;
      properties: Property[];
    }
  | { kind: "use"; what: "catalog" | "schema" | "any"; name: MultipartName }
  | {
      kind: "show";
      what:
        | "catalogs"
        | "schemas"
        | "tables"
        | "views"
        | "columns"
        | "tblproperties"
        | "create_table"
        | "functions"
        | "partitions"
        | "table_extended"
        | "current_schema";
      name?: MultipartName;
      inName?: MultipartName;
      like?: string;
      key?: string;
      /** SHOW USER|SYSTEM|ALL FUNCTIONS; `SERDE` for SHOW CREATE TABLE … AS SERDE. */
      scope?: string;
      /** SHOW PARTITIONS and SHOW TABLE EXTENDED. */
      partition?: PartitionSpec;
    }
  | {
      kind: "describe";
      what: "table" | "detail" | "history" | "schema" | "catalog" | "query" | "function";
      extended: boolean;
      table?: TableReference;
      name?: MultipartName;
      query?: Query;
      column?: MultipartName;
      partition?: PartitionSpec;
      limit?: Expression;
      asJson: boolean;
    }
  | {
      kind: "insert";
      table: TableReference;
      mode: "into" | "overwrite" | "replace_where" | "replace_using" | "replace_on";
      byName: boolean;
      ifNotExists: boolean;
      columns: Identifier[];
      partition?: PartitionSpec;
      replaceWhere?: Expression;
      replaceUsing?: Identifier[];
      source: Query;
      schemaEvolution: boolean;
    }
  /** `FROM x INSERT INTO … INSERT INTO …` is met as `unsupported`. */
  | {
      kind: "copy_into";
      table: TableReference;
      path: CopyPath;
      pathSpan: Span;
      /** `(SELECT … FROM 'path')`. */ items?: SelectItem[];
      fileFormat: string;
      files?: string[];
      pattern?: string;
      formatOptions: Property[];
      copyOptions: Property[];
      validate?: string;
      columns: Identifier[];
      byPosition: boolean;
    }
  | { kind: "update"; table: TableReference; assignments: Assignment[]; where?: Expression }
  | { kind: "delete"; table: TableReference; where?: Expression }
  | {
      kind: "merge";
      target: TableReference;
      source: Relation;
      on: Expression;
      clauses: MergeClause[];
      schemaEvolution: boolean;
    }
  | { kind: "alter_table"; table: TableReference; action: AlterAction }
  | {
      kind: "comment_on";
      what: "table" | "schema" | "catalog" | "column";
      name: MultipartName;
      comment: string | null;
    }
  | {
      kind: "explain";
      mode: "simple" | "extended" | "codegen" | "cost" | "formatted";
      statement: Statement;
    }
  | { kind: "set"; key?: string; value?: string }
  | { kind: "reset"; key?: string }
  | {
      kind: "declare_variable";
      names: MultipartName[];
      orReplace: boolean;
      type?: DataType;
      default?: Expression;
    }
  | { kind: "drop_variable"; name: MultipartName; ifExists: boolean }
  /** One value a name (DEFAULT among them), or a query of one row. */
  | { kind: "set_variable"; names: MultipartName[]; values?: Expression[]; query?: Query }
  | {
      kind: "optimize";
      table: TableReference;
      where?: Expression;
      zorder: MultipartName[];
      full: boolean;
    }
  | {
      kind: "vacuum";
      table: TableReference;
      retainHours?: string;
      dryRun: boolean;
      mode?: "lite" | "full";
    }
  | { kind: "restore"; table: TableReference }
  | {
      kind: "convert";
      table: TableReference;
      partitionedBy: ColumnDefinition[];
      noStatistics: boolean;
    }
  | { kind: "reorg"; table: TableReference; where?: Expression; apply: string }
  | { kind: "fsck"; table: TableReference; dryRun: boolean }
  | { kind: "analyze" | "refresh" | "cache" | "uncache" | "msck"; table?: TableReference }
  | {
      kind: "execute_immediate";
      sql: Expression;
      into: MultipartName[];
      using: { value: Expression; alias?: Identifier }[];
    }
  /** A statement of Spark that is recognised by its first words and not built. */
  | { kind: "unsupported"; keyword: string }
);

export type StatementKind = Statement["kind"];

/** One statement of a script with its own text; spans inside count from the start of `text`. */
export interface ParsedStatement {
  statement: Statement;
  text: string;
  /** Offset of `text` in the whole script, for line numbers of a file. */
  offset: number;
}
