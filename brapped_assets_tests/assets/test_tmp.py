import time
from datetime import UTC, datetime
import dagster as dg, pytest, time_machine
from brapped_assets import partitions
from brapped_assets.definitions import defs

@pytest.mark.parametrize("n", range(3))
def test_x(connected, instance, n):
    m=time.monotonic()
    p=time.perf_counter
    with time_machine.travel(datetime(2026,11,20,15,7,tzinfo=UTC), tick=False) as t:
        print("mono moved", time.monotonic()-m)
        for i in range(3):
            a=p()
            now=datetime.now(UTC);
            due=partitions.due(partitions.look_back(now), set(partitions.look_back(now)))
            r=defs.resolve_job_def("hourly_plays").execute_in_process(instance=instance,tags=due.tags,raise_on_error=False)
            print(r.success, p()-a, len(connected.account.served), [c.path for c in connected.account.calls])
            a=p()
            t.shift(1200)
        a=p()
        r=defs.resolve_job_def("refresh_dimensions").execute_in_process(instance=instance,raise_on_error=False)
        print(r.success, p()-a, len(connected.account.calls))
        for e in r.all_events:
            if e.event_type_value in("STEP_FAILURE",): print(e.step_failure_data)
