-- The few lines that people look for among the many: found without reading the others. Lines of lower levels cost nothing
-- here. The statements name the levels as these indexes do, else SQLite could not use them.
CREATE INDEX log_warnings_of_job ON log_lines (job, position) WHERE level >= 2;
CREATE INDEX log_errors_of_job ON log_lines (job, position) WHERE level >= 3;
CREATE INDEX log_warnings_of_state ON log_lines (job, state, line) WHERE level >= 2;
CREATE INDEX log_errors_of_state ON log_lines (job, state, line) WHERE level >= 3;
