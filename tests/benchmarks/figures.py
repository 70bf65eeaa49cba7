"""What is read off a run: names, hits with their interval, processor time."""

import numpy as np
from numpy.typing import NDArray

from chatbot.evaluation.bootstrap import Statistic
from chatbot.evaluation.figures import Figure, figures
from tests.benchmarks.measure import Measured

OURS = "ours"
NAMES = {
    OURS: "this program",
    "txtai": "txtai, hybrid",
    "haystack": "Haystack, BM25 + dense, RRF",
    "langchain": "LangChain + FAISS",
    "llamaindex": "LlamaIndex",
}


def asked_for(each: Measured) -> str:
    """What a question to this system comes to."""
    return "whole answer" if each.system == OURS else "retrieval alone"


def hits(each: Measured, depth: int) -> NDArray[np.float64]:
    """1 for each question whose paragraph is among the first `depth`, else 0."""
    return np.array([rank is not None and rank < depth for rank in each.ranks], float)


def mean(values: NDArray[np.float64]) -> Figure:
    """The mean of a value for each question, with its 95% bootstrap interval; of differences it is the paired one."""
    count = len(values)
    return figures({"mean": Statistic(count, lambda counts: counts @ values / count)}, count)["mean"]


def processor_ms(each: Measured) -> float:
    """The median, as it is for p50."""
    return float(np.median(each.processor)) * 1000
