"""Pages: the answers as people read them in a browser, at the addresses of the API without a suffix.

Rendered on the server from the same documents as every other form, in the patterns of the GOV.UK Design System. All of
it works without JavaScript.
"""

from api.pages.access import access
from api.pages.actions import actions
from api.pages.committee import committee
from api.pages.comparing import comparing
from api.pages.counting import counting
from api.pages.documents import documents
from api.pages.guide import guide
from api.pages.lists import lists
from api.pages.openid import openid, openid_back
from api.pages.opening import opening
from api.pages.own_password import own_password
from api.pages.plans import pages
from api.pages.points import points
from api.pages.recorded import recorded
from api.pages.recording import recording, sending
from api.pages.rendering import static
from api.pages.replaying import replaying
from api.pages.signing_in import signing_in, signing_out
from api.pages.trail import trail

#: Every route of a page, a plan's own last.
PAGES = (
    static, signing_in, signing_out, own_password, openid, openid_back, access,
    guide, points, comparing, committee, counting, actions, documents, trail, replaying, lists,
    recorded, recording, sending, opening, pages,
)  # fmt: skip
