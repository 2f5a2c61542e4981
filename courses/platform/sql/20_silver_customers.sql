-- Customers with their history (slowly changing dimension, type 2).
CREATE TABLE IF NOT EXISTS silver.customers (
  customer_id BIGINT NOT NULL,
  first_name STRING,
  last_name STRING,
  email STRING NOT NULL,
  phone STRING COMMENT 'E.164; null where the CRM has no usable number',
  city STRING,
  region STRING,
  country STRING,
  marketing_opt_in BOOLEAN,
  signup_date DATE NOT NULL,
  valid_from TIMESTAMP NOT NULL,
  valid_to TIMESTAMP COMMENT 'null: this is the current version',
  is_current BOOLEAN NOT NULL
) COMMENT 'Every version of every customer';

CREATE TABLE IF NOT EXISTS silver.customers_quarantine (
  row_id STRING NOT NULL,
  reason STRING NOT NULL,
  customer_id STRING,
  first_name STRING,
  last_name STRING,
  email STRING,
  phone STRING,
  signup_date STRING,
  updated_at STRING,
  source_file STRING,
  loaded_at TIMESTAMP
) COMMENT 'Customer rows that cannot be used, and why';

CREATE OR REPLACE TEMPORARY VIEW standardised_customers AS
SELECT
  *,
  try_cast(trim(customer_id) AS BIGINT) AS clean_id,
  lower(trim(email)) AS clean_email,
  regexp_replace(phone, '[^0-9]', '') AS phone_digits,
  try_cast(signup_date AS DATE) AS signup_day,
  try_cast(updated_at AS TIMESTAMP) AS changed_at
FROM bronze.customers;

CREATE OR REPLACE TEMPORARY VIEW checked_customers AS
SELECT
  *,
  CASE
    WHEN clean_id IS NULL THEN 'missing customer_id'
    WHEN clean_email IS NULL THEN 'missing email'
    WHEN NOT clean_email RLIKE '^[a-z0-9._%+-]+@[a-z0-9-]+([.][a-z0-9-]+)*[.][a-z]{2,}$'
      THEN 'invalid email'
    WHEN signup_day IS NULL OR signup_day > CAST(loaded_at AS DATE) THEN 'signup_date out of range'
    WHEN changed_at IS NULL THEN 'invalid updated_at'
  END AS reason
FROM standardised_customers;

MERGE INTO silver.customers_quarantine AS q
USING (
  SELECT row_id, reason, customer_id, first_name, last_name, email, phone, signup_date, updated_at,
    source_file, loaded_at
  FROM (
    SELECT
      *,
      sha2(
        concat_ws('|', customer_id, first_name, last_name, email, phone, signup_date, updated_at,
          source_file),
        256) AS row_id
    FROM checked_customers
    WHERE reason IS NOT NULL
  )
  QUALIFY row_number() OVER (PARTITION BY row_id ORDER BY loaded_at) = 1
) AS s
ON q.row_id = s.row_id
WHEN NOT MATCHED THEN INSERT *;

-- A version opens with a change and closes with the next one. Repeats and rows that change nothing
-- open no version; a version already there is only ever closed.
MERGE INTO silver.customers AS t
USING (
  WITH versions AS (
    SELECT
      clean_id AS customer_id,
      trim(first_name) AS first_name,
      trim(last_name) AS last_name,
      clean_email AS email,
      CASE
        WHEN length(phone_digits) = 10 THEN concat('+1', phone_digits)
        WHEN length(phone_digits) = 11 AND phone_digits LIKE '1%' THEN concat('+', phone_digits)
      END AS phone,
      initcap(trim(city)) AS city,
      upper(trim(region)) AS region,
      upper(trim(country)) AS country,
      lower(trim(marketing_opt_in)) IN ('true', 'y') AS marketing_opt_in,
      signup_day AS signup_date,
      changed_at AS valid_from
    FROM checked_customers
    WHERE reason IS NULL
    QUALIFY row_number() OVER (PARTITION BY clean_id, changed_at ORDER BY source_file, loaded_at) = 1
  ),
  described AS (
    SELECT
      *,
      concat_ws('|', first_name, last_name, email, coalesce(phone, ''), city, region, country,
        CAST(marketing_opt_in AS STRING), CAST(signup_date AS STRING)) AS description
    FROM versions
  ),
  changes AS (
    SELECT *
    FROM described
    QUALIFY lag(description) OVER (PARTITION BY customer_id ORDER BY valid_from)
      IS DISTINCT FROM description
  )
  SELECT
    customer_id, first_name, last_name, email, phone, city, region, country, marketing_opt_in,
    signup_date, valid_from,
    lead(valid_from) OVER (PARTITION BY customer_id ORDER BY valid_from) AS valid_to,
    lead(valid_from) OVER (PARTITION BY customer_id ORDER BY valid_from) IS NULL AS is_current
  FROM changes
) AS s
ON t.customer_id = s.customer_id AND t.valid_from = s.valid_from
WHEN MATCHED AND t.valid_to IS DISTINCT FROM s.valid_to THEN
  UPDATE SET valid_to = s.valid_to, is_current = s.is_current
WHEN NOT MATCHED THEN INSERT *;
