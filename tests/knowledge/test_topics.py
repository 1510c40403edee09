from knowledge.topics import Topics

TOPICS = Topics(
    {
        "register": ["狗证", "给狗上户口", "养犬登记"],
        "barking": ["狗叫", "半夜狗叫个不停"],
        "deaf": ["听不见", "没有声音", "我家没人来"],
        "lamp": ["灯不亮", "灯坏了", "楼道黑", "看不见"],
    }
)


def test_a_word_is_about_the_entries_a_good_part_of_whose_wordings_hold_it() -> None:
    assert set(TOPICS.about("狗")) == {"register", "barking"}
    assert list(TOPICS.about("灯")) == ["lamp"]


def test_how_one_speaks_is_about_nothing() -> None:
    assert not TOPICS.about("没")
    assert not TOPICS.about("我家没人来")


def test_numbers_and_marks_are_no_words() -> None:
    assert not TOPICS.about("3")
    assert not TOPICS.about("狗?")
    assert not TOPICS.about("")
