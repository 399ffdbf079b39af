from django.db import migrations

# What posts may do besides since there are visits; the abilities around wishes came without a migration of their own.
MORE = {
    "grid_worker": ["visit"],
    "grid_chief": ["visit"],
    "grid_first_secretary": ["visit"],
    "community_worker": ["wishes", "visit", "plan_visits"],
    "community_secretary": ["wishes", "visit", "plan_visits"],
    "community_first_secretary": ["visit"],
    "street_worker": ["wishes", "plan_visits"],
    "street_director": ["wishes", "plan_visits"],
    "collector": ["wishes"],
    "collector_head": ["wishes"],
}


def give(apps, schema_editor):
    """Add what is missing; what an administrator gave stays."""
    for post in apps.get_model("grids", "Post").objects.filter(code__in=MORE):
        post.grants = [*post.grants, *(ability for ability in MORE[post.code] if ability not in post.grants)]
        post.save()


class Migration(migrations.Migration):
    dependencies = [("grids", "0003_posts")]

    operations = [migrations.RunPython(give, migrations.RunPython.noop)]
