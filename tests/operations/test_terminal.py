"""Long lines where a person reads them, and where a program does."""

from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operations.terminal import fitted


class Screen(StringIO):
    """A terminal of 60 columns."""

    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def sixty_columns(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("COLUMNS", "60")


def test_in_a_terminal_a_long_error_is_broken_between_words():
    text = "error: deployment offline4 of mockforge-staging:3 was rolled back because of an alarm in its bake"
    assert fitted(text, Screen()) == (
        "error: deployment offline4 of mockforge-staging:3 was rolled\n       back because of an alarm in its bake"
    )


def test_what_stands_in_a_column_stays_in_it():
    text = "deployment   old  mockforge-staging:1: 1 of 1 tasks, 100 % production, 0 % test"
    assert fitted(text, Screen()) == (
        "deployment   old  mockforge-staging:1: 1 of 1 tasks, 100 %\n                  production, 0 % test"
    )


def test_a_command_that_is_named_stays_in_one_piece():
    text = "hint: find the cause and then deploy a repaired image; `mfcloud rollback staging --offline` withdraws"
    assert fitted(text, Screen()).splitlines()[1] == "      `mfcloud rollback staging --offline` withdraws"


def test_a_line_that_cannot_be_broken_stays_as_it_is():
    text = f"    - image: 123456789012.dkr.ecr.us-east-1.amazonaws.com/mockforge-cloud@sha256:{'4' * 64}"
    assert fitted(text, Screen()) == text


def test_a_pipe_gets_every_line_whole():
    text = "error: " + "word " * 40
    assert fitted(text, StringIO()) == text


@given(st.text(alphabet="ab `:,-"), st.text(alphabet="ab `\n"))
def test_no_word_is_lost_or_torn(first: str, rest: str):
    text = f"{first * 9}\n{rest * 9}"
    assert fitted(text, Screen()).split() == text.split()
