-- One schema per layer. Names stay in the session's catalog: `main` here.
CREATE SCHEMA IF NOT EXISTS bronze COMMENT 'Files as they came, with where and when';
CREATE SCHEMA IF NOT EXISTS silver COMMENT 'Checked, standardised, without repeats';
CREATE SCHEMA IF NOT EXISTS gold COMMENT 'Answers to questions people ask';
