"""NeonResource: the warehouse in a run. Thin: everything it does is in `warehouse/`."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from functools import cached_property

import dagster as dg
from pydantic import Field, PrivateAttr

from brapped_assets.settings import Settings, SettingsError, unknown_settings
from brapped_assets.warehouse.db.connections import Connection, Warehouse


class NeonResource(dg.ConfigurableResource):  # type: ignore[type-arg]  # Dagster's generic is about I/O managers
    """PostgreSQL (Neon, or any from 15 on), or the embedded server without a URL.

    A field that is absent is Brapped's own setting. Give secrets as `dg.EnvVar`: Dagster's UI shows everything else.
    """

    database_url: str | None = Field(
        default=None, repr=False, description="As DATABASE_URL. The embedded server without one."
    )
    home: str | None = Field(
        default=None,
        description="As BRAPPED_HOME. One that is given stands for itself: all other settings come from fields and its "
        ".env, none from the environment.",
    )
    _opened: ExitStack = PrivateAttr()

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator["NeonResource"]:
        # Once a run, not with each tick of a sensor; and who gave a home has no setting in the environment.
        if context.run is not None and self.home is None and context.log is not None:
            with suppress(SettingsError):
                if unknown := unknown_settings():
                    context.log.warning(unknown)
        with ExitStack() as self._opened:
            yield self

    @cached_property
    def settings(self) -> Settings:
        """Brapped's settings, with the fields instead of those of the same meaning. Raises SettingsError.

        Read when somebody asks: a step says in a sentence what is wrong, a resource that fails is a traceback.
        """
        return self.settings_with()

    @cached_property
    def warehouse(self) -> Warehouse:
        """What all transactions of a run share. Raises SettingsError."""
        return self._opened.enter_context(self.settings.warehouse())

    def settings_with(self, **given: str | float | None) -> Settings:
        """The same with what is `given` besides; None is left to the settings. Raises SettingsError."""
        wanted = {"database_url": self.database_url, **given}
        return Settings.with_given(self.home, **{name: value for name, value in wanted.items() if value is not None})

    def transaction(self, *, lock_seconds: int = 10) -> AbstractContextManager[Connection]:
        """One transaction; see `Warehouse.transaction`. Raises a WarehouseError that says what to do."""
        return self.warehouse.transaction(lock_seconds=lock_seconds)

    @contextmanager
    def bulky(self) -> Iterator[Warehouse]:
        """A connection of its own for an import, which goes past Neon's pooler."""
        with self.settings.warehouse(is_bulky=True) as warehouse:
            yield warehouse

    def snapshot(self) -> AbstractContextManager[Connection]:
        """Reading at one moment; see `Warehouse.snapshot`. Raises a WarehouseError that says what to do."""
        return self.warehouse.snapshot()
