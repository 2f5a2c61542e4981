/** The example tables of `init --demo`: small, with a few versions to travel between. */
import type { Config } from "../../../core/config/index.ts";
import type { CommandContext } from "../../context.ts";

const STATEMENTS = `
CREATE SCHEMA IF NOT EXISTS demo COMMENT 'Example tables';
CREATE TABLE demo.customers (
  id BIGINT NOT NULL COMMENT 'key', name STRING, city STRING, since DATE
) COMMENT 'People who order';
INSERT INTO demo.customers VALUES
  (1, 'Ada', 'London', DATE'2024-02-11'), (2, 'Blaise', 'Paris', DATE'2024-05-30'),
  (3, 'Carl', 'Göttingen', DATE'2025-01-07'), (4, 'Emmy', 'Erlangen', DATE'2025-03-14');
CREATE TABLE demo.orders (
  id BIGINT NOT NULL, customer_id BIGINT, day DATE, amount DECIMAL(10,2), status STRING
) PARTITIONED BY (status) TBLPROPERTIES (delta.enableChangeDataFeed = true);
INSERT INTO demo.orders VALUES
  (100, 1, DATE'2026-01-03', 19.99, 'paid'), (101, 2, DATE'2026-01-03', 250.00, 'paid'),
  (102, 1, DATE'2026-01-04', 5.50, 'open'), (103, 3, DATE'2026-01-05', 75.25, 'open');
UPDATE demo.orders SET status = 'paid' WHERE id = 102;
INSERT INTO demo.orders VALUES
  (104, 4, DATE'2026-01-06', 12.00, 'open'), (105, 2, DATE'2026-01-06', 99.90, 'cancelled');
`;

/** Makes the tables in the project's lake; false when they are there already, and stay as they are. */
export async function createDemo(context: CommandContext, config: Config): Promise<boolean> {
  const [{ openLake }, { openStore }] = await Promise.all([
    import("../../../lake/index.ts"),
    import("../../../core/store/index.ts"),
  ]);
  const store = openStore({ path: config.storePath, clock: context.io.clock });
  context.onClose(() => store.close());
  const lake = await openLake({ root: config.lake.root, store, clock: context.io.clock });
  context.onClose(() => lake.close());
  if ((await lake.schemaOf("demo.orders")) !== null) {
    await context.note("the example tables are there already");
    return false;
  }
  for await (const result of lake.script(STATEMENTS)) await result.close();
  await context.note("created the tables demo.customers and demo.orders");
  return true;
}
