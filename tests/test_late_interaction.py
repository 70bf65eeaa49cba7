import numpy as np

from chatbot.embedding import TextEmbeddings
from chatbot.late_interaction import Head, QuestionTokens, best_per_sentence
from chatbot.reader import Reader


def test_each_question_token_takes_its_best_match_in_each_sentence() -> None:
    similarities = np.array([[0.1, 0.9], [0.4, 0.2], [0.3, 0.3]], np.float32)
    best = best_per_sentence(similarities, np.array([0, 2]))
    assert best.tolist() == np.array([[0.4, 0.9], [0.3, 0.3]], np.float32).tolist()


def test_stored_as_int8_the_cosines_stay_within_a_hundredth(reader: Reader, embeddings: TextEmbeddings) -> None:
    ((_, passage),) = embeddings.passages(["The ministry was established on December 15th 2022."])
    head = reader.head
    asked = head.question(embeddings.question("When was the ministry established?").tokens)
    exact = (passage.tokens - head.passage_mean) @ head.passage_matrix
    exact /= np.linalg.norm(exact, axis=1, keepdims=True)
    assert np.abs(asked.similarities(head.passage(passage.tokens)) - exact @ asked.vectors.T).max() < 0.01


def test_the_weights_of_a_questions_tokens_sum_to_one_and_favour_what_matters(
    reader: Reader, embeddings: TextEmbeddings
) -> None:
    encoded = embeddings.question("What is the capital of France?")
    asked = reader.head.question(encoded.tokens)
    assert np.isclose(asked.weights.sum(), 1)
    assert asked.vectors.shape == (len(encoded.tokens), reader.head.width)


def test_a_foreign_model_gets_plain_maxsim() -> None:
    head = Head.untrained(8)
    tokens = np.eye(8, dtype=np.float32)[:2]
    asked = head.question(tokens)
    assert isinstance(asked, QuestionTokens)
    assert asked.weights.tolist() == [0.5, 0.5]
    assert np.allclose(asked.similarities(head.passage(tokens)), np.eye(2), atol=0.01)
