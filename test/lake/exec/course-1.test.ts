/** Course 1: the SQL of its labs and of the Delta demo, with the numbers they must give. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTestLake, type TestLake } from "./open-test-lake.ts";

let t: TestLake;
beforeAll(async () => {
  t = await openTestLake();
});
afterAll(() => t.close());

it("1.1 lakehouse concepts", async () => {
  await t.run(
    "CREATE TABLE architectures AS SELECT * FROM VALUES ('Warehouse', true, true, false, false, true), " +
      "('Lake', false, false, true, true, false), ('Lakehouse', true, true, true, true, true) AS " +
      "a(architecture, acid_transactions, schema_enforcement, unstructured_data, low_cost_storage, bi_support)",
  );
  expect(await t.rows("SELECT count(*) FROM architectures WHERE bi_support")).toEqual([["2"]]);
  await t.run("CREATE TABLE lab1_lakehouse (id INT, name STRING, value DOUBLE) USING DELTA");
  await t.run(
    "INSERT INTO lab1_lakehouse VALUES (1,'a',1.0),(2,'b',2.0),(3,'c',3.0),(4,'d',4.0),(5,'e',5.0)",
  );
  expect(await t.rows("SELECT count(*) FROM lab1_lakehouse")).toEqual([["5"]]);
  const history = await t.lake.table("lab1_lakehouse").then((table) => table.history());
  expect(history.map((entry) => entry.operation)).toEqual(["WRITE", "CREATE TABLE"]);
  await t.run("DROP TABLE lab1_lakehouse");
  await expect(t.run("SELECT * FROM lab1_lakehouse")).rejects.toThrow(/cannot be found/);
});

it("1.2 workspace and catalog", async () => {
  expect(await t.rows("SHOW CATALOGS")).toEqual([["main"]]);
  await t.run("CREATE SCHEMA IF NOT EXISTS lab_workspace");
  await t.run("CREATE SCHEMA IF NOT EXISTS lab_workspace");
  await t.run("CREATE TABLE lab_workspace.cities (name STRING, state STRING, population INT)");
  await t.run(
    "INSERT INTO main.lab_workspace.cities VALUES ('Austin','TX',950000),('Boise','ID',230000),('Reno','NV',260000)",
  );
  expect(await t.rows("SHOW TABLES IN lab_workspace")).toEqual([
    ["lab_workspace", "cities", "false"],
  ]);
  expect(
    await t.rows("SELECT name FROM lab_workspace.cities ORDER BY population DESC LIMIT 1"),
  ).toEqual([["Austin"]]);
  await expect(t.run("DROP SCHEMA lab_workspace")).rejects.toThrow(/not empty/);
  await t.run("DROP SCHEMA lab_workspace CASCADE");
  expect(await t.rows("SHOW SCHEMAS LIKE 'lab*'")).toEqual([]);
});

describe("1.4 Spark operations", () => {
  beforeAll(async () => {
    await t.run(
      "CREATE TABLE sales AS SELECT sale_id, CAST(d AS DATE) AS date, category, product, " +
        "CAST(price AS DOUBLE) AS price, quantity, region FROM VALUES " +
        "('S001','2024-01-01','Electronics','Laptop',999.99,2,'West')," +
        "('S002','2024-01-01','Books','Python Guide',49.99,5,'East')," +
        "('S003','2024-01-02','Electronics','Phone',699.99,3,'West')," +
        "('S004','2024-01-02','Clothing','Jacket',129.99,4,'North')," +
        "('S005','2024-01-03','Books','Data Science',59.99,8,'East')," +
        "('S006','2024-01-03','Electronics','Tablet',449.99,2,'South')," +
        "('S007','2024-01-04','Clothing','Shoes',89.99,6,'West')," +
        "('S008','2024-01-04','Electronics','Earbuds',79.99,10,'North')," +
        "('S009','2024-01-05','Books','ML Handbook',69.99,3,'South')," +
        "('S010','2024-01-05','Clothing','Hat',29.99,15,'East') " +
        "AS s(sale_id, d, category, product, price, quantity, region)",
    );
    await t.run(
      "CREATE TABLE regions AS SELECT * FROM VALUES ('West','Pacific','Sarah'),('East','Atlantic','Mike')," +
        "('North','Central','Lisa'),('South','Gulf','Tom') AS r(region, territory, manager)",
    );
  });

  it("filters", async () => {
    expect(await t.rows("SELECT count(*) FROM sales WHERE price > 100")).toEqual([["4"]]);
    const both = "SELECT count(*) FROM sales WHERE category = 'Electronics' AND region = 'West'";
    expect(await t.rows(both)).toEqual([["2"]]);
    const days = "SELECT count(*) FROM sales WHERE date BETWEEN '2024-01-02' AND '2024-01-04'";
    expect(await t.rows(days)).toEqual([["6"]]);
  });

  it("aggregates, joins and ranks", async () => {
    const revenue =
      "SELECT category, round(sum(price * quantity), 2) AS revenue, max(price) FROM sales " +
      "GROUP BY category ORDER BY revenue DESC";
    expect(await t.rows(revenue)).toEqual([
      ["Electronics", "5799.83", "999.99"],
      ["Clothing", "1509.75", "129.99"],
      ["Books", "939.84", "69.99"],
    ]);
    const regions =
      "SELECT r.region, territory, manager, round(avg(price), 3), sum(quantity), " +
      "round(sum(price * quantity), 2) FROM sales s JOIN regions r ON s.region = r.region " +
      "GROUP BY ALL ORDER BY 6 DESC";
    expect(await t.rows(regions)).toEqual([
      ["West", "Pacific", "Sarah", "596.657", "11", "4639.89"],
      ["North", "Central", "Lisa", "104.99", "14", "1319.86"],
      ["East", "Atlantic", "Mike", "46.657", "28", "1179.72"],
      ["South", "Gulf", "Tom", "259.99", "5", "1109.95"],
    ]);
    const top =
      "SELECT product, round(price * quantity, 2) AS total_revenue FROM sales ORDER BY 2 DESC LIMIT 3";
    expect(await t.rows(top)).toEqual([
      ["Phone", "2099.97"],
      ["Laptop", "1999.98"],
      ["Tablet", "899.98"],
    ]);
  });
});

it("1.5 Delta tables", async () => {
  await t.run(
    "CREATE TABLE lab_inventory AS SELECT sku, product_name, category, quantity, CAST(unit_price AS DOUBLE) " +
      "AS unit_price FROM VALUES ('A1','Pen','Office',10,1.5),('A2','Ink','Office',5,9.0),('B1','Mug','Kitchen',7,4.0)," +
      "('B2','Pan','Kitchen',3,20.0),('C1','Bulb','Light',9,2.0),('C2','Lamp','Light',2,30.0) " +
      "AS i(sku, product_name, category, quantity, unit_price)",
  );
  await t.run(
    "INSERT INTO lab_inventory VALUES ('D1','Rug','Home',1,99.0),('D2','Vase','Home',4,15.0)",
  );
  const updated = await t.rows(
    "UPDATE lab_inventory SET unit_price = unit_price * 1.05 WHERE category = 'Office'",
  );
  expect(updated).toEqual([["2"]]);
  const merged = await t.rows(
    "MERGE INTO lab_inventory t USING (SELECT 'A1' AS sku, 'Pen' AS product_name, 'Office' AS category, " +
      "99 AS quantity, 2.0D AS unit_price UNION ALL SELECT 'Z9','New','Home',1,5.0D) s ON t.sku = s.sku " +
      "WHEN MATCHED THEN UPDATE SET t.quantity = s.quantity, t.unit_price = s.unit_price " +
      "WHEN NOT MATCHED THEN INSERT *",
  );
  expect(merged).toEqual([["2", "1", "0", "1"]]);
  const table = await t.lake.table("main.default.lab_inventory");
  expect((await table.history()).map((entry) => entry.operation)).toEqual([
    "MERGE",
    "UPDATE",
    "WRITE",
    "CREATE TABLE AS SELECT",
  ]);
  const changes = await t.rows(
    "SELECT c.sku, o.unit_price AS original_price, c.unit_price AS current_price, " +
      "round(c.unit_price - o.unit_price, 2) AS price_change FROM lab_inventory c " +
      "JOIN lab_inventory VERSION AS OF 0 o ON c.sku = o.sku WHERE c.category = 'Office' ORDER BY 1",
  );
  expect(changes).toEqual([
    ["A1", "1.5", "2.0", "0.5"],
    ["A2", "9.0", "9.450000000000001", "0.45"],
  ]);
  const before = await table.version();
  await expect(
    t.run("INSERT INTO lab_inventory BY NAME SELECT 'X' AS sku, 'wrong' AS extra_column"),
  ).rejects.toThrow(/no column `extra_column`/);
  await expect(t.run("INSERT INTO lab_inventory VALUES ('X', 'Y')")).rejects.toThrow(/5 columns/);
  expect(await table.version()).toBe(before);
  expect(await t.rows("SELECT count(*) FROM lab_inventory")).toEqual([["9"]]);
});

it("1.6 jobs and workflows", async () => {
  await t.run(
    "CREATE TABLE raw_orders AS SELECT order_id, CAST(d AS DATE) AS order_date, category, CAST(price AS DOUBLE) " +
      "AS price, quantity, status FROM VALUES " +
      "('O001','2024-01-01','Electronics',999.99,1,'completed'),('O002','2024-01-01','Books',49.99,2,'completed')," +
      "('O003','2024-01-02','Electronics',699.99,1,'cancelled'),('O004','2024-01-02','Clothing',129.99,3,'completed')," +
      "('O005','2024-01-03','Books',69.99,1,'completed'),('O006','2024-01-03','Electronics',449.99,2,'completed')," +
      "('O007','2024-01-04','Clothing',89.99,2,'completed'),('O008','2024-01-04','Electronics',79.99,5,'completed')," +
      "('O009','2024-01-05','Books',59.99,3,'pending'),('O010','2024-01-05','Clothing',29.99,4,'completed') " +
      "AS o(order_id, d, category, price, quantity, status)",
  );
  await t.run(
    "CREATE TABLE lab_orders_gold (order_id STRING, order_date DATE, category STRING, revenue DOUBLE, status STRING)",
  );
  const load =
    "INSERT OVERWRITE lab_orders_gold SELECT order_id, order_date, category, price * quantity, status " +
    "FROM raw_orders WHERE status = 'completed' AND order_date >= CAST(:start_date AS DATE) " +
    "AND (:category = 'All' OR category = :category)";
  for (let i = 0; i < 2; i++) await t.run(load, { start_date: "2024-01-01", category: "All" });
  expect(await t.rows("SELECT count(*), round(sum(revenue), 2) FROM lab_orders_gold")).toEqual([
    ["8", "3159.8"],
  ]);
  const byCategory =
    "SELECT category, round(sum(revenue), 2) FROM lab_orders_gold GROUP BY category ORDER BY 2 DESC";
  expect(await t.rows(byCategory)).toEqual([
    ["Electronics", "2299.92"],
    ["Clothing", "689.91"],
    ["Books", "169.97"],
  ]);
  const running =
    "SELECT order_date, round(r, 2), round(sum(r) OVER (ORDER BY order_date), 2) FROM " +
    "(SELECT order_date, sum(revenue) AS r FROM lab_orders_gold GROUP BY order_date) ORDER BY order_date";
  expect(await t.rows(running)).toEqual([
    ["2024-01-01", "1099.97", "1099.97"],
    ["2024-01-02", "389.97", "1489.94"],
    ["2024-01-03", "969.97", "2459.91"],
    ["2024-01-04", "579.93", "3039.84"],
    ["2024-01-05", "119.96", "3159.8"],
  ]);
});

it("the Delta demo: products", async () => {
  await t.run(
    "CREATE TABLE products (id INT, name STRING, category STRING, price DOUBLE, stock INT)",
  );
  await t.run(
    "INSERT INTO products VALUES (1,'Laptop','Electronics',999.99,50),(2,'Headphones','Electronics',79.99,200)," +
      "(3,'Desk Chair','Furniture',349.99,30),(4,'Monitor','Electronics',449.99,75),(5,'Standing Desk','Furniture',599.99,20)",
  );
  await t.run(
    "INSERT INTO products VALUES (6,'Keyboard','Electronics',129.99,100),(7,'Bookshelf','Furniture',199.99,40)",
  );
  await t.run("UPDATE products SET price = round(price * 1.10, 2) WHERE category = 'Electronics'");
  await t.run(
    "MERGE INTO products AS t USING (SELECT * FROM VALUES (1,'Laptop Pro','Electronics',1099.99D,45)," +
      "(8,'Webcam','Electronics',69.99D,100),(9,'Filing Cabinet','Furniture',159.99D,25) " +
      "AS s(id, name, category, price, stock)) AS s ON t.id = s.id " +
      "WHEN MATCHED THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT *",
  );
  expect(await t.rows("SELECT id, name, price, stock FROM products ORDER BY id")).toEqual([
    ["1", "Laptop Pro", "1099.99", "45"],
    ["2", "Headphones", "87.99", "200"],
    ["3", "Desk Chair", "349.99", "30"],
    ["4", "Monitor", "494.99", "75"],
    ["5", "Standing Desk", "599.99", "20"],
    ["6", "Keyboard", "142.99", "100"],
    ["7", "Bookshelf", "199.99", "40"],
    ["8", "Webcam", "69.99", "100"],
    ["9", "Filing Cabinet", "159.99", "25"],
  ]);
  await expect(t.run("INSERT INTO products VALUES ('x', 'bad')")).rejects.toThrow();
  await t.run(
    "INSERT WITH SCHEMA EVOLUTION INTO products BY NAME SELECT 10 AS id, 'Mouse' AS name, DATE'2024-06-01' AS added_date",
  );
  expect(await t.rows("SELECT id, added_date FROM products WHERE added_date IS NOT NULL")).toEqual([
    ["10", "2024-06-01"],
  ]);
});
