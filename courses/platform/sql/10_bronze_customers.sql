-- CRM extracts (CSV, one per quarter). Everything stays text: judging it is silver's job.
CREATE TABLE IF NOT EXISTS bronze.customers (
  customer_id STRING,
  first_name STRING,
  last_name STRING,
  email STRING,
  phone STRING,
  city STRING,
  region STRING,
  country STRING,
  marketing_opt_in STRING,
  signup_date STRING,
  updated_at STRING,
  source_file STRING,
  loaded_at TIMESTAMP,
  batch_id STRING
) COMMENT 'CRM customer extracts, raw';

-- A file that was loaded once is never loaded again.
COPY INTO bronze.customers
FROM (
  SELECT
    customer_id, first_name, last_name, email, phone, city, region, country,
    marketing_opt_in, signup_date, updated_at,
    _metadata.file_path AS source_file,
    current_timestamp() AS loaded_at,
    :batch_id AS batch_id
  FROM :landing '/customers'
)
FILEFORMAT = CSV
FORMAT_OPTIONS ('header' = 'true', 'inferSchema' = 'false');
