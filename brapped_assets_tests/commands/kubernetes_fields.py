"""What Kubernetes' own client knows of an object's fields."""

from typing import Any

from kubernetes import client


def unknown_fields(value: Any, model: Any, path: str = "") -> list[str]:
    """Fields (paths) of a manifest that Kubernetes' own client has no place for."""
    if isinstance(model, str) and model.startswith("list["):
        return [found for one in value or [] for found in unknown_fields(one, model[5:-1], path)]
    kind = getattr(client, model, None) if isinstance(model, str) else model
    if kind is None or not isinstance(value, dict):
        return []
    names = {spelled: name for name, spelled in kind.attribute_map.items()}
    return [
        found
        for spelled, inner in value.items()
        for found in (
            unknown_fields(inner, kind.openapi_types[names[spelled]], f"{path}.{spelled}")
            if spelled in names
            else [f"{path}.{spelled}"]
        )
    ]
