"""A run of two empty assets: what Dagster itself costs. Imports nothing of what is measured against it."""

import dagster as dg

QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


@dg.asset
def first() -> None: ...


@dg.asset(deps=[first])
def second() -> None: ...


nothing = dg.Definitions(
    assets=[first, second],
    jobs=[dg.define_asset_job("nothing", [first, second])],
    executor=dg.in_process_executor,
)


def run_nothing(instance: dg.DagsterInstance) -> dg.ExecuteInProcessResult:
    return nothing.resolve_job_def("nothing").execute_in_process(instance=instance, run_config=QUIET)
