"""All routes of pages."""

from api.forms.form_pages import recording, sending
from api.forms.open_plan_form import opening
from api.forms.recorded_page import recorded
from api.pages.access_pages import access
from api.pages.action_pages import actions
from api.pages.answer_pages import answers
from api.pages.comparison_pages import comparing
from api.pages.counted_page import counting
from api.pages.guide_page import guide
from api.pages.history_pages import documents
from api.pages.openid_pages import openid, openid_back
from api.pages.overdue_page import slipping
from api.pages.paper_page import committee
from api.pages.password_page import own_password
from api.pages.plan_pages import pages
from api.pages.point_pages import points
from api.pages.rendering import static
from api.pages.replay_page import replaying
from api.pages.sign_in_pages import signing_in, signing_out
from api.pages.trail_pages import trail

#: All routes of pages, those of a plan itself last.
PAGES = (
    static,
    signing_in,
    signing_out,
    own_password,
    openid,
    openid_back,
    access,
    guide,
    points,
    comparing,
    committee,
    counting,
    actions,
    documents,
    trail,
    replaying,
    slipping,
    answers,
    recorded,
    recording,
    sending,
    opening,
    pages,
)
