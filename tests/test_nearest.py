from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from chatbot import nearest
from chatbot.nearest import NearestNeighbours

DIMENSION = 32


def clustered(count: int, seed: int = 0) -> NDArray[np.float32]:
    """Unit vectors around fifty centres."""
    generator = np.random.default_rng(seed)
    centres = np.random.default_rng(1).standard_normal((50, DIMENSION))
    vectors = centres[generator.integers(0, 50, count)] + 0.5 * generator.standard_normal((count, DIMENSION))
    unit: NDArray[np.float32] = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    return unit


def written(folder: Path, vectors: NDArray[np.float32], like: NearestNeighbours | None = None) -> NearestNeighbours:
    folder.mkdir()
    NearestNeighbours.write(folder, vectors, like)
    return NearestNeighbours.open(folder)


@pytest.fixture
def few_are_exact(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nearest, "EXACT", 1000)


def test_few_vectors_are_all_compared(tmp_path: Path) -> None:
    vectors = clustered(500)
    found = written(tmp_path / "few", vectors)
    assert found.kind == "exact"
    rows, scores = found.search(vectors[7], 3)
    assert rows.tolist() == np.argsort(-vectors @ vectors[7])[:3].tolist()
    assert scores[0] == pytest.approx(1)
    assert np.array_equal(found.vectors([3, 1]), vectors[[3, 1]])


@pytest.mark.usefixtures("few_are_exact")
def test_of_many_vectors_nearly_all_nearest_are_found_with_their_similarities(tmp_path: Path) -> None:
    vectors, asked = clustered(5000), clustered(50, seed=2)
    found = written(tmp_path / "many", vectors)
    assert found.kind.startswith("IVF")
    shared = 0
    for question in asked:
        rows, scores = found.search(question, 10)
        assert np.allclose(scores, vectors[rows] @ question, atol=1e-3)
        assert np.all(np.diff(scores) <= 0)
        shared += len({*rows.tolist()} & {*np.argsort(-vectors @ question)[:10].tolist()})
    assert shared / 500 >= 0.95
    assert np.allclose(found.vectors([3, 1]), vectors[[3, 1]], atol=1e-3)


@pytest.mark.usefixtures("few_are_exact")
def test_lists_are_made_once_and_again_only_for_another_order_of_magnitude(
    tmp_path: Path,
) -> None:
    first = written(tmp_path / "first", clustered(4000))
    grown = written(tmp_path / "grown", clustered(5000), first)
    assert grown.kind == first.kind
    assert grown.search(clustered(5000)[9], 1)[0].tolist() == [9]
    assert written(tmp_path / "doubled", clustered(9000), first).kind != first.kind
    assert written(tmp_path / "small", clustered(900), first).kind == "exact"


@pytest.mark.usefixtures("few_are_exact")
def test_vectors_that_are_not_those_of_the_lists_are_refused(tmp_path: Path) -> None:
    written(tmp_path / "many", clustered(2000))
    np.save(tmp_path / "many" / "vectors.npy", clustered(1999).astype(np.float16))
    with pytest.raises(ValueError, match="2000 quantised vectors, but 1999 whole ones"):
        NearestNeighbours.open(tmp_path / "many")
