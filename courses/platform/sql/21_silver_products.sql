-- Products: one row each, the latest.
CREATE TABLE IF NOT EXISTS silver.products (
  product_id BIGINT NOT NULL,
  name STRING NOT NULL,
  category STRING NOT NULL,
  brand STRING,
  cost DECIMAL(10,2),
  price DECIMAL(10,2) NOT NULL,
  launched_on DATE
) COMMENT 'Products on sale';

CREATE TABLE IF NOT EXISTS silver.products_quarantine (
  row_id STRING NOT NULL,
  reason STRING NOT NULL,
  product_id INT,
  name STRING,
  price DOUBLE,
  source_file STRING,
  loaded_at TIMESTAMP
) COMMENT 'Product rows that cannot be used, and why';

CREATE OR REPLACE TEMPORARY VIEW checked_products AS
SELECT
  *,
  sha2(concat_ws('|', CAST(product_id AS STRING), name, CAST(price AS STRING), source_file), 256)
    AS row_id,
  CASE
    WHEN product_id IS NULL THEN 'missing product_id'
    WHEN name IS NULL OR trim(name) = '' THEN 'missing name'
    WHEN price IS NULL OR price <= 0 THEN 'price out of range'
  END AS reason
FROM bronze.products;

MERGE INTO silver.products_quarantine AS q
USING (
  SELECT row_id, reason, product_id, name, price, source_file, loaded_at
  FROM checked_products
  WHERE reason IS NOT NULL
  QUALIFY row_number() OVER (PARTITION BY row_id ORDER BY loaded_at) = 1
) AS s
ON q.row_id = s.row_id
WHEN NOT MATCHED THEN INSERT *;

MERGE INTO silver.products AS t
USING (
  SELECT
    CAST(product_id AS BIGINT) AS product_id,
    trim(name) AS name,
    coalesce(initcap(trim(category)), 'Unknown') AS category,
    brand,
    CAST(cost AS DECIMAL(10,2)) AS cost,
    CAST(price AS DECIMAL(10,2)) AS price,
    launched_on
  FROM checked_products
  WHERE reason IS NULL
  QUALIFY row_number() OVER (PARTITION BY product_id ORDER BY loaded_at DESC, row_id) = 1
) AS s
ON t.product_id = s.product_id
WHEN MATCHED AND (
  t.name <> s.name OR t.category <> s.category OR t.price <> s.price
  OR t.brand IS DISTINCT FROM s.brand OR t.cost IS DISTINCT FROM s.cost
) THEN UPDATE SET *
WHEN NOT MATCHED THEN INSERT *;
