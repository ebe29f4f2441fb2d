from __future__ import annotations

import io

from fontTools.ttLib import TTFont

from sokanalysis import fonts


def test_the_type_for_a_page_holds_its_letters_in_both_weights_and_no_others():
    font = TTFont(io.BytesIO(fonts.web_font("Größe 1 234")))
    assert {chr(code) for code in font.getBestCmap()} == set("Größe 1234")
    (weight,) = font["fvar"].axes
    assert (weight.axisTag, weight.minValue, weight.maxValue) == ("wght", 400, 600)


def test_the_same_letters_give_the_same_type_and_unknown_ones_are_passed_over():
    assert fonts.web_font("Amt") == fonts.web_font("Amt\U0001f389")
