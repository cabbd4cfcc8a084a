import json

import pytest

from functions.common.log import log_line


def test_a_line_stays_one_line_whatever_its_values_hold(capsys: pytest.CaptureFixture[str]):
    log_line("decided", text="two\nlines\u2028\ud800", error=ValueError("odd"), many=[{1, 2}])
    out = capsys.readouterr().out
    assert out.count("\n") == 1
    assert out.splitlines() == [out[:-1]]
    assert json.loads(out)["text"] == "two\nlines\u2028\ud800"
    assert json.loads(out)["message"] == "decided"
