"""What our definitions are called in a code location: with a prefix several sets of them have room in one."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from inspect import isclass, isgeneratorfunction, signature
from typing import Any, TypeVar

import dagster as dg

Result = TypeVar("Result")


@dataclass(frozen=True)
class Names:
    """The names of one set of definitions; without a prefix they are as they stand in the code."""

    prefix: tuple[str, ...] = ()

    def key(self, asset: str | dg.AssetKey) -> dg.AssetKey:
        """An asset's key."""
        key = dg.AssetKey(asset) if isinstance(asset, str) else asset
        return key.with_prefix(self.prefix) if self.prefix else key

    def of(self, name: str) -> str:
        """The name of a job, a schedule, a sensor, a resource or an op, which Dagster wants to be an identifier."""
        return "_".join((*(re.sub(r"\W", "_", part, flags=re.ASCII) for part in self.prefix), name))

    def bind(self, function: Callable[..., Result]) -> Callable[..., Result]:
        """This function, asking for its resources by the names they have here; its body keeps its own."""
        as_written = signature(function, eval_str=True)
        own = {self.of(name): name for name, one in as_written.parameters.items() if _is_resource(one.annotation)}

        def call(*arguments: Any, **named: Any) -> Any:
            return function(*arguments, **{own.get(name, name): value for name, value in named.items()})

        def generate(*arguments: Any, **named: Any) -> Any:
            yield from call(*arguments, **named)

        # Dagster asks which of the two it is; names and types it reads from the signature.
        bound = wraps(function)(generate if isgeneratorfunction(function) else call)
        renamed = {name: given for given, name in own.items()}
        parameters = [one.replace(name=renamed.get(one.name, one.name)) for one in as_written.parameters.values()]
        bound.__signature__ = as_written.replace(parameters=parameters)  # type: ignore[attr-defined]
        return bound


# As they stand in the code.
OURS = Names()


def _is_resource(annotation: object) -> bool:
    return isclass(annotation) and issubclass(annotation, dg.ConfigurableResource)
