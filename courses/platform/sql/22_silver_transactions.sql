-- Transactions: checked against customers and products, each once.
CREATE TABLE IF NOT EXISTS silver.transactions (
  transaction_id STRING NOT NULL,
  customer_id BIGINT NOT NULL,
  product_id BIGINT NOT NULL,
  quantity INT NOT NULL,
  unit_price DECIMAL(10,2) NOT NULL,
  discount DECIMAL(10,2) NOT NULL,
  amount DECIMAL(12,2) NOT NULL,
  channel STRING,
  promo_code STRING,
  transaction_ts TIMESTAMP NOT NULL,
  transaction_date DATE NOT NULL,
  is_late BOOLEAN NOT NULL COMMENT 'arrived in the file of a later month',
  source_file STRING,
  loaded_at TIMESTAMP
) COMMENT 'Valid transactions';

CREATE TABLE IF NOT EXISTS silver.transactions_quarantine (
  row_id STRING NOT NULL,
  reason STRING NOT NULL,
  transaction_id STRING,
  customer_id BIGINT,
  product_id BIGINT,
  quantity BIGINT,
  unit_price DOUBLE,
  transaction_ts STRING,
  source_file STRING,
  loaded_at TIMESTAMP
) COMMENT 'Transaction rows that cannot be used, and why';

CREATE OR REPLACE TEMPORARY VIEW parsed_transactions AS
SELECT
  *,
  try_cast(transaction_ts AS TIMESTAMP) AS event_ts,
  regexp_extract(source_file, 'transactions_([0-9]{4}-[0-9]{2})', 1) AS file_month
FROM bronze.transactions;

CREATE OR REPLACE TEMPORARY VIEW checked_transactions AS
SELECT
  b.*,
  CASE
    WHEN b.transaction_id IS NULL THEN 'missing transaction_id'
    WHEN b.customer_id IS NULL THEN 'missing customer_id'
    WHEN c.customer_id IS NULL THEN 'unknown customer'
    WHEN p.product_id IS NULL THEN 'unknown product'
    WHEN b.quantity IS NULL THEN 'missing quantity'
    WHEN b.quantity NOT BETWEEN 1 AND 1000 THEN 'quantity out of range'
    WHEN b.unit_price IS NULL OR b.unit_price <= 0 THEN 'price out of range'
    WHEN b.event_ts IS NULL THEN 'invalid timestamp'
    WHEN b.event_ts > b.loaded_at THEN 'timestamp in the future'
    WHEN b.event_ts < TIMESTAMP '2020-01-01 00:00:00' THEN 'timestamp too old'
  END AS reason
FROM parsed_transactions AS b
LEFT JOIN (SELECT DISTINCT customer_id FROM silver.customers) AS c
  ON b.customer_id = c.customer_id
LEFT JOIN silver.products AS p
  ON b.product_id = p.product_id;

-- Quarantine holds what is wrong today: a row whose customer has turned up since leaves it.
MERGE INTO silver.transactions_quarantine AS q
USING (
  SELECT row_id, reason, transaction_id, customer_id, product_id, quantity, unit_price,
    transaction_ts, source_file, loaded_at
  FROM (
    SELECT
      *,
      sha2(
        concat_ws('|', transaction_id, CAST(customer_id AS STRING), CAST(product_id AS STRING),
          CAST(quantity AS STRING), CAST(unit_price AS STRING), transaction_ts),
        256) AS row_id
    FROM checked_transactions
    WHERE reason IS NOT NULL
  )
  QUALIFY row_number() OVER (PARTITION BY row_id ORDER BY source_file, loaded_at) = 1
) AS s
ON q.row_id = s.row_id
WHEN NOT MATCHED THEN INSERT *
WHEN NOT MATCHED BY SOURCE THEN DELETE;

MERGE INTO silver.transactions AS t
USING (
  SELECT
    transaction_id,
    customer_id,
    product_id,
    CAST(quantity AS INT) AS quantity,
    CAST(unit_price AS DECIMAL(10,2)) AS unit_price,
    CAST(coalesce(discount, 0) AS DECIMAL(10,2)) AS discount,
    CAST(
      CAST(unit_price AS DECIMAL(10,2)) * CAST(quantity AS INT)
        - CAST(coalesce(discount, 0) AS DECIMAL(10,2))
      AS DECIMAL(12,2)) AS amount,
    lower(trim(channel)) AS channel,
    promo_code,
    event_ts AS transaction_ts,
    CAST(event_ts AS DATE) AS transaction_date,
    file_month > date_format(event_ts, 'yyyy-MM') AS is_late,
    source_file,
    loaded_at
  FROM checked_transactions
  WHERE reason IS NULL
  QUALIFY row_number() OVER (PARTITION BY transaction_id ORDER BY source_file, loaded_at) = 1
) AS s
ON t.transaction_id = s.transaction_id
WHEN NOT MATCHED THEN INSERT *;
