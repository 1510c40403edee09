from knowledge.content import shares_content


def test_what_is_said_the_same_way_is_not_about_the_same_thing() -> None:
    assert not shares_content("医保怎么办", (), ["暴雨怎么办"])
    assert shares_content("医保怎么办", (), ["医保卡丢了怎么办"])


def test_a_word_that_only_tells_what_is_wanted_counts_where_nothing_else_is_said() -> None:
    assert not shares_content("上学要什么材料", ("材料",), ["医疗救助要什么材料"])
    assert shares_content("要什么材料", ("材料",), ["医疗救助要什么材料"])


def test_words_about_nothing_are_about_no_entry() -> None:
    assert not shares_content("三天了没人管", (), ["三天没人管我"])
