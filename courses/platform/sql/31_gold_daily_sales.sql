-- Sales per day and channel.
CREATE OR REPLACE TABLE gold.daily_sales
COMMENT 'Sales per day and channel'
AS
SELECT
  transaction_date,
  channel,
  count(*) AS order_count,
  count(DISTINCT customer_id) AS customer_count,
  sum(quantity) AS unit_count,
  sum(amount) AS revenue,
  sum(discount) AS discount,
  count(promo_code) AS promo_order_count
FROM silver.transactions
GROUP BY transaction_date, channel
ORDER BY transaction_date, channel;
