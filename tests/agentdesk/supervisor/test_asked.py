"""An agent who asks the leader brings the customer along."""

from mainline.phone import mask
from tests.agentdesk.supervisor.conftest import TALK
from tests.support.pages import Pages


async def test_the_leaders_page_shows_the_customer_of_the_call_it_is_asked_about(desk: Pages):
    answer = await desk.get(f"/board/asked/{TALK}")
    assert answer.status_code == 200
    assert "王建国" in answer.text
    assert "data-call-phone" not in answer.text
    assert (await desk.get("/board/asked/ml-0.0")).status_code == 404
    assert (await desk.get("/board/asked/..%2Fx")).status_code in {404, 422}


async def test_who_may_not_supervise_is_shown_no_customer_this_way(desk: Pages):
    desk.sign_in("quality", name="zhou")
    answer = await desk.get(f"/board/asked/{TALK}")
    assert answer.status_code == 403
    assert "王建国" not in answer.text
    assert mask("13800008000") not in answer.text
