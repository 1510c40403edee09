"""提事: from a resident's words to an answer that everybody who signed hears."""

from __future__ import annotations

import pytest

from handlers.rules import Rules
from storage.models import Cosign, Proposal
from tests.handlers.harness import Town, reference

BUILDING = "S1-C1-G1-B3"


async def proposed(town: Town, who: str, what: str = "我建议在3栋旁边装充电桩", why: str = "电瓶车没地方充电") -> str:
    await town.says(who, "提建议")
    await town.says(who, what)
    if "在哪里" in town.last(who):
        await town.says(who, "3栋")
    await town.says(who, why)
    return reference(await town.says(who, "提交"), "P")


@pytest.fixture
def rules() -> Rules:
    return Rules(proposals_open=2)


async def test_what_a_resident_wrote_is_not_asked_for_again(town: Town) -> None:
    await town.moves_in("li", consented=False)
    assert "是：在3栋旁边装充电桩" in await town.says("li", "我建议在3栋旁边装充电桩")
    assert "为什么" in await town.presses("li", await button(town, "li", "同意"))
    assert "电瓶车没地方充" in await town.says("li", "电瓶车没地方充")
    ref = reference(await town.says("li", "1"), "P")
    (kept,) = await town.all(Proposal)
    assert (kept.ref, kept.state, kept.area_code, kept.place) == (ref, "open", BUILDING, "青松社区青松苑一区3栋")


async def test_a_place_that_is_not_named_is_asked_for(town: Town) -> None:
    await town.moves_in("li")
    assert "在哪里" in await town.says("li", "建议周末开放图书室")
    await town.says("li", "101号楼")
    await town.says("li", "孩子周末没地方看书")
    assert "101号楼" in town.last("li")
    await town.says("li", "提交")
    assert [one.what for one in await town.all(Proposal)] == ["周末开放图书室"]


async def test_a_bare_wish_to_propose_is_asked_what(town: Town) -> None:
    await town.moves_in("li")
    for words in ("我想提个建议", "提建议", "/propose"):
        assert "您建议做什么" in await town.says("li", words)


async def test_the_place_can_be_changed_before_handing_in(town: Town) -> None:
    await town.moves_in("li")
    await town.says("li", "我建议在3栋旁边装充电桩")
    await town.says("li", "没地方充电")
    await town.says("li", "修改")
    await town.says("li", "地点")
    await town.says("li", "5栋")
    await town.says("li", "提交")
    assert [one.area_code for one in await town.all(Proposal)] == ["S1-C1-G1-B5"]


async def test_changed_words_that_name_another_estate_have_the_place_asked_for(town: Town) -> None:
    await town.moves_in("li")
    for words in ("我建议在3栋门口装路灯", "晚上太黑", "修改", "建议内容"):
        await town.says("li", words)
    assert "河湾花园，记下了。哪一栋？" in await town.says("li", "我建议河湾花园加个凉亭")
    assert "地点：河湾社区河湾花园西区" in await town.presses("li", await button(town, "li", "河湾社区河湾花园西区"))


async def test_changed_words_that_name_no_place_forget_the_estate_named_before(town: Town) -> None:
    await town.moves_in("li")
    assert "河湾花园，记下了" in await town.says("li", "我建议河湾花园加个凉亭")
    await town.says("li", "返回")
    told = await town.says("li", "多种几棵树")
    assert "在哪里" in told
    assert "河湾" not in told


async def test_the_desk_of_the_place_gets_the_card_and_no_other(town: Town) -> None:
    await town.moves_in("li")
    await town.serves("wang", "community", "S1-C1")
    await town.serves("zhao", "community", "S1-C2")
    await town.serves("sun", "street", "S1")
    ref = await proposed(town, "li")
    assert ref in town.last("wang")
    assert await town.sees("wang") == ["采纳", "合并", "答复"]
    assert "zhao" not in town.heard
    assert "sun" not in town.heard


async def test_the_street_gets_it_while_the_community_has_nobody(town: Town) -> None:
    await town.moves_in("li")
    await town.serves("sun", "street", "S1")
    ref = await proposed(town, "li")
    assert ref in town.last("sun")


