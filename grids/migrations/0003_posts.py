from django.db import migrations

# What the posts of the first version became: where they sit, how many there ought to be, what they allow besides.
POSTS = {
    "grid_worker": ("grid", "area", 1, True, ["households", "keep_households", "care"]),
    "grid_chief": ("grid", "area", 1, True, ["households", "keep_households", "care"]),
    "grid_first_secretary": ("grid", "area", 1, True, ["households"]),
    "community_worker": ("office", "area", 0, False, ["export", "households", "keep_households", "care", "keep_ground", "posts"]),
    "community_secretary": ("office", "area", 1, True, ["households", "keep_households", "care", "keep_ground", "posts", "unmask"]),
    "community_first_secretary": ("office", "area", 1, True, ["households"]),
    "street_worker": ("office", "area", 0, False, ["export", "households", "keep_ground", "posts"]),
    "street_director": ("office", "area", 1, False, ["households", "keep_ground", "posts", "unmask"]),
    "collector": ("office", "area", 0, False, ["posts", "keep_ground"]),
    "collector_head": ("office", "area", 1, False, ["posts", "keep_ground"]),
    "supervisor": ("office", "area", 0, False, []),
    "supervisor_head": ("office", "area", 1, False, []),
    "unit_worker": ("unit", "unit", 0, False, []),
    "unit_head": ("unit", "unit", 1, False, []),
}  # fmt: skip


def describe_posts(apps, schema_editor):
    """Bring posts that were loaded before this version up to it; abilities an administrator gave stay."""
    for post in apps.get_model("grids", "Post").objects.filter(code__in=POSTS):
        post.family, post.seat, post.establishment, post.is_public, more = POSTS[post.code]
        post.grants = [*post.grants, *(ability for ability in more if ability not in post.grants)]
        post.save()


class Migration(migrations.Migration):
    dependencies = [("grids", "0002_places")]

    operations = [migrations.RunPython(describe_posts, migrations.RunPython.noop)]
