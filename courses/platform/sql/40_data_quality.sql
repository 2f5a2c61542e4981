-- One line per expectation: how many rows break it, and whether that is still acceptable.
CREATE OR REPLACE TABLE gold.data_quality
COMMENT 'Expectations on the silver layer and how they were met'
AS
WITH measured AS (
  SELECT 'silver.customers' AS dataset, 'customer_id is present' AS expectation,
    count(*) AS row_count, count_if(customer_id IS NULL) AS failing, 0.0 AS allowed_percent
  FROM silver.customers WHERE is_current
  UNION ALL
  SELECT 'silver.customers', 'email is present', count(*), count_if(email IS NULL), 0.0
  FROM silver.customers WHERE is_current
  UNION ALL
  SELECT 'silver.customers', 'phone is present', count(*), count_if(phone IS NULL), 1.0
  FROM silver.customers WHERE is_current
  UNION ALL
  SELECT 'silver.customers', 'one current version each', count(*), count_if(versions > 1), 0.0
  FROM (
    SELECT customer_id, count(*) AS versions
    FROM silver.customers WHERE is_current GROUP BY customer_id
  )
  UNION ALL
  SELECT 'silver.products', 'category is known', count(*), count_if(category = 'Unknown'), 5.0
  FROM silver.products
  UNION ALL
  SELECT 'silver.transactions', 'transaction_id is unique', count(*), count_if(copies > 1), 0.0
  FROM (
    SELECT transaction_id, count(*) AS copies
    FROM silver.transactions GROUP BY transaction_id
  )
  UNION ALL
  SELECT 'silver.transactions', 'customer is known', count(*), count_if(c.customer_id IS NULL), 0.0
  FROM silver.transactions AS t
  LEFT JOIN (SELECT customer_id FROM silver.customers WHERE is_current) AS c
    ON t.customer_id = c.customer_id
  UNION ALL
  SELECT 'silver.transactions', 'amount is not negative', count(*), count_if(amount < 0), 0.0
  FROM silver.transactions
  UNION ALL
  SELECT 'silver.transactions', 'arrived in time', count(*), count_if(is_late), 5.0
  FROM silver.transactions
  UNION ALL
  SELECT 'bronze.transactions', 'not quarantined', count(*), max(q.bad), 5.0
  FROM bronze.transactions
  CROSS JOIN (SELECT count(*) AS bad FROM silver.transactions_quarantine) AS q
  UNION ALL
  SELECT 'bronze.customers', 'not quarantined', count(*), max(q.bad), 5.0
  FROM bronze.customers
  CROSS JOIN (SELECT count(*) AS bad FROM silver.customers_quarantine) AS q
)
SELECT
  dataset,
  expectation,
  row_count,
  failing,
  CAST(100.0 * failing / row_count AS DECIMAL(5,2)) AS failing_percent,
  allowed_percent,
  CASE WHEN 100.0 * failing / row_count <= allowed_percent THEN 'PASS' ELSE 'FAIL' END AS status
FROM measured;