async def test_author_and_signers_hear_of_the_adoption(town: Town) -> None:
    await town.moves_in("li", BUILDING)
    await town.moves_in("chen", BUILDING)
    await town.serves("wang", "community", "S1-C1")
    ref = await proposed(town, "li")
    await town.says("chen", "/proposals")
    assert await town.sees("chen") == [f"附议 {ref}", "我也提一条"]
    assert "1 人附议" in await town.says("chen", "1")
    await town.presses("wang", f"proposal.adopt:{ref}")
    assert "12月底前装好八个" in await town.says("wang", "12月底前装好八个")
    assert "通知了 2 人" in await town.says("wang", "提交")
    for who in ("li", "chen"):
        assert "采纳" in town.last(who)
        assert "12月底前装好八个" in town.last(who)
    assert ("proposal.adopted", ref) in await town.audited()


async def test_an_answer_is_heard_too(town: Town) -> None:
    await town.moves_in("li")
    await town.serves("wang", "community", "S1-C1")
    ref = await proposed(town, "li")
    await town.says("wang", "答复")
    await town.says("wang", "地下有燃气管，装不了")
    await town.says("wang", "提交")
    assert "地下有燃气管，装不了" in town.last("li")
    assert [(one.ref, one.state) for one in await town.all(Proposal)] == [(ref, "answered")]


async def test_of_two_at_once_the_second_hears_what_was_decided(town: Town) -> None:
    await town.moves_in("li")
    await town.serves("wang", "community", "S1-C1")
    await town.serves("qian", "community", "S1-C1")
    ref = await proposed(town, "li")
    await town.presses("wang", f"proposal.adopt:{ref}")
    await town.presses("qian", f"proposal.answer:{ref}")
    for word in ("下周开会定地点", "提交"):
        await town.says("wang", word)
    heard = len(town.heard["li"])
    await town.says("qian", "暂时不装")
    assert await town.says("qian", "提交") == f"{ref} 已经采纳了：下周开会定地点"
    assert len(town.heard["li"]) == heard
    assert await town.presses("qian", f"proposal.answer:{ref}") == f"{ref} 已经采纳了：下周开会定地点"
    assert [one.answer for one in await town.all(Proposal)] == ["下周开会定地点"]


async def test_a_merge_keeps_every_name_once_and_offers_similar_ones(town: Town) -> None:
    for who in ("li", "chen", "zhou"):
        await town.moves_in(who, BUILDING)
    await town.serves("wang", "community", "S1-C1")
    other = await proposed(town, "zhou", "建议3栋门口种几棵桂花树")
    first = await proposed(town, "li")
    second = await proposed(town, "chen", "建议在4栋旁边也装充电桩")
    await town.presses("li", f"proposal.sign:{second}")
    await town.presses("zhou", f"proposal.sign:{second}")
    await town.presses("wang", f"proposal.merge:{second}")
    labels = await town.sees("wang")
    assert labels[0].startswith(first)
    assert labels[1].startswith(other)
    assert "并入" in await town.says("wang", "1")
    kept = {one.ref: one for one in await town.all(Proposal)}
    assert (kept[second].state, kept[second].into_id) == ("merged", kept[first].id)
    assert kept[first].signatures == 2  # chen and zhou; li is its author
    assert first in town.last("zhou")
    await town.presses("wang", f"proposal.adopt:{first}")
    for word in ("两处一起装", "提交"):
        await town.says("wang", word)
    for who in ("li", "chen", "zhou"):
        assert "两处一起装" in town.last(who)


async def test_a_number_can_be_typed_to_merge_into_but_not_its_own(town: Town) -> None:
    await town.moves_in("li")
    await town.serves("wang", "community", "S1-C1")
    first, second = await proposed(town, "li"), await proposed(town, "li", "建议3栋门口装长椅")
    await town.presses("wang", f"proposal.merge:{first}")
    assert "请换一条" in await town.says("wang", first)
    assert "请换一条" in await town.says("wang", "P9999")
    assert "并入" in await town.says("wang", second.lower())
    await town.presses("wang", f"proposal.merge:{second}")
    assert "请换一条" in await town.says("wang", first)


