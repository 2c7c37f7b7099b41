"""The pages over HTTP: Starlette and Jinja2, everything on this machine, nothing from elsewhere."""
