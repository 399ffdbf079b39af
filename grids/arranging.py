"""Who may put people on which post: the one rule for pages and sheets."""

from grids.models import Post
from grids.permissions import Ability, abilities_of
from grids.scope import postings_of
from grids.services.postings import Place


def may_arrange(user, post: Post, place: Place) -> bool:
    """True where a posting of the user's grants POSTS over the place and the post gives no more than that posting.

    Below one's own level every post may be filled; on one's own level only those that allow nothing one may not do
    oneself, so that nobody hands out rights upward. Posts of units are the district's.
    """
    for own in postings_of(user):
        if Ability.POSTS not in own.post.grants or not own.area_id:
            continue
        if not place.code:
            if len(own.area_id) == 6:
                return True
        elif place.code.startswith(own.area_id):
            below = bool(place.compound) or len(place.code) > len(own.area_id)
            if below or set(post.grants) <= set(own.post.grants):
                return True
    return False


def may_take(user, post: Post) -> bool:
    """Whether one may put oneself in somebody's place for a while: only where one gains no right by it."""
    return set(post.grants) <= abilities_of(user)