async def test_one_person_signs_once_and_never_their_own(town: Town) -> None:
    await town.moves_in("li")
    await town.moves_in("chen")
    ref = await proposed(town, "li")
    assert "不用附议" in await town.presses("li", f"proposal.sign:{ref}")
    await town.presses("chen", f"proposal.sign:{ref}")
    assert "已经附议过" in await town.presses("chen", f"proposal.sign:{ref}")
    assert "您已附议" in await town.presses("chen", "proposal.list")
    assert "您提的" in await town.presses("li", "proposal.list")
    assert len(await town.all(Cosign)) == 1
    assert [one.signatures for one in await town.all(Proposal)] == [1]


async def test_signing_asks_for_consent_first(town: Town) -> None:
    await town.moves_in("li")
    await town.moves_in("chen", consented=False)
    ref = await proposed(town, "li")
    await town.presses("chen", f"proposal.sign:{ref}")
    assert not await town.all(Cosign)
    await town.presses("chen", await button(town, "chen", "同意"))
    assert "您已附议" in await town.says("chen", "附议")
    assert len(await town.all(Cosign)) == 1


async def test_the_quota_of_open_proposals_holds(town: Town) -> None:
    await town.moves_in("li")
    await town.serves("wang", "community", "S1-C1")
    ref = await proposed(town, "li")
    await proposed(town, "li", "建议3栋门口装长椅")
    assert "您有 2 条建议" in await town.says("li", "我建议给5栋装扶手")
    await town.presses("wang", f"proposal.answer:{ref}")
    for word in ("已经安排", "提交"):
        await town.says("wang", word)
    assert "是：给5栋装扶手" in await town.says("li", "我建议给5栋装扶手")


async def test_residents_and_other_communities_cannot_decide(town: Town) -> None:
    await town.moves_in("li")
    await town.moves_in("chen")
    await town.serves("zhao", "community", "S1-C2")
    await town.serves("feng", "grid_worker", "S1-C1-G1")
    ref = await proposed(town, "li")
    for who in ("chen", "zhao", "feng"):
        for action in ("adopt", "merge", "answer", "show"):
            told = await town.presses(who, f"proposal.{action}:{ref}")
            assert told == town.shelf.texts.word("zh_Hans", "common.not_allowed")
    assert await town.audited() == [("refused", ref)] * 12
    assert [one.state for one in await town.all(Proposal)] == ["open"]


async def test_a_merge_needs_the_right_over_both(town: Town) -> None:
    await town.moves_in("li")
    await town.serves("wang", "community", "S1-C1")
    mine, theirs = await proposed(town, "li"), await proposed(town, "li", "建议在101号楼旁边装充电桩")
    await town.presses("wang", f"proposal.merge:{mine}")
    assert await town.says("wang", theirs) == town.shelf.texts.word("zh_Hans", "common.not_allowed")
    assert {one.state for one in await town.all(Proposal)} == {"open"}


@pytest.mark.parametrize("token", ["", "P", "P'; --", "P" * 50, "充电桩", "R7K2Q"])
async def test_a_forged_button_finds_nothing(town: Town, token: str) -> None:
    await town.serves("wang", "community", "S1-C1")
    for action in ("adopt", "sign", "show"):
        assert "没" in await town.presses("wang", f"proposal.{action}:{token}")


async def test_the_list_shows_my_community_and_no_names(town: Town) -> None:
    await town.moves_in("li", BUILDING, name="李建国")
    await town.moves_in("ma", "S1-C2-G1-B101")
    ref = await proposed(town, "li")
    assert ref not in await town.says("ma", "/proposals")
    await town.moves_in("xu", "S1-C1-G2-B7")
    shown = await town.says("xu", "/proposals")
    assert ref in shown
    assert "李建国" not in shown
    assert ref in await town.says("xu", "我附议那个充电桩")


