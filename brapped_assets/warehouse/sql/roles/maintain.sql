grant maintain on all tables in schema raw, star, audit, insights to {name};
alter default privileges for role {owner} in schema raw, star, audit, insights grant maintain on tables to {name};
