-- Everything known about a customer on the last day of data, one row each.
CREATE OR REPLACE TABLE gold.customer_360
COMMENT 'One row per current customer'
AS
WITH last_day AS (
  SELECT max(transaction_date) AS day FROM silver.transactions
),
purchases AS (
  SELECT
    t.customer_id,
    count(*) AS order_count,
    sum(t.quantity) AS unit_count,
    sum(t.amount) AS total_spend,
    CAST(avg(t.amount) AS DECIMAL(12,2)) AS average_order,
    min(t.transaction_date) AS first_purchase,
    max(t.transaction_date) AS last_purchase,
    count(DISTINCT p.category) AS category_count,
    count(t.promo_code) AS promo_order_count,
    sum(CASE WHEN t.transaction_date > date_sub(d.day, 90) THEN 1 ELSE 0 END) AS orders_90d
  FROM silver.transactions AS t
  JOIN silver.products AS p ON t.product_id = p.product_id
  CROSS JOIN last_day AS d
  GROUP BY t.customer_id
),
ranked AS (
  SELECT *, percent_rank() OVER (ORDER BY total_spend DESC, customer_id) AS spend_rank
  FROM purchases
),
support AS (
  SELECT
    customer_id,
    count(*) AS ticket_count,
    sum(CASE WHEN severity = 'high' THEN 1 ELSE 0 END) AS high_ticket_count,
    max(opened_at) AS last_ticket_at
  FROM silver.support_tickets
  GROUP BY customer_id
)
SELECT
  c.customer_id,
  c.first_name,
  c.last_name,
  c.email,
  c.phone,
  c.city,
  c.region,
  c.country,
  c.marketing_opt_in,
  c.signup_date,
  datediff(d.day, c.signup_date) AS tenure_days,
  coalesce(r.order_count, 0) AS order_count,
  coalesce(r.unit_count, 0) AS unit_count,
  coalesce(r.total_spend, CAST(0 AS DECIMAL(12,2))) AS total_spend,
  r.average_order,
  r.first_purchase,
  r.last_purchase,
  datediff(d.day, r.last_purchase) AS days_since_purchase,
  coalesce(r.orders_90d, 0) AS orders_90d,
  coalesce(r.category_count, 0) AS category_count,
  coalesce(r.promo_order_count, 0) AS promo_order_count,
  coalesce(s.ticket_count, 0) AS ticket_count,
  coalesce(s.high_ticket_count, 0) AS high_ticket_count,
  s.last_ticket_at,
  CASE
    WHEN r.spend_rank IS NULL THEN 'none'
    WHEN r.spend_rank <= 0.05 THEN 'platinum'
    WHEN r.spend_rank <= 0.20 THEN 'gold'
    WHEN r.spend_rank <= 0.50 THEN 'silver'
    ELSE 'bronze'
  END AS value_tier
FROM silver.customers AS c
CROSS JOIN last_day AS d
LEFT JOIN ranked AS r ON c.customer_id = r.customer_id
LEFT JOIN support AS s ON c.customer_id = s.customer_id
WHERE c.is_current;