async def test_neighbours_read_no_door_and_no_phone_but_the_desk_and_the_author_do(town: Town) -> None:
    for who in ("li", "chen"):
        await town.moves_in(who, BUILDING)
    await town.serves("wang", "community", "S1-C1")
    await town.says("li", "提建议")
    for words in ("请3栋2单元501的邻居装隔音垫，打13800138000", "在楼道", "太吵"):
        await town.says("li", words)
    ref = reference(await town.says("li", "提交"), "P")
    for shown in (town.last("wang"), await town.says("wang", "/proposals"), await town.says("li", "/proposals")):
        assert "3栋2单元501的邻居装隔音垫，打13800138000" in shown
    for asked in ("/proposals", f"/progress {ref}"):
        shown = await town.says("chen", asked)
        assert "请3栋的邻居装隔音垫，打138****8000" in shown
        assert "青松社区青松苑一区3栋）" in shown
    for shown in (
        await town.presses("chen", f"proposal.status:{ref}"),
        await town.presses("chen", f"proposal.sign:{ref}"),
    ):
        assert "请3栋的邻居装隔音垫，打138****8000" in shown
    await town.presses("wang", f"proposal.answer:{ref}")
    await town.says("wang", "已经和楼上说好了")
    assert "501" not in town.last("chen")


async def test_english_speakers_read_english(town: Town) -> None:
    await town.moves_in("smith", language="en")
    assert "What do you propose" in await town.says("smith", "/propose")
    await town.says("smith", "More benches near building 3")
    await town.says("smith", "3栋")
    await town.says("smith", "Old people get tired")
    assert "number is P" in await town.says("smith", "1")


async def button(town: Town, who: str, label: str) -> str:
    """The token behind a label."""
    return next(str(token) for name, token in await town._choices(who) if name == label)


async def test_the_number_alone_shows_the_desk_what_it_can_decide_and_others_how_it_stands(town: Town) -> None:
    await town.serves("wang", "community", "S1-C1")
    await town.serves("feng", "community", "S1-C2")
    await town.moves_in("li")
    ref = await proposed(town, "li")
    assert "电瓶车没地方充电" in await town.says("wang", ref)
    assert await town.sees("wang") == ["采纳", "合并", "答复"]
    assert ("proposal.read", ref) in await town.audited()
    assert "电瓶车没地方充电" not in await town.says("feng", ref)
    assert await town.sees("feng") == [f"附议 {ref}"]


@pytest.mark.parametrize("typed", ["采纳 {ref}", "采纳{ref}", "{ref} 采纳", "{ref}采纳"])
async def test_a_proposal_is_adopted_by_its_number(town: Town, typed: str) -> None:
    await town.serves("wang", "community", "S1-C1")
    await town.moves_in("li")
    ref = await proposed(town, "li")
    await town.says("wang", typed.format(ref=ref))
    assert "下周请人来量" in await town.says("wang", "下周请人来量")
    await town.says("wang", "提交")
    assert [(one.state, one.answer) for one in await town.all(Proposal)] == [("adopted", "下周请人来量")]


async def test_words_beside_the_order_are_shown_before_they_are_published(town: Town) -> None:
    await town.serves("wang", "community", "S1-C1")
    await town.moves_in("li")
    ref = await proposed(town, "li")
    assert "电力容量不够" in await town.says("wang", f"答复{ref} 电力容量不够，明年再看")
    assert [one.state for one in await town.all(Proposal)] == ["open"]
    await town.says("wang", "提交")
    assert [(one.state, one.answer) for one in await town.all(Proposal)] == [("answered", "电力容量不够，明年再看")]
    assert "已经答复了" in await town.says("wang", f"采纳 {ref}")


async def test_merging_by_number_asks_into_which(town: Town) -> None:
    await town.serves("wang", "community", "S1-C1")
    await town.moves_in("li")
    one, other = await proposed(town, "li"), await proposed(town, "li", "我建议在5栋旁边装充电桩")
    assert other in "".join([await town.says("wang", f"合并 {one}"), *await town.sees("wang")])


async def test_who_may_not_decide_adopts_nothing(town: Town) -> None:
    await town.serves("feng", "community", "S1-C2")
    await town.moves_in("li")
    ref = await proposed(town, "li")
    assert "接下来" not in await town.says("li", f"采纳 {ref}")
    assert await town.says("feng", f"采纳 {ref}") == town.shelf.texts.word("zh_Hans", "common.not_allowed")
    assert ("refused", ref) in await town.audited()
