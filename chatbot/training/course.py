"""A course: what is learned from and what is judged on, and in which fold each article is."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from chatbot.embedding import TextEmbeddings
from chatbot.progress import Progress
from chatbot.training.examples import Example, Examples, article_of, load_examples
from chatbot.training.fit_head import Lesson

FOLDS = 3


@dataclass(frozen=True)
class Course:
    """What is learned from and judged on.

    Attributes:
        learned: files that are learned from.
        judged: a file that is not, but for translated questions about paragraphs that are in `learned` too.
        folds: of each article of `learned`.
        seen: those paragraphs of `judged`, by document id, with the article they are in in `learned`.
    """

    learned: tuple[Examples, ...]
    judged: Examples
    folds: Mapping[str, int]
    seen: Mapping[str, str]

    def taught(self, examples: Examples) -> Iterator[tuple[Example, int]]:
        """The questions of a file that are learned from, and their folds."""
        for example in examples.examples:
            article = example.article if examples is not self.judged else self._taught_again(example)
            if article is not None:
                yield example, self.folds[article]

    def lessons(self) -> list[Lesson]:
        """The questions that a head is fitted on, with what the first stage finds for each."""
        return [
            Lesson(examples, example, examples.candidates(example))
            for examples in self.learned
            for example in examples.examples
        ]

    def examined(self) -> Iterator[Example]:
        """The judged questions about paragraphs that nothing is learned from."""
        return (example for example in self.judged.examples if self.judged.paragraph(example) not in self.seen)

    def _taught_again(self, example: Example) -> str | None:
        """The article that a translated question is about, where that is learned from."""
        translated = example.item.question.language != self.judged.index.passages[0].document.language
        return self.seen.get(self.judged.paragraph(example)) if translated else None


def load_course(
    squads: Sequence[Path],
    apart: Sequence[Path],
    held_out: Path,
    translations: Sequence[Path],
    embeddings: TextEmbeddings,
    progress: Progress,
) -> Course:
    """Read and encode everything; the parameters are those of `chatbot.training.recipe.train`.

    Raises:
        ChatbotError: a file is not in SQuAD format.
    """
    learned = (
        *(load_examples(squad, embeddings, progress) for squad in squads),
        *(load_examples(squad, embeddings, progress, apart=True) for squad in apart),
    )
    judged = load_examples(held_out, embeddings, progress, translations)
    return Course(learned, judged, _folds(learned), _seen(learned, judged))


def _folds(learned: Sequence[Examples]) -> dict[str, int]:
    """A fold for each article, about equally many questions in each."""
    counts = Counter(example.article for examples in learned for example in examples.examples)
    sizes = [0] * FOLDS
    folds: dict[str, int] = {}
    for article in sorted(counts, key=lambda name: (-counts[name], name)):
        folds[article] = sizes.index(min(sizes))
        sizes[folds[article]] += counts[article]
    return folds


def _seen(learned: Sequence[Examples], judged: Examples) -> dict[str, str]:
    articles = {
        passage.document.text.strip(): article_of(passage.document.id)
        for examples in learned
        for passage in examples.index.passages
    }
    return {
        identity: articles[document.text.strip()]
        for identity, document in judged.index.documents.items()
        if document.text.strip() in articles
    }
